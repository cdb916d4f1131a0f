-- title:     A handshake needed more than one SYN
-- severity:  warning
-- param:     min_gap_us = 1000 -- a copy that follows the first SYN faster was captured twice, not
--            sent twice
-- param:     quick_ms = 1500 -- one lost SYN that costs no more than this is worth an info only
-- param:     wait_ms = 1000 -- a capture that ends sooner after the last SYN cannot say that no
--            answer came
-- param:     evidence_max = 12 -- copies that are named as evidence
-- explain:   A client repeats its SYN when no answer reaches it: after 1, 3, 7, 15 … s (initial RTO
--            of RFC 6298, doubled), or 1, 2, 3, 4, 5, 7, 11 … s on Linux from 6.5 on
--            (tcp_syn_linear_timeouts). One copy and then a SYN-ACK is a single lost packet. Copies
--            that are never answered mean that the SYN did not reach the server, that the server
--            did not answer, or that the answer did not come back: detail.seen says at which points
--            the SYN and the SYN-ACK were recorded, in the order of the path, and detail.never_seen
--            where they were not although other connections to the same server passed there while
--            that point recorded. The fault lies between the last point with the SYN and the first
--            without it. If every point up to the server has the SYN, look at the server: `ss -ltn`
--            (is the port open, is Recv-Q at Send-Q: accept queue full), `nstat -az
--            TcpExtListenOverflows TcpExtListenDrops`, and the firewall rules there.
-- remedy:    Compare the SYNs that fail with those that work before changing anything: source port
--            (a firewall or a hash over several paths), TTL (finding ttl-anomaly), an earlier
--            connection on the same ports (leaked-socket-collision, time-wait-refused). Raising
--            net.ipv4.tcp_syn_retries on the client only makes the failure slower.
-- reference: RFC 9293 §3.8.1; RFC 6298 §2 and §5; Linux ip-sysctl: tcp_syn_retries,
--            tcp_syn_linear_timeouts, tcp_synack_retries

WITH copy AS MATERIALIZED (
    SELECT l.connection_id, e.leg_id, l.path_position, e.segment_id, e.b AS after_ns,
           e.kind = 'synack-retransmission' AS dir
      FROM event e
      JOIN leg l ON l.id = e.leg_id
     WHERE e.kind IN ('syn-retransmission', 'synack-retransmission')
       AND e.b >= :min_gap_us * 1000
),
-- One leg speaks for the connection: the one nearest to the sender, where all copies were seen.
-- Copies of the SYN come before those of the SYN-ACK.
ranked AS (
    SELECT *,
           rank() OVER (PARTITION BY connection_id
                        ORDER BY dir, iif(dir, -path_position, path_position)) AS place,
           row_number() OVER (PARTITION BY leg_id, dir ORDER BY segment_id) AS nth
      FROM copy
),
chosen AS MATERIALIZED (
    SELECT connection_id, leg_id, dir,
           count(*) AS copies,
           max(after_ns) AS after_ns,
           min(segment_id) AS first_copy,
           max(segment_id) AS last_copy,
           json_group_array(round(after_ns / 1e9, 3)) AS after_s,
           json_group_array(json_array(segment_id, iif(dir, 'syn-ack copy', 'syn copy')))
               FILTER (WHERE nth <= :evidence_max) AS evidence
      FROM ranked
     WHERE likely(place = 1)
     GROUP BY connection_id
),
-- All legs of these connections, in the order of the path.
path AS MATERIALIZED (
    SELECT l.connection_id, l.point_id, l.path_position, p.name,
           l.syns - l.sightings_syns AS syns, l.synacks - l.sightings_synacks AS synacks,
           l.segments_server - l.sightings_server AS segments_server,
           l.syn_answer = 'icmp' AS is_told,
           l.server_addr, l.server_port, l.ttl_max_client, l.ttl_max_server,
           row_number() OVER (PARTITION BY l.connection_id ORDER BY l.path_position) AS nth
      FROM leg l
      JOIN point p ON p.id = l.point_id
     WHERE l.connection_id IN (SELECT connection_id FROM chosen)
),
seen AS MATERIALIZED (
    SELECT connection_id,
           sum(synacks) AS synacks,
           group_concat(name, ', ') FILTER (WHERE syns > 0) AS syn_points,
           group_concat(name, ', ') FILTER (WHERE synacks > 0) AS synack_points,
           max(segments_server) AS answers, max(is_told) AS is_told,
           group_concat(name, ', ') FILTER (WHERE segments_server > 0) AS answer_points,
           json_group_array(json_object('point', name, 'syns', syns, 'syn_ttl', ttl_max_client,
                                        'synacks', synacks, 'synack_ttl', ttl_max_server)) AS points
      FROM path
     GROUP BY connection_id
),
near AS MATERIALIZED (
    SELECT connection_id, point_id, name, syns, synacks, min(path_position)
      FROM path
     GROUP BY connection_id
),
far AS MATERIALIZED (
    SELECT connection_id, point_id, name, syns, server_addr, server_port, max(path_position)
      FROM path
     WHERE syns > 0
     GROUP BY connection_id
),
-- Where a point recorded from and to; files with several points count for those without their own.
span AS MATERIALIZED (
    SELECT point_id, min(first_ns) AS first_ns, max(last_ns) AS last_ns
      FROM capture
     WHERE point_id IS NOT NULL
     GROUP BY point_id
    UNION ALL
    SELECT id, (SELECT min(first_ns) FROM capture WHERE point_id IS NULL),
           (SELECT max(last_ns) FROM capture WHERE point_id IS NULL)
      FROM point
     WHERE id NOT IN (SELECT point_id FROM capture WHERE point_id IS NOT NULL)
),
-- Points that other connections reach from the last point with the SYN, to the same server.
onward AS MATERIALIZED (
    SELECT a.point_id, a.server_addr, a.server_port, b.point_id AS next_point_id,
           count(*) AS connections
      FROM leg a
      JOIN leg b ON b.connection_id = a.connection_id AND b.path_position > a.path_position
     WHERE a.syns > 0 AND b.syns > 0 AND b.path_position > 0
       AND (a.point_id, a.server_addr, a.server_port) IN
           (SELECT point_id, server_addr, server_port FROM far)
     GROUP BY a.point_id, a.server_addr, a.server_port, b.point_id
     LIMIT (SELECT iif(count(*) > 1, -1, 0) FROM point)
),
missing AS MATERIALIZED (
    SELECT far.connection_id,
           group_concat(p.name || ' (where ' || o.connections || ' other'
                        || iif(o.connections = 1, '', 's') || ' to it passed)', ', ') AS names,
           json_group_array(json_object('point', p.name, 'others', o.connections)) AS points
      FROM far
      JOIN connection c ON c.id = far.connection_id
      JOIN onward o ON o.point_id = far.point_id AND o.server_addr = far.server_addr
                   AND o.server_port = far.server_port
      JOIN point p ON p.id = o.next_point_id
      JOIN span s ON s.point_id = p.id AND c.first_ns <= s.last_ns AND c.last_ns >= s.first_ns
      LEFT JOIN path own ON own.connection_id = far.connection_id AND own.point_id = p.id
     WHERE own.point_id IS NULL
     GROUP BY far.connection_id
),
fact AS (
    SELECT h.connection_id, h.leg_id, h.dir, h.copies, h.after_ns, h.after_s, h.evidence,
           h.first_copy, h.last_copy, l.first_segment, f.flags AS first_flags,
           l.client_addr || ':' || l.client_port AS client,
           l.server_addr || ':' || l.server_port AS server,
           l.segments_server - l.sightings_server AS segments_server, seen.answers,
           seen.answer_points, l.rsts_server - l.sightings_rsts_server AS rsts_server,
           l.synacks - l.sightings_synacks AS synacks,
           c.outcome, c.handshake_ns, seen.points, seen.syn_points, seen.synack_points,
           near.name AS near_name, missing.names AS missing_names, missing.points AS missing_points,
           (span.last_ns - last.ts_ns) / 1000000 AS recorded_after_ms,
           CASE
               WHEN c.handshake_ns IS NOT NULL THEN 'completed'
               WHEN c.outcome = 'refused' THEN 'refused'
               WHEN iif(h.dir, l.segments_client = l.syns
                               AND l.segments_server > l.synacks + l.rsts_server,
                        l.segments_server = 0
                        AND l.segments_client > l.syns + l.rsts_client)
                   THEN 'not recorded'
               WHEN near.synacks > 0 THEN iif(h.dir, 'unacknowledged', 'ignored')
               WHEN seen.synacks > 0 THEN 'lost'
               WHEN l.segments_server > 0 THEN 'other'
               WHEN seen.answers > 0 THEN 'other lost'
               WHEN seen.is_told THEN 'icmp'
               ELSE 'none'
           END AS answer
      FROM chosen h
      JOIN connection c ON c.id = h.connection_id
      JOIN leg l ON l.id = h.leg_id
      JOIN segment f ON f.id = l.first_segment
      JOIN segment last ON last.id = h.last_copy
      JOIN seen ON seen.connection_id = h.connection_id
      JOIN near ON near.connection_id = h.connection_id
      LEFT JOIN span ON span.point_id = l.point_id
      LEFT JOIN missing ON missing.connection_id = h.connection_id
)
SELECT connection_id,
       leg_id,
       iif(first_flags & 18 = iif(dir, 18, 2), first_segment, first_copy) AS first_segment,
       last_copy AS last_segment,
       CASE
           WHEN answer = 'completed' THEN
               iif(dir OR copies = 1 AND handshake_ns <= :quick_ms * 1000000, 'info', 'notice')
           WHEN answer = 'refused' THEN iif(rsts_server > copies, 'info', 'notice')
           WHEN answer IN ('unacknowledged', 'not recorded', 'icmp') THEN 'notice'
           WHEN copies = 1 AND recorded_after_ms < :wait_ms THEN 'notice'
           ELSE 'warning'
       END AS severity,
       CASE
           WHEN answer IN ('completed', 'refused') THEN 0.95
           WHEN answer = 'not recorded' THEN 0.6
           WHEN recorded_after_ms < :wait_ms THEN iif(copies = 1, 0.5, 0.9)
           ELSE 0.95
       END AS confidence,
       CASE
           WHEN dir THEN printf('%s sent its SYN-ACK %d times in %.3f s to %s', server, copies + 1,
                                after_ns / 1e9, client)
           ELSE printf('%s sent its SYN %d times in %.3f s to %s', client, copies + 1,
                       after_ns / 1e9, server)
       END || CASE answer
           WHEN 'completed' THEN printf('; the handshake was complete after %.3f s',
                                        handshake_ns / 1e9)
           WHEN 'refused' THEN iif(rsts_server > copies, '; each was refused with a RST',
                                   '; at last it was refused with a RST')
           WHEN 'not recorded' THEN printf('; it went on then, so the %s answered: that side was '
                                           || 'not recorded', iif(dir, 'client', 'server'))
           WHEN 'unacknowledged' THEN '; the client never acknowledged it'
           WHEN 'ignored' THEN printf(', although %d SYN-ACK%s passed %s: lost between there and the '
                                      || 'client, or refused by it', synacks,
                                      iif(synacks = 1, '', 's'), near_name)
           WHEN 'lost' THEN printf(': the SYN-ACK was seen at %s, never at %s', synack_points,
                                   near_name)
           WHEN 'other' THEN printf('; the server answered with %d segment%s, none of them a SYN-ACK',
                                    segments_server, iif(segments_server = 1, '', 's'))
           WHEN 'other lost' THEN
               printf('; the server answered with %d segment%s, none of them a SYN-ACK: seen at %s, '
                      || 'never at %s', answers, iif(answers = 1, '', 's'), answer_points, near_name)
           ELSE iif(answer = 'icmp', ' and was answered by ICMP only; ', ' without any answer; ')
                || printf('seen at %s', syn_points)
                || coalesce(', never at ' || missing_names, '')
       END AS summary,
       json_object('copies', copies, 'after_s', json(after_s), 'answer', answer,
                   'outcome', outcome, 'handshake_s', round(handshake_ns / 1e9, 6),
                   'seen', json(points), 'never_seen', json(coalesce(missing_points, '[]')),
                   'recorded_after_ms', recorded_after_ms) AS detail,
       iif(first_flags & 18 = iif(dir, 18, 2),
           json_insert(evidence, '$[#]', json_array(first_segment, iif(dir, 'syn-ack', 'syn'))),
           evidence) AS evidence
  FROM fact
 ORDER BY first_segment, connection_id
