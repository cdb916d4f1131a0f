/* report.json: the whole case without its segments. SQLite makes the JSON, a row at a time, so that
 * no row has to wait for another; what it means is in report.schema.json. */
#include <sqlite3.h>
#include <string.h>

#include "base/text.h"
#include "base/time_text.h"
#include "case/query.h"
#include "report/writers.h"

/* Times stand there twice: iso() for people, and whole as text, since what reads JSON often has
 * doubles, which are exact up to 2^53 only. */

static const char meta_sql[] =
    "SELECT json_group_object(key, value) FROM (SELECT key, value FROM meta ORDER BY key)";

static const char counts_sql[] =
    "SELECT json_object('connections', (SELECT count(*) FROM connection),"
    " 'segments', (SELECT coalesce(sum(segments), 0) FROM capture),"
    " 'findings', json_object('error', coalesce(sum(severity = 'error'), 0),"
    " 'warning', coalesce(sum(severity = 'warning'), 0),"
    " 'notice', coalesce(sum(severity = 'notice'), 0),"
    " 'info', coalesce(sum(severity = 'info'), 0))) FROM finding";

static const char points_sql[] =
    "SELECT json_object('id', id, 'name', name, 'clock_method', clock_method,"
    " 'clock_error_ns', clock_error_ns, 'offset_ns', CAST(offset_ns AS TEXT),"
    " 'drift_ppb', drift_ppb, 'origin_ns', CAST(origin_ns AS TEXT)) FROM point ORDER BY id";

static const char captures_sql[] =
    "SELECT json_object('id', c.id, 'point', p.name, 'path', c.path, 'sha256', c.sha256,"
    " 'format', c.format, 'linktype', c.linktype, 'snaplen', c.snaplen, 'packets', c.packets,"
    " 'segments', c.segments, 'first', iso(c.first_ns), 'first_ns', CAST(c.first_ns AS TEXT),"
    " 'last', iso(c.last_ns), 'last_ns', CAST(c.last_ns AS TEXT), 'status', c.status,"
    " 'message', c.message, 'dropped', c.dropped)"
    " FROM capture c LEFT JOIN point p ON p.id = c.point_id ORDER BY c.id";

static const char skipped_sql[] =
    "SELECT json_object('capture', capture_id, 'reason', reason, 'packets', packets)"
    " FROM skipped ORDER BY capture_id, reason";

static const char remarks_sql[] =
    "SELECT json_object('kind', kind, 'text', text) FROM remark ORDER BY id";

static const char rules_sql[] =
    "SELECT json_object('id', r.id, 'title', r.title, 'kind', r.kind, 'severity', r.severity,"
    " 'params', json(r.params), 'explain', r.explain, 'remedy', r.remedy,"
    " 'reference', r.reference, 'sha256', r.sha256, 'findings', coalesce(f.findings, 0))"
    " FROM rule r LEFT JOIN (SELECT rule_id, count(*) AS findings FROM finding GROUP BY rule_id) f"
    " ON f.rule_id = r.id ORDER BY r.id";

static const char findings_sql[] =
    "SELECT json_object('id', f.id, 'rule', f.rule_id, 'kind', r.kind, 'severity', f.severity,"
    " 'confidence', f.confidence, 'connection', f.connection_id,"
    " 'client', iif(c.id IS NULL, NULL, json_object('addr', c.client_addr, 'port', c.client_port)),"
    " 'server', iif(c.id IS NULL, NULL, json_object('addr', c.server_addr, 'port', c.server_port)),"
    " 'leg', f.leg_id, 'point', p.name, 'first', iso(f.first_ns),"
    " 'first_ns', CAST(f.first_ns AS TEXT), 'last', iso(f.last_ns),"
    " 'last_ns', CAST(f.last_ns AS TEXT), 'summary', f.summary, 'detail', json(f.detail)), w.place"
    " FROM worst w JOIN finding f ON f.id = w.finding_id JOIN rule r ON r.id = f.rule_id"
    " LEFT JOIN connection c ON c.id = f.connection_id"
    " LEFT JOIN leg l ON l.id = f.leg_id LEFT JOIN point p ON p.id = l.point_id ORDER BY w.place";

static const char evidence_sql[] =
    "SELECT json_object('role', e.role, 'segment', s.id, 'point', p.name, 'capture', k.id,"
    " 'frame', s.frame - k.first_frame + 1, 'time', iso(s.ts_ns),"
    " 'time_ns', CAST(s.ts_ns AS TEXT)), w.place"
    " FROM worst w CROSS JOIN evidence e ON e.finding_id = w.finding_id"
    " JOIN segment s ON s.id = e.segment_id JOIN leg l ON l.id = s.leg_id"
    " JOIN point p ON p.id = l.point_id LEFT JOIN capture k"
    " ON s.frame >= k.first_frame AND s.frame < k.first_frame + k.packets"
    " ORDER BY w.place, e.segment_id, e.role";

static const char connections_sql[] =
    "SELECT json_object('id', c.id,"
    " 'client', json_object('addr', c.client_addr, 'port', c.client_port),"
    " 'server', json_object('addr', c.server_addr, 'port', c.server_port),"
    " 'outcome', c.outcome, 'first', iso(c.first_ns), 'first_ns', CAST(c.first_ns AS TEXT),"
    " 'last', iso(c.last_ns), 'last_ns', CAST(c.last_ns AS TEXT),"
    " 'handshake_ns', c.handshake_ns, 'link_method', c.link_method,"
    " 'link_confidence', c.link_confidence, 'reuse_of', c.reuse_of,"
    " 'findings', coalesce(f.findings, 0)), c.id"
    " FROM connection c LEFT JOIN (SELECT connection_id, count(*) AS findings FROM finding"
    " GROUP BY connection_id) f ON f.connection_id = c.id ORDER BY c.id";

static const char legs_sql[] =
    "SELECT json_object('id', l.id, 'point', p.name,"
    " 'client', json_object('addr', l.client_addr, 'port', l.client_port),"
    " 'server', json_object('addr', l.server_addr, 'port', l.server_port),"
    " 'nat', l.nat, 'encap', l.encap, 'first', iso(l.first_ns),"
    " 'first_ns', CAST(l.first_ns AS TEXT), 'last', iso(l.last_ns),"
    " 'last_ns', CAST(l.last_ns AS TEXT), 'syns', l.syns, 'synacks', l.synacks,"
    " 'segments', json_array(l.segments_client, l.segments_server),"
    " 'bytes', json_array(l.bytes_client, l.bytes_server),"
    " 'fins', json_array(l.fins_client, l.fins_server),"
    " 'rsts', json_array(l.rsts_client, l.rsts_server),"
    " 'ttl_min', json_array(l.ttl_min_client, l.ttl_min_server),"
    " 'ttl_max', json_array(l.ttl_max_client, l.ttl_max_server),"
    " 'mss', json_array(l.mss_client, l.mss_server),"
    " 'state', json_array(l.state_client, l.state_server)), l.connection_id"
    " FROM leg l JOIN point p ON p.id = l.point_id"
    " ORDER BY l.connection_id, l.path_position, l.id";

/* One member of the case. An array has a row for each item. Where items hold a list of their own,
 * both queries have the same number in their second column and are in the order of it. */
static const struct member {
    const char *name, *sql;
    bool is_array;
    const char *list_name, *list_sql; /* NULL: no list */
} members[] = {
    {"meta",        meta_sql,        false, NULL,       NULL        },
    {"counts",      counts_sql,      false, NULL,       NULL        },
    {"points",      points_sql,      true,  NULL,       NULL        },
    {"captures",    captures_sql,    true,  NULL,       NULL        },
    {"skipped",     skipped_sql,     true,  NULL,       NULL        },
    {"remarks",     remarks_sql,     true,  NULL,       NULL        },
    {"rules",       rules_sql,       true,  NULL,       NULL        },
    {"findings",    findings_sql,    true,  "evidence", evidence_sql},
    {"connections", connections_sql, true,  "legs",     legs_sql    },
};

/* iso(ns) in SQL. */
static void sql_iso(sqlite3_context *context, int count, sqlite3_value **values)
{
    char text[TIME_TEXT_SIZE];

    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_INTEGER)
        sqlite3_result_text(context, time_text_iso(sqlite3_value_int64(values[0]), text), -1,
                            SQLITE_TRANSIENT);
}

/* SQLite copies text as it is; a file's name need not be UTF-8, and JSON has to be. */
static void write_text(FILE *out, const char *text, size_t length)
{
    size_t start = 0;

    for (size_t at = 0; at < length;) {
        uint32_t character;
        size_t step = text_decode(text + at, &character);

        if (step == 1 && (unsigned char)text[at] >= 0x80) {
            fwrite(text + start, 1, at - start, out);
            fputs("\xEF\xBF\xBD", out);
            start = at + 1;
        }
        at += step;
    }
    fwrite(text + start, 1, length - start, out);
}

/* The list of the item `key` as the last member of that item, whose closing brace is still to come.
 * `more` says whether `list` stands on a row. */
static void write_list(FILE *out, const char *name, struct query *list, bool *more, int64_t key)
{
    const char *before = "\n    ";

    fprintf(out, ",\"%s\":[", name);
    for (; *more && query_int(list, 1) == key; *more = query_next(list)) {
        fputs(before, out);
        write_text(out, query_text(list, 0), strlen(query_text(list, 0)));
        before = ",\n    ";
    }
    fputs("]}", out);
}

static enum status write_member(const struct report *report, FILE *out, const struct member *member,
                                struct error *err)
{
    const char *before = "[\n  ";
    enum status status, list_status = STATUS_OK;
    struct query q, list;
    bool more = false;

    if (member->list_sql != NULL) {
        query_open(&list, report, member->list_sql, err);
        more = query_next(&list);
    }
    query_open(&q, report, member->sql, err);
    fprintf(out, ",\n\"%s\": ", member->name);
    for (; query_next(&q); before = ",\n  ") {
        const char *text = query_text(&q, 0);

        fputs(member->is_array ? before : "", out);
        write_text(out, text, strlen(text) - (member->list_sql != NULL));
        if (member->list_sql != NULL)
            write_list(out, member->list_name, &list, &more, query_int(&q, 1));
    }
    status = query_close(&q);
    if (member->list_sql != NULL)
        list_status = query_close(&list);
    if (member->is_array)
        fputs(*before == '[' ? "[]" : "\n]", out);
    return status != STATUS_OK ? status : list_status;
}

enum status json_write(const struct report *report, FILE *out, struct error *err)
{
    enum status status = STATUS_OK;

    if (sqlite3_create_function(report->db, "iso", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                sql_iso, NULL, NULL) != SQLITE_OK)
        return error_set(err, STATUS_INPUT, "%s: %s", report->path, sqlite3_errmsg(report->db));
    fputs("{\n\"format\": \"tcpmortem-report-1\"", out);
    for (size_t i = 0; i < sizeof members / sizeof *members && status == STATUS_OK; i++)
        status = write_member(report, out, &members[i], err);
    fputs("\n}\n", out);
    return status;
}
