-- title:     A RST ended TIME-WAIT, and an old number got in
-- severity:  warning
-- param:     look_back = 64 -- rows of `segment` before the ACK of TIME-WAIT in which the segment that
--            it answers is looked for
-- explain:   TIME-WAIT is there to catch old duplicates of a closed connection. An old segment draws
--            an ACK from it; an end that knows nothing of the connection any more answers that ACK
--            with a RST; and by default Linux believes it and forgets TIME-WAIT at once, long
--            before its 60 s are over (RFC 1337). Here a SYN on the same tuple was accepted
--            afterwards that TIME-WAIT would have refused. What may follow is worse than a refusal:
--            data of the old connection that is still under way may be taken for the new one's, or
--            reset it. warning: the protection was gone when the tuple was used again. notice: it is
--            told by the ISN alone, and the SYN would have passed anyway.
-- remedy:    `sysctl -w net.ipv4.tcp_rfc1337=1` on the server: RSTs no longer end TIME-WAIT. Its
--            price: a client whose SYN looks old is refused for up to 60 s (time-wait-refused), for
--            its RST cannot clear the way. `sysctl -w net.ipv4.tcp_timestamps=1` at both ends: PAWS
--            then drops old segments by itself. Then look for the old duplicates: a queue or a
--            second route that delivers segments after the close (late-segment,
--            network-duplicate), and for who sent the RST: the client itself, or a firewall or NAT
--            host that had forgotten the connection (unexpected-rst). TIME-WAIT at the client's end
--            (let it close first) avoids the whole question.
-- reference: RFC 1337 §2 and §3; RFC 9293 §3.6.1; Linux tcp_minisocks.c, net.ipv4.tcp_rfc1337

-- `a` of time-wait-assassinated: the RST. One that answers the refusal of this very SYN is the way out
-- that RFC 9293 §3.10.7.3 provides: see time-wait-refused.
WITH fact AS MATERIALIZED (
    SELECT * FROM event WHERE kind = 'time-wait-assassinated'
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
killed AS MATERIALIZED (
    SELECT e.leg_id, e.segment_id, e.a AS rst_id, e.b AS after_ns, e.decided_by, e.confidence,
           l.connection_id, l.first_segment AS syn_id, l.first_ns, s.leg_id AS former_leg_id,
           s.ts_ns AS rst_ns, r.answers,
           row_number() OVER (PARTITION BY l.connection_id
                              ORDER BY l.path_position DESC, l.id) AS place
      FROM fact e
      JOIN leg l ON l.id = e.leg_id
      JOIN segment s ON s.id = e.a
      LEFT JOIN reset r ON r.segment_id = e.a
     WHERE s.leg_id <> e.leg_id AND e.leg_id NOT IN (SELECT leg_id FROM translated)
),
-- The old segment: the newest of the client's before the ACK that the RST answers.
old AS MATERIALIZED (
    SELECT k.leg_id, (SELECT max(o.id) FROM segment o
                       WHERE o.id BETWEEN k.answers - :look_back AND k.answers - 1
                         AND o.leg_id = k.former_leg_id AND o.dir = 0) AS segment_id
      FROM killed k
     WHERE k.place = 1
),
told AS (
    SELECT k.*, o.segment_id AS old_id, os.ts_ns AS old_ns, os.len AS old_len, a.ts_ns AS ack_ns,
           printf('%s:%d', c.client_addr, c.client_port) AS client,
           printf('%s:%d', c.server_addr, c.server_port) AS server, c.legs, c.outcome
      FROM killed k
      JOIN connection c ON c.id = k.connection_id
      LEFT JOIN old o ON o.leg_id = k.leg_id
      LEFT JOIN segment os ON os.id = o.segment_id
      LEFT JOIN segment a ON a.id = k.answers
     WHERE k.place = 1
)
SELECT connection_id,
       leg_id,
       coalesce(old_id, answers, rst_id) AS first_segment,
       segment_id AS last_segment,
       iif(decided_by = 'isn', 'notice', 'warning') AS severity,
       confidence,
       printf('%s to %s: a RST ended the server''s TIME-WAIT%s, and %.3f s later a SYN was accepted %s',
              client, server,
              iif(answers IS NULL, '',
                  iif(old_id IS NULL, ' (it answers its ACK)',
                      printf(' (it answers the ACK that an old segment of %d bytes had drawn)', old_len))),
              (first_ns - rst_ns) / 1e9,
              CASE decided_by
                  WHEN 'sequence' THEN 'whose sequence number it would have refused'
                  WHEN 'paws' THEN 'whose timestamp it would have refused (PAWS)'
                  ELSE 'with an ISN that does not go on from it' END) AS summary,
       json_object(
           'cause', 'a RST from the client''s address ended TIME-WAIT before its time (RFC 1337)',
           'chain', json_array(
               iif(old_ns IS NULL, 'what drew the ACK is not in the capture',
                   printf('%.3f s before the SYN: an old segment, after the close',
                          (first_ns - old_ns) / 1e9)),
               iif(ack_ns IS NULL, 'the RST answers no segment that was seen',
                   printf('%.3f s before the SYN: ACK of the end in TIME-WAIT', (first_ns - ack_ns) / 1e9)),
               printf('%.3f s before the SYN: RST from the client''s address', (first_ns - rst_ns) / 1e9),
               '0: SYN of the client from the same port',
               'then: SYN-ACK, which TIME-WAIT would not have sent'),
           'test', decided_by,
           'outcome', outcome,
           'what_if', json_array(
               'with net.ipv4.tcp_rfc1337=1 the RST would have been ignored and the SYN refused',
               'with timestamps at both ends data of the old connection could not get into the new one'),
           'missing', json_array(
               'that TIME-WAIT had not ended by itself is told by the time alone: another stack than '
               || 'Linux may keep it shorter',
               iif(legs = 1, 'recorded at one point only: who sent the RST does not show',
                   'the points before the server tell who sent the RST'),
               '`nstat -az TcpExtTW` and `ss -tan state time-wait` on the server right after the RST')) AS detail,
       json_array(json_array(old_id, 'old segment'), json_array(answers, 'ack'),
                  json_array(rst_id, 'rst'), json_array(syn_id, 'syn'),
                  json_array(segment_id, 'syn-ack')) AS evidence
  FROM told
 ORDER BY syn_id, connection_id
