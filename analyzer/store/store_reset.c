#include "store/writing.h"

/* Marks of forged RSTs, in the order of their columns. */
static void bind_weaver(struct insert *insert, unsigned weaver)
{
    insert_integer(insert, (weaver & WEAVER_RST_SEQ_CHANGE) != 0);
    insert_integer(insert, (weaver & WEAVER_RST_SEQ_DATA) != 0);
    insert_integer(insert, (weaver & WEAVER_DATA_SEQ_RST) != 0);
    insert_integer(insert, (weaver & WEAVER_RST_ACK_CHANGE) != 0);
}

static void bind_id(struct insert *insert, uint64_t id)
{
    insert_optional(insert, id != 0, (int64_t)id);
}

void store_reset(struct store *store, const struct reset *reset)
{
    struct insert *insert = &store->tables[TABLE_RESET];

    insert_integer(insert, (int64_t)reset->segment_id);
    insert_integer(insert, reset->leg_id);
    insert_integer(insert, reset->dir);
    insert_text(insert, reset_place_name(reset->place));
    insert_optional(insert, reset->has_distance, reset->distance);
    bind_id(insert, reset->answers);
    insert_text(insert, reset_match_name(reset->match));
    insert_optional(insert, reset->answers != 0, reset->answer_ns);
    insert_optional(insert, reset->has_ttl_step, reset->ttl_step);
    insert_optional(insert, reset->has_id_step, reset->id_step);
    insert_integer(insert, reset->has_ts);
    insert_integer(insert, reset->has_own_tsval);
    insert_integer(insert, reset->has_ack);
    insert_integer(insert, reset->win);
    insert_integer(insert, reset->len);
    insert_integer(insert, reset->sender_fin);
    insert_integer(insert, reset->receiver_fin);
    bind_weaver(insert, reset->weaver);
    insert_text(insert, reset_after_name(reset->after));
    bind_id(insert, reset->after_id);
    bind_id(insert, reset->sender_after);
    bind_id(insert, reset->receiver_after);
    insert_text(insert, reset->receiver_after != 0 ? reset->proof : NULL);
    insert_run(insert);
}
