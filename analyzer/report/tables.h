/* The rows of findings and connections that more than one writer shows. */
#ifndef TABLES_H
#define TABLES_H

#include <stdint.h>
#include <stdio.h>

#include "base/text.h"
#include "base/time_text.h"
#include "case/query.h"

enum table_finding {
    FINDING_ID,
    FINDING_SEVERITY,
    FINDING_RULE,
    FINDING_CONFIDENCE,
    FINDING_CONNECTION,
    FINDING_CLIENT,
    FINDING_SERVER,
    FINDING_POINT,
    FINDING_FIRST,
    FINDING_LAST,
    FINDING_SUMMARY,
    FINDING_DETAIL,
};

/* The worst first. */
#define TABLE_FINDINGS_SQL                                                                         \
    "SELECT f.id, f.severity, f.rule_id, printf('%.3f', f.confidence), f.connection_id,"           \
    " c.client_addr || ':' || c.client_port, c.server_addr || ':' || c.server_port, p.name,"       \
    " f.first_ns, f.last_ns, f.summary, f.detail"                                                  \
    " FROM worst w JOIN finding f ON f.id = w.finding_id"                                          \
    " LEFT JOIN connection c ON c.id = f.connection_id"                                            \
    " LEFT JOIN leg l ON l.id = f.leg_id LEFT JOIN point p ON p.id = l.point_id"                   \
    " ORDER BY w.place"

/* The segments of the finding `:finding`. */
#define TABLE_EVIDENCE_SQL                                                                         \
    "SELECT e.role, p.name, s.frame"                                                               \
    " FROM evidence e JOIN segment s ON s.id = e.segment_id"                                       \
    " JOIN leg l ON l.id = s.leg_id JOIN point p ON p.id = l.point_id"                             \
    " WHERE e.finding_id = :finding ORDER BY e.segment_id, e.role"

enum table_connection {
    CONNECTION_ID,
    CONNECTION_CLIENT, /* address and port: table_end() */
    CONNECTION_CLIENT_PORT,
    CONNECTION_SERVER,
    CONNECTION_SERVER_PORT,
    CONNECTION_OUTCOME,
    CONNECTION_FIRST,
    CONNECTION_DURATION,
    CONNECTION_LEGS,
    CONNECTION_POINTS,
    CONNECTION_HANDSHAKE,
    CONNECTION_SEGMENTS_CLIENT,
    CONNECTION_SEGMENTS_SERVER,
    CONNECTION_BYTES_CLIENT,
    CONNECTION_BYTES_SERVER,
    CONNECTION_SYNS,
    CONNECTION_RSTS_CLIENT,
    CONNECTION_RSTS_SERVER,
    CONNECTION_LINK_METHOD,
    CONNECTION_LINK_CONFIDENCE,
    CONNECTION_REUSE_OF,
    CONNECTION_FINDINGS,
};

/* Those with an id from `:first` to `:last`. To be followed by ORDER BY; `c.id` and
 * `count.findings` are there to order by. `near` is the leg nearest to the client, whose counts are
 * told. */
#define TABLE_CONNECTIONS_SQL                                                                      \
    "WITH way AS MATERIALIZED ("                                                                   \
    " SELECT connection_id, group_concat(name, ' ') AS points FROM ("                              \
    " SELECT l.connection_id, p.name FROM connection c CROSS JOIN leg l ON l.connection_id = c.id" \
    " JOIN point p ON p.id = l.point_id WHERE c.legs > 1 AND c.id BETWEEN :first AND :last"        \
    " ORDER BY l.connection_id, l.path_position, l.id) GROUP BY connection_id),"                   \
    " count AS MATERIALIZED ("                                                                     \
    " SELECT connection_id, count(*) AS findings FROM worst"                                       \
    " WHERE connection_id BETWEEN :first AND :last GROUP BY connection_id) "                       \
    "SELECT c.id, c.client_addr, c.client_port, c.server_addr, c.server_port,"                     \
    " c.outcome, c.first_ns, c.last_ns - c.first_ns, c.legs, coalesce(way.points, p.name),"        \
    " c.handshake_ns, segments_client, segments_server, bytes_client, bytes_server, syns,"         \
    " rsts_client, rsts_server, c.link_method,"                                                    \
    " iif(c.link_confidence IS NULL, '', printf('%.3f', c.link_confidence)),"                      \
    " c.reuse_of, coalesce(count.findings, 0)"                                                     \
    " FROM connection c JOIN leg near ON near.id = c.leg_id"                                       \
    " JOIN point p ON p.id = near.point_id LEFT JOIN way ON way.connection_id = c.id"              \
    " LEFT JOIN count ON count.connection_id = c.id WHERE c.id BETWEEN :first AND :last"

enum {
    TABLE_END_SIZE = 96
};

/* "10.0.0.1:443" of an address in this column and a port in the next. Returns `text`, which holds
 * every address that there is; what a tampered case has in its place is cut. */
const char *table_end(struct query *q, int column, char text[static TABLE_END_SIZE]);

/* How many milliseconds the handshake took, "" if it was not seen whole. The text is in `text` or
 * static. */
const char *table_handshake(struct query *q, char text[static TIME_TEXT_SIZE]);

/* "late segment host#562, RST host#563", by the statement `evidence` of TABLE_EVIDENCE_SQL. What
 * is beyond `max` is counted. */
void table_write_evidence(FILE *out, enum text_style style, struct query *evidence, int64_t finding,
                          int64_t max);

#endif
