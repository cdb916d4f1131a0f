/* Segments that no stack would send, in random order: the tracker keeps its books in order, and
 * within their bounds. Seeds are fixed. */
#include <string.h>

#include "survey/leg.h"
#include "track/track.h"
#include "unit/unit.h"

enum {
    SEGMENTS = 200000
};

/* What the random numbers are like. */
struct shape {
    uint32_t spread; /* of sequence numbers around where the stream is */
    uint32_t len;    /* of payload, at most */
    uint32_t far;    /* one of so many has any number at all; 0: none */
    uint32_t acks;   /* one of so many ACKs is of anything near, the others of nothing new */
    uint32_t odd;    /* one of so many has other flags than ACK */
};

struct hostile {
    uint64_t random;
    struct leg_table *legs;
    struct tracker tracker;
    struct track track;
    int64_t now_ns;
    uint64_t events;
    uint32_t seq[2]; /* where each end's stream is, about */
};

/* xorshift64: the same numbers everywhere. */
static uint32_t next(struct hostile *hostile)
{
    hostile->random ^= hostile->random << 13;
    hostile->random ^= hostile->random >> 7;
    hostile->random ^= hostile->random << 17;
    return (uint32_t)(hostile->random >> 32);
}

static uint32_t below(struct hostile *hostile, uint32_t limit)
{
    return next(hostile) % limit;
}

static bool one_of(struct hostile *hostile, uint32_t many)
{
    return many > 0 && below(hostile, many) == 0;
}

static uint32_t number_near(struct hostile *hostile, const struct shape *shape, uint32_t at)
{
    if (one_of(hostile, shape->far))
        return next(hostile);
    return at - shape->spread / 2 + below(hostile, shape->spread);
}

static void add_options(struct hostile *hostile, const struct shape *shape, int dir,
                        struct tcp_options *options)
{
    options->has_timestamps = one_of(hostile, 2);
    options->tsval = below(hostile, 1000);
    options->has_wscale = one_of(hostile, 2);
    options->wscale = (uint8_t)next(hostile);
    options->sack_blocks = (uint8_t)(one_of(hostile, 2) ? below(hostile, SACK_BLOCKS_MAX + 1) : 0);
    for (int i = 0; i < options->sack_blocks; i++) {
        options->sack[i].left = number_near(hostile, shape, hostile->seq[!dir]);
        options->sack[i].right = options->sack[i].left + below(hostile, 3 * shape->len);
    }
}

static struct packet packet_of(struct hostile *hostile, const struct shape *shape, int dir)
{
    struct packet packet = {.kind = PACKET_SEGMENT, .version = 4, .ttl = 64, .has_ip_id = true};
    struct segment *tcp = &packet.tcp;

    packet.ip_id = (uint16_t)(one_of(hostile, 4) ? next(hostile) : hostile->events);
    tcp->src = (struct endpoint){
        .addr.bytes = {10, 0, 0, (uint8_t)(1 + dir)},
          .port = dir == DIR_CLIENT ? 40000 : 80
    };
    tcp->dst = (struct endpoint){
        .addr.bytes = {10, 0, 0, (uint8_t)(2 - dir)},
          .port = dir == DIR_CLIENT ? 80 : 40000
    };
    tcp->seq = number_near(hostile, shape, hostile->seq[dir]);
    tcp->ack = hostile->seq[!dir] - shape->spread;
    if (one_of(hostile, shape->acks))
        tcp->ack = number_near(hostile, shape, hostile->seq[!dir]);
    tcp->len = below(hostile, shape->len);
    tcp->win = (uint16_t)(one_of(hostile, 8) ? 0 : next(hostile));
    tcp->flags = TCP_ACK;
    if (one_of(hostile, shape->odd))
        tcp->flags = (uint8_t)(next(hostile) & 0x3f);
    if (one_of(hostile, 4))
        hostile->seq[dir] += tcp->len;
    add_options(hostile, shape, dir, &tcp->opt);
    return packet;
}

/* What an event says can be stored and read. */
static void check_event(void *context, const struct event *event)
{
    struct hostile *hostile = context;

    hostile->events++;
    assert_in_range(event->kind, 0, EVENT_KINDS - 1);
    assert_in_range(event->confidence, 0, 100);
    assert_true(event->cause == NULL || event->decided_by != NULL);
    if (event->kind == EVENT_RETRANSMISSION || event->kind == EVENT_GAP)
        assert_true(event->a >= 0 && event->a < INT64_C(1) << 32);
}

/* The ranges follow each other without a gap (but for what came before the SYN), up to the highest
 * sequence; those that are acknowledged are counted. */
static void check_half(const struct half *half)
{
    const struct sent *sent = &half->flow->sent;
    uint32_t acked = 0;

    assert_true(sent->count <= sent->capacity && sent->capacity <= SENT_MAX);
    if (sent->count > 0 && half->next != 1)
        assert_int_equal(sent_end(sent_at(sent, sent->count - 1)), half->next);
    for (uint32_t i = 0; i < sent->count; i++) {
        const struct sent_range *range = sent_at(sent, i);
        int64_t former = i > 0 ? sent_end(sent_at(sent, i - 1)) : range->start;

        assert_true(range->len > 0);
        if (range->start != 1 || former > 1)
            assert_int_equal(range->start, former);
        acked += sent_end(range) <= half->acked;
    }
    assert_int_equal(acked, sent->acked);
}

static void add(struct hostile *hostile, const struct packet *packet, uint64_t id)
{
    struct leg_hit hit;
    struct tracked_segment segment = {
        .packet = packet, .hit = &hit, .id = id, .ts_ns = hostile->now_ns};

    hit = leg_table_add(hostile->legs, 0, packet, hostile->now_ns);
    if (hit.is_new) {
        track_done(&hostile->tracker, &hostile->track);
        memset(&hostile->track, 0, sizeof hostile->track);
    }
    track_segment(&hostile->tracker, &hostile->track, &segment);
}

static void run(uint64_t seed, const struct shape *shape)
{
    struct hostile hostile = {
        .random = seed, .seq = {0xffffff00, 5000}
    };
    uint32_t count_max = 0;

    tracker_init(&hostile.tracker, check_event, &hostile);
    hostile.legs = leg_table_new(sizeof(struct leg), NULL, NULL);
    for (uint64_t id = 1; id <= SEGMENTS; id++) {
        int dir = one_of(&hostile, 3) ? DIR_SERVER : DIR_CLIENT;
        struct packet packet = packet_of(&hostile, shape, dir);

        hostile.now_ns += below(&hostile, 4) == 0 ? next(&hostile) / 8 : below(&hostile, 2000000);
        add(&hostile, &packet, id);
        for (dir = 0; dir < DIRS; dir++) {
            const struct half *half = &hostile.track.half[dir];

            count_max = half->flow->sent.count > count_max ? half->flow->sent.count : count_max;
            if (half->flow->sent.count < 100 || id % 512 == 0)
                check_half(half);
        }
    }
    assert_true(hostile.events > SEGMENTS / 10);
    assert_true(count_max > 4);
    track_done(&hostile.tracker, &hostile.track);
    tracker_done(&hostile.tracker);
    leg_table_free(hostile.legs);
}

/* A stream that goes on, with much of it in any order. */
static void test_hostile_near(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        run(seed, &(struct shape){.spread = 5000, .len = 1500, .acks = 4, .odd = 2000});
}

/* SYN, FIN and RST in all mixtures, with data. */
static void test_hostile_flags(void **state)
{
    (void)state;
    for (uint64_t seed = 11; seed <= 13; seed++)
        run(seed, &(struct shape){.spread = 300, .len = 100, .acks = 2, .odd = 3});
}

/* Few ACKs and single bytes: full queues. */
static void test_hostile_full(void **state)
{
    (void)state;
    run(21, &(struct shape){.spread = 40000, .len = 4, .acks = 50000});
}

/* Any number at all, which lies up to 2 GB away; super-frames. */
static void test_hostile_far(void **state)
{
    (void)state;
    for (uint64_t seed = 31; seed <= 33; seed++)
        run(seed, &(struct shape){.spread = 5000, .len = 65536, .far = 20, .acks = 3, .odd = 500});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_near),
        cmocka_unit_test(test_hostile_flags),
        cmocka_unit_test(test_hostile_full),
        cmocka_unit_test(test_hostile_far),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
