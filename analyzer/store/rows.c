#include "store/rows.h"

#include <string.h>

/* In the order of the columns of `segment`. */
enum {
    SEGMENT_ID,
    SEGMENT_TS_NS,
    SEGMENT_LEG_ID,
    SEGMENT_DIR,
    SEGMENT_FRAME,
    SEGMENT_SEQ,
    SEGMENT_OFF,
    SEGMENT_ACK_OFF,
    SEGMENT_LEN,
    SEGMENT_IP_LEN,
    SEGMENT_FLAGS,
    SEGMENT_WIN,
    SEGMENT_TTL,
    SEGMENT_IP_ID,
    SEGMENT_TSVAL,
    SEGMENT_TSECR,
    SEGMENT_SEEN_BEFORE,
    SEGMENT_MARKS,
    SEGMENT_COLUMNS
};

enum {
    EVENT_ID,
    EVENT_SEGMENT_ID,
    EVENT_LEG_ID,
    EVENT_KIND,
    EVENT_A,
    EVENT_B,
    EVENT_CAUSE,
    EVENT_DECIDED_BY,
    EVENT_CONFIDENCE,
    EVENT_COLUMNS
};

struct segment_cells {
    int64_t ts_ns, off, ack_off;
    uint64_t frame, seen_before;
    uint32_t leg_id, seq, len, ip_len, tsval, tsecr;
    uint16_t win, ip_id;
    uint8_t dir, flags, ttl, marks;
    bool has_ack, has_ip_id, has_timestamps;
};

static void set_optional(sqlite3_context *context, bool has, int64_t value)
{
    if (has)
        sqlite3_result_int64(context, value);
    else
        sqlite3_result_null(context);
}

static int segment_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
    const struct segment_cells *cells = feed_row(cursor);

    switch (column) {
    case SEGMENT_TS_NS:
        sqlite3_result_int64(context, cells->ts_ns);
        break;
    case SEGMENT_LEG_ID:
        sqlite3_result_int64(context, cells->leg_id);
        break;
    case SEGMENT_DIR:
        sqlite3_result_int(context, cells->dir);
        break;
    case SEGMENT_FRAME:
        sqlite3_result_int64(context, (int64_t)cells->frame);
        break;
    case SEGMENT_SEQ:
        sqlite3_result_int64(context, cells->seq);
        break;
    case SEGMENT_OFF:
        sqlite3_result_int64(context, cells->off);
        break;
    case SEGMENT_ACK_OFF:
        set_optional(context, cells->has_ack, cells->ack_off);
        break;
    case SEGMENT_LEN:
        sqlite3_result_int64(context, cells->len);
        break;
    case SEGMENT_IP_LEN:
        sqlite3_result_int64(context, cells->ip_len);
        break;
    case SEGMENT_FLAGS:
        sqlite3_result_int(context, cells->flags);
        break;
    case SEGMENT_WIN:
        sqlite3_result_int(context, cells->win);
        break;
    case SEGMENT_TTL:
        sqlite3_result_int(context, cells->ttl);
        break;
    case SEGMENT_IP_ID:
        set_optional(context, cells->has_ip_id, cells->ip_id);
        break;
    case SEGMENT_TSVAL:
        set_optional(context, cells->has_timestamps, cells->tsval);
        break;
    case SEGMENT_TSECR:
        set_optional(context, cells->has_timestamps, cells->tsecr);
        break;
    case SEGMENT_SEEN_BEFORE:
        set_optional(context, cells->seen_before != 0, (int64_t)cells->seen_before);
        break;
    case SEGMENT_MARKS:
        sqlite3_result_int(context, cells->marks);
        break;
    default: /* the id: NULL is one above the last, the cheapest way to append */
        sqlite3_result_null(context);
        break;
    }
    return SQLITE_OK;
}

static int event_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
    const struct event *event = feed_row(cursor);

    switch (column) {
    case EVENT_ID:
        sqlite3_result_null(context);
        break;
    case EVENT_SEGMENT_ID:
        sqlite3_result_int64(context, (int64_t)event->segment_id);
        break;
    case EVENT_LEG_ID:
        sqlite3_result_int64(context, event->leg_id);
        break;
    case EVENT_KIND:
        sqlite3_result_text(context, event_kind_name(event->kind), -1, SQLITE_STATIC);
        break;
    case EVENT_A:
        set_optional(context, event->has_a, event->a);
        break;
    case EVENT_B:
        set_optional(context, event->has_b, event->b);
        break;
    case EVENT_CAUSE:
        sqlite3_result_text(context, event->cause, -1, SQLITE_STATIC); /* NULL is NULL */
        break;
    case EVENT_DECIDED_BY:
        sqlite3_result_text(context, event->decided_by, -1, SQLITE_STATIC);
        break;
    case EVENT_CONFIDENCE:
        if (event->confidence > 0)
            sqlite3_result_double(context, event->confidence / 100.0);
        else
            sqlite3_result_null(context);
        break;
    default:
        break;
    }
    return SQLITE_OK;
}

void rows_segment_feed(struct feed *feed)
{
    *feed = (struct feed){.table = "segment",
                          .columns = SEGMENT_COLUMNS,
                          .column = segment_column,
                          .row_size = sizeof(struct segment_cells)};
}

void rows_event_feed(struct feed *feed)
{
    *feed = (struct feed){.table = "event",
                          .columns = EVENT_COLUMNS,
                          .column = event_column,
                          .row_size = sizeof(struct event)};
}

void rows_add_segment(struct writer *writer, struct feed *feed, const struct segment_row *row)
{
    struct segment_cells *cells = writer_add(writer, feed, 0);
    const struct packet *packet = row->packet;
    const struct segment *tcp = &packet->tcp;

    *cells = (struct segment_cells){
        .ts_ns = row->ts_ns,
        .off = row->off,
        .ack_off = row->ack_off,
        .frame = row->frame,
        .seen_before = row->seen_before,
        .leg_id = row->leg_id,
        .seq = tcp->seq,
        .len = tcp->len,
        .ip_len = packet->inner_len,
        .tsval = tcp->opt.tsval,
        .tsecr = tcp->opt.tsecr,
        .win = tcp->win,
        .ip_id = packet->ip_id,
        .dir = (uint8_t)row->dir,
        .flags = tcp->flags,
        .ttl = packet->ttl,
        .marks = (uint8_t)row->marks,
        .has_ack = row->has_ack,
        .has_ip_id = packet->has_ip_id,
        .has_timestamps = tcp->opt.has_timestamps,
    };
}

void rows_add_event(struct writer *writer, struct feed *feed, const struct event *event)
{
    memcpy(writer_add(writer, feed, 0), event, sizeof *event);
}
