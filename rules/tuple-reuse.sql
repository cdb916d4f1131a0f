-- title:     A tuple was used again soon after the connection that had it before
-- severity:  info
-- param:     evidence_max = 4 -- uses that are named as evidence, each with the answer
-- explain:   A client that opens many connections to one server comes back to a source port early.
--            While the end that closed first is in TIME-WAIT, the new SYN is judged by the old
--            connection: Linux lets it in when its sequence number is above the one expected, or
--            its timestamp is newer, and begins with an ISN that is 65537 above the last number of
--            the old connection: so the capture alone proves it. All of this is how TCP is meant
--            to work: info, one finding for each server end and form. notice: the former
--            connection stood in the way of the SYN (refused, swallowed) or had been ended by a RST
--            (assassinated); the diagnoses time-wait-refused, leaked-socket-collision and
--            time-wait-assassination tell which connections suffered.
-- remedy:    None is needed where reuse was accepted. To see less of it: keep connections open
--            (pools, HTTP keep-alive), or give the client more ports, `sysctl -w
--            net.ipv4.ip_local_port_range="1024 65535"` (it may take ports that a server on that
--            machine wants to listen on: see ip_local_reserved_ports) or more addresses.
-- reference: RFC 9293 §3.6.1; RFC 6191; Linux tcp_minisocks.c, tcp_timewait_state_process()

WITH fact AS MATERIALIZED (
    SELECT kind, leg_id, segment_id, a, b, cause, decided_by, confidence
      FROM event
     WHERE kind IN ('tuple-reuse', 'time-wait-reuse', 'time-wait-refused', 'time-wait-assassinated',
                    'syn-swallowed')
),
-- What came of the SYN. The other columns are those of the row with the minimum.
verdict AS MATERIALIZED (
    SELECT leg_id, kind, segment_id, a, cause, decided_by, confidence,
           min(CASE kind WHEN 'syn-swallowed' THEN 1 WHEN 'time-wait-refused' THEN 2
                         WHEN 'time-wait-assassinated' THEN 3 ELSE 4 END)
      FROM fact
     WHERE kind <> 'tuple-reuse'
     GROUP BY leg_id
),
-- Legs whose tuple is another one where the server is: what TIME-WAIT there made of it they cannot tell.
translated AS MATERIALIZED (
    SELECT l.id AS leg_id
      FROM leg l
      JOIN connection c ON c.id = l.connection_id AND l.path_position < c.legs - 1
     CROSS JOIN leg z ON z.connection_id = l.connection_id AND z.path_position = c.legs - 1
     WHERE l.id IN (SELECT leg_id FROM fact)
       AND (z.client_addr, z.client_port, z.server_addr, z.server_port)
           <> (l.client_addr, l.client_port, l.server_addr, l.server_port)
),
-- One leg speaks for the connection: the one nearest to the server.
reuse AS MATERIALIZED (
    SELECT f.leg_id, f.segment_id, f.b AS gap_ns, f.cause AS state, l.connection_id,
           c.client_addr || ':' || c.client_port AS client,
           c.server_addr, c.server_port, c.outcome,
           coalesce(v.confidence, f.confidence, 0.5) AS confidence,
           v.segment_id AS answer, v.a AS step, v.decided_by,
           CASE v.kind WHEN 'time-wait-reuse' THEN 'accepted'
                       WHEN 'time-wait-refused' THEN 'refused'
                       WHEN 'time-wait-assassinated' THEN 'assassinated'
                       WHEN 'syn-swallowed' THEN 'swallowed'
                       ELSE iif(f.cause IN ('closed', 'reset', 'syn-sent', 'unknown'), 'free',
                                'untold') END AS form,
           coalesce(v.cause, f.cause) AS test,
           row_number() OVER (PARTITION BY l.connection_id
                              ORDER BY v.kind IS NULL, l.path_position DESC, l.id) AS place
      FROM fact f
      JOIN leg l ON l.id = f.leg_id
      JOIN connection c ON c.id = l.connection_id
      LEFT JOIN verdict v ON v.leg_id = f.leg_id
     WHERE f.kind = 'tuple-reuse'
       AND (f.leg_id NOT IN (SELECT leg_id FROM translated)
            OR coalesce(v.kind, '') IN ('syn-swallowed', 'time-wait-refused'))
),
numbered AS (
    SELECT *,
           row_number() OVER (PARTITION BY server_addr, server_port, form, test
                              ORDER BY segment_id) AS nth
      FROM reuse
     WHERE place = 1
),
grouped AS (
    SELECT server_addr, server_port, form, test,
           count(*) AS uses, count(DISTINCT client) AS tuples, min(client) AS client,
           min(gap_ns) AS gap_min, max(gap_ns) AS gap_max, avg(gap_ns) AS gap_mean,
           min(confidence) AS confidence, sum(decided_by = 'isn' AND step = 65537) AS proven,
           sum(outcome = 'unanswered') AS unanswered,
           min(connection_id) AS connection_id, min(leg_id) AS leg_id,
           min(segment_id) AS first_segment, max(coalesce(answer, segment_id)) AS last_segment,
           '[' || group_concat(json_array(segment_id, 'syn')
                               || iif(answer IS NULL, '', ',' || json_array(answer, form)))
                      FILTER (WHERE nth <= :evidence_max) || ']' AS evidence
      FROM numbered
     GROUP BY server_addr, server_port, form, test
)
SELECT iif(uses = 1, connection_id, NULL) AS connection_id,
       iif(uses = 1, leg_id, NULL) AS leg_id,
       first_segment,
       last_segment,
       iif(form IN ('accepted', 'free', 'untold'), 'info', 'notice') AS severity,
       confidence,
       iif(tuples = 1, client, printf('%d client ports', tuples))
       || printf(' to %s:%d: %s %s s after the connection before, ', server_addr, server_port,
                 iif(uses = 1, 'a SYN', printf('%d SYNs', uses)),
                 iif(gap_min = gap_max, '', printf('%.3f to ', gap_min / 1e9))
                 || printf('%.3f', gap_max / 1e9))
       || CASE form
           WHEN 'accepted' THEN CASE test
               WHEN 'sequence' THEN 'let in by TIME-WAIT: a sequence number above the old one'
               WHEN 'timestamp' THEN 'let in by TIME-WAIT: a newer timestamp'
               ELSE 'for which the client left its own TIME-WAIT' END
               || iif(proven > 0, printf(' (ISN 65537 above the last number: %d of %d)', proven,
                                         uses), '')
           WHEN 'refused' THEN 'refused by TIME-WAIT: ' || CASE test
               WHEN 'sequence' THEN 'a sequence number not above the old one'
               WHEN 'paws' THEN 'an older timestamp (PAWS)'
               ELSE 'by its numbers it should have passed' END
           WHEN 'assassinated' THEN 'let in because a RST had ended TIME-WAIT'
           WHEN 'swallowed' THEN 'swallowed by what that one had left behind in ' || upper(test)
           WHEN 'free' THEN CASE test
               WHEN 'closed' THEN 'which had been closed in order'
               WHEN 'reset' THEN 'which had been reset or refused'
               WHEN 'syn-sent' THEN 'which had never been answered'
               ELSE 'of which only a part was recorded' END
           ELSE 'which had been left in ' || upper(test) || '; what that did to it is not seen'
       END AS summary,
       json_object('server', server_addr || ':' || server_port, 'form', form, 'by', test,
                   'uses', uses, 'tuples', tuples, 'unanswered', unanswered,
                   'gap_s_min', round(gap_min / 1e9, 6), 'gap_s_mean', round(gap_mean / 1e9, 6),
                   'gap_s_max', round(gap_max / 1e9, 6), 'isn_65537', proven) AS detail,
       evidence
  FROM grouped
 ORDER BY first_segment, form, test
