-- title:     A socket in TIME-WAIT refused a new connection
-- severity:  warning
-- param:     evidence_max = 4 -- refusals that are named as evidence, each with its SYN
-- param:     slow_ms = 500 -- a connect that was late by less is worth a notice
-- explain:   The server's end closed the former connection first and is in TIME-WAIT (Linux: 60 s).
--            The client took the same port again, and its SYN looked old: its sequence number was
--            not above the one expected and no newer timestamp spoke for it, or its timestamp was
--            older than the last one (PAWS). So the server answered with the last ACK of the former
--            connection. The client should answer that with a RST, which ends TIME-WAIT, so that the
--            next SYN gets in: a late connect (notice, warning). error: it never opened: the RST was
--            not sent, was lost or filtered as INVALID, or net.ipv4.tcp_rfc1337 makes the server
--            ignore it. A client cannot do that to itself: Linux gives its ports numbers that rise.
--            Look for what makes several clients one: a NAT or load balancer that gives one address
--            and port to different machines, each with a clock of its own for ISN and timestamps, a
--            client that restarted, or one that chooses its numbers at random (a scanner).
-- remedy:    Let the client close first: then TIME-WAIT is at its end, where Linux avoids the port
--            or takes it over safely (net.ipv4.tcp_tw_reuse=1 on the client, by the timestamp).
--            Keep timestamps on at both ends, `sysctl -w net.ipv4.tcp_timestamps=1` (12 bytes a
--            segment): without them only the sequence number can speak for a SYN.
--            Where a NAT shares the address: more ports, `sysctl -w
--            net.ipv4.ip_local_port_range="1024 65535"` on it or more addresses, and a mapping
--            that it keeps for longer than 60 s after the close,
--            `net.netfilter.nf_conntrack_tcp_timeout_time_wait=120` (the default; it holds the
--            port for that long). Never net.ipv4.tcp_tw_recycle, which broke clients behind NAT and is
--            gone since Linux 4.12. net.ipv4.tcp_rfc1337=0 (the default) lets the client's RST
--            end TIME-WAIT; it also lets a stray one do so: see time-wait-assassination.
-- reference: RFC 9293 §3.6.1 and §3.10.7.3; RFC 6191; RFC 7323 §5; Linux tcp_minisocks.c,
--            tcp_timewait_state_process()

-- `a` of time-wait-refused: the SYN's number less the one expected; `b`: the same of its timestamp.
WITH refusal AS MATERIALIZED (
    SELECT e.leg_id, e.segment_id, e.a, e.b, e.cause, e.decided_by, e.confidence, l.connection_id,
           row_number() OVER (PARTITION BY e.leg_id ORDER BY e.segment_id) AS nth,
           dense_rank() OVER (PARTITION BY l.connection_id
                              ORDER BY l.path_position DESC, l.id) AS place
      FROM event e
      JOIN leg l ON l.id = e.leg_id
     WHERE e.kind = 'time-wait-refused'
),
-- The leg nearest to the server speaks for the connection; the other columns are the first refusal's.
chosen AS MATERIALIZED (
    SELECT leg_id, connection_id, min(segment_id) AS segment_id, max(segment_id) AS last_id,
           count(*) AS refusals, a, b, cause, decided_by, confidence,
           group_concat(json_array(segment_id, 'old numbers')) FILTER (WHERE nth <= :evidence_max)
               AS evidence
      FROM refusal
     WHERE place = 1
     GROUP BY leg_id
),
reuse AS MATERIALIZED (
    SELECT e.leg_id, e.segment_id, e.b AS gap_ns, x.last_segment AS former_last
      FROM event e
      JOIN chosen h ON h.leg_id = e.leg_id
      JOIN leg x ON x.id = e.a
     WHERE e.kind = 'tuple-reuse'
),
cured AS MATERIALIZED (
    SELECT e.leg_id, min(e.segment_id) AS segment_id
      FROM event e
      JOIN chosen h ON h.leg_id = e.leg_id
     WHERE e.kind = 'time-wait-assassinated'
     GROUP BY e.leg_id
),
rst AS MATERIALIZED (
    SELECT r.leg_id, min(r.segment_id) AS segment_id, s.ts_ns
      FROM reset r
      JOIN chosen h ON h.leg_id = r.leg_id
      JOIN segment s ON s.id = r.segment_id
      LEFT JOIN cured c ON c.leg_id = r.leg_id
     WHERE r.dir = 0 AND r.segment_id > h.segment_id
       AND r.segment_id < coalesce(c.segment_id, r.segment_id + 1)
     GROUP BY r.leg_id
),
-- RSTs of the client that were seen nearer to it only.
lost AS MATERIALIZED (
    SELECT l.connection_id, p.name, max(l.path_position) AS farthest
      FROM reset r
      JOIN leg l ON l.id = r.leg_id
      JOIN point p ON p.id = l.point_id
     WHERE r.dir = 0 AND l.connection_id IN (SELECT connection_id FROM chosen)
       AND r.leg_id NOT IN (SELECT leg_id FROM rst)
     GROUP BY l.connection_id
),
syn AS MATERIALIZED (
    SELECT e.leg_id, count(*) AS copies, max(e.b) AS after_ns, max(e.segment_id) AS last_id
      FROM event e
      JOIN chosen h ON h.leg_id = e.leg_id
     WHERE e.kind = 'syn-retransmission'
     GROUP BY e.leg_id
),
told AS (
    SELECT h.*, c.handshake_ns, c.outcome, l.first_segment AS syn_id, l.first_ns,
           l.synacks > 0 AS is_answered,
           printf('%s:%d', c.client_addr, c.client_port) AS client,
           printf('%s:%d', c.server_addr, c.server_port) AS server,
           u.gap_ns, u.former_last, r.segment_id AS rst_id, r.ts_ns AS rst_ns,
           k.segment_id AS cured_id, z.ts_ns AS cured_ns, y.copies, y.after_ns, y.last_id AS last_syn,
           a.ts_ns AS ack_ns, c.legs, o.name AS lost_after
      FROM chosen h
      JOIN connection c ON c.id = h.connection_id
      JOIN leg l ON l.id = h.leg_id
      JOIN segment a ON a.id = h.segment_id
      LEFT JOIN reuse u ON u.leg_id = h.leg_id
      LEFT JOIN rst r ON r.leg_id = h.leg_id
      LEFT JOIN lost o ON o.connection_id = h.connection_id
      LEFT JOIN cured k ON k.leg_id = h.leg_id
      LEFT JOIN segment z ON z.id = k.segment_id
      LEFT JOIN syn y ON y.leg_id = h.leg_id
)
SELECT connection_id,
       leg_id,
       coalesce(former_last, syn_id) AS first_segment,
       max(last_id, coalesce(cured_id, last_id), coalesce(last_syn, last_id)) AS last_segment,
       CASE WHEN NOT is_answered THEN iif(copies > 0, 'error', 'warning')
            WHEN coalesce(cured_ns, ack_ns) - first_ns < :slow_ms * 1000000 THEN 'notice'
            ELSE 'warning' END AS severity,
       iif(cause = 'unknown', 0.7, confidence) AS confidence,
       printf('%s to %s: the SYN came %.3f s after the end of the connection before and was answered '
              || 'by its TIME-WAIT, %s; ', client, server, gap_ns / 1e9,
              CASE cause
                  WHEN 'sequence' THEN printf('since its sequence number lies %d below the one expected%s',
                                              -a, iif(b IS NULL, ' and it has no timestamp',
                                                      ' and its timestamp is not newer'))
                  WHEN 'paws' THEN printf('since its timestamp is %d older than the last one (PAWS)', -b)
                  ELSE 'though its numbers should have passed' END)
       || CASE
           WHEN is_answered AND rst_id IS NOT NULL
               THEN printf('the client''s RST ended that, and a SYN got in %.3f s after the first one',
                           (cured_ns - first_ns) / 1e9)
           WHEN is_answered THEN 'a later SYN got in'
           WHEN copies > 0 THEN printf('%d SYNs in %.3f s were refused so, %s', copies + 1,
                                       after_ns / 1e9,
                                       CASE WHEN rst_id IS NOT NULL
                                                THEN 'in spite of the client''s RST'
                                            WHEN lost_after IS NOT NULL
                                                THEN 'and the client''s RST got lost beyond ' || lost_after
                                            ELSE 'and no RST of the client came' END)
           ELSE iif(rst_id IS NULL, 'neither a RST of the client nor another SYN followed',
                    'after the client''s RST no other SYN followed') END AS summary,
       json_object(
           'cause', 'the server''s end of the former connection was in TIME-WAIT, and the SYN of the new '
                    || 'one looked to it like an old duplicate',
           'chain', json_array(
               printf('%.3f s before the SYN: last segment of the former connection', gap_ns / 1e9),
               '0: SYN of the client from the same port',
               printf('%.3f ms: ACK of the server with the former connection''s numbers',
                      (ack_ns - first_ns) / 1e6),
               iif(rst_ns IS NULL, 'no RST of the client'
                                   || coalesce(', though one was seen at ' || lost_after, ''),
                   printf('%.3f ms: RST of the client', (rst_ns - first_ns) / 1e6)),
               iif(cured_ns IS NULL, 'no SYN-ACK',
                   printf('%.3f ms: SYN-ACK', (cured_ns - first_ns) / 1e6))),
           'test', cause, 'seq_above', a, 'tsval_newer', b, 'refusals', refusals,
           'syns', coalesce(copies, 0) + 1, 'opened', is_answered,
           'what_if', json_array(
               iif(cause = 'paws', 'a client with one clock for its timestamps would have been let in',
                   'a SYN with a higher sequence number or a newer timestamp would have been let in'),
               'had the client closed first, TIME-WAIT would have been at its own end',
               iif(cured_id IS NOT NULL, 'with net.ipv4.tcp_rfc1337=1 the RST would have changed nothing',
                   iif(rst_id IS NULL, 'a RST of the client would have ended TIME-WAIT, unless '
                                       || 'net.ipv4.tcp_rfc1337=1',
                       'with net.ipv4.tcp_rfc1337=0 a RST at the number expected would have ended '
                       || 'TIME-WAIT'))),
           'missing', json_array(
               'segments of the former connection that the capture missed may have moved its numbers',
               iif(cause = 'sequence' AND b IS NULL,
                   'whether the SYN came from the same machine: compare TTL and options of both',
                   'whether the SYN came from the same machine: compare TTL, options and timestamps of '
                   || 'both'),
               iif(legs = 1, 'recorded at one point only: a RST that was lost before it does not show',
                   'recorded at several points'))) AS detail,
       '[' || json_array(former_last, 'former connection') || ',' || json_array(syn_id, 'syn') || ','
           || evidence || ',' || json_array(rst_id, 'rst') || ',' || json_array(cured_id, 'syn-ack')
           || ']' AS evidence
  FROM told
 ORDER BY syn_id, connection_id
