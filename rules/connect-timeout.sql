-- title:     A SYN was never answered
-- severity:  warning
-- param:     min_gap_us = 1000 -- a copy that follows the SYN before it faster was captured twice,
--            not sent twice
-- param:     wait_ms = 3000 -- with one SYN, no answer is told only if the capture went on for so long
-- param:     fit = 0.2 -- by how much of itself a gap may differ from a kernel's; timers of many
--            seconds are late by up to an eighth
-- param:     evidence_max = 12 -- SYNs that are named as evidence
-- explain:   Neither a SYN-ACK nor a RST nor an ICMP error came back to the client, and connect()
--            fails with ETIMEDOUT when the kernel has no tries left (one more gap after the last
--            SYN), or earlier if the program had a limit of its own. What was lost where:
--            detail.seen has the points that saw the SYN, in the order of the path, with its TTL
--            there; detail.never_seen those that did not, though they recorded and had SYNs of
--            other connections to that server. If the SYN-ACK is in detail.seen, the way back is at
--            fault. detail.series tells by the gaps which kernel sent them: Linux doubles from 1 s
--            (0, 1, 3, 7, 15, 31 s); from 6.5 on, and macOS, the first five gaps are 1 s; 3 s at
--            first is Linux before 3.1 or Windows. detail.syn_retries is how many repetitions there
--            were when the next one was due and did not come: net.ipv4.tcp_syn_retries, if it was
--            the kernel that gave up. A refusal is connection-refused's, a connect that was late
--            syn-retransmitted's. warning: the SYN was repeated; notice: once only, and the capture
--            ended before it could be again; info: one SYN only, as scanners send it; those of a
--            client are one finding.
-- remedy:    Look at the first device after the last point that saw the SYN. ttl-anomaly tells if it
--            ran out of hops. `traceroute -T -p PORT HOST` shows how far SYNs get now, `tcpdump -ni any
--            'tcp[tcpflags] & tcp-syn != 0 and port PORT'` on the server whether they come. If they
--            come and no SYN-ACK leaves: `ss -ltn` (Recv-Q at Send-Q: the accept queue is full),
--            `nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtTCPReqQFullDrop`, and `iptables
--            -vnL` or `nft list ruleset` for DROP (counters). A firewall that rejects in place of
--            dropping makes the failure quick. Fewer tries (`sysctl net.ipv4.tcp_syn_retries=3`, or
--            TCP_SYNCNT, TCP_USER_TIMEOUT on the socket) fail sooner, and fail where a longer loss
--            would have been survived.
-- reference: RFC 9293 §3.8.3 and §3.10.7.3; RFC 6298 §2; Linux ip-sysctl: tcp_syn_retries,
--            tcp_syn_linear_timeouts; tcp(7)

-- The leg nearest to the client of each connection that was not answered there.
WITH dead AS MATERIALIZED (
    SELECT id FROM connection WHERE outcome = 'unanswered'
),
path AS MATERIALIZED (
    SELECT l.id AS leg_id, l.connection_id, l.point_id, l.path_position, l.client_addr, l.client_port,
           l.server_addr, l.server_port, l.syns - l.sightings_syns AS syns,
           l.synacks - l.sightings_synacks AS synacks, l.segments_client, l.segments_server,
           l.rsts_client, l.ttl_max_client AS ttl, l.first_segment, l.last_segment,
           l.first_ns, l.last_ns, l.syn_answer
      FROM leg l
     WHERE l.connection_id IN (SELECT id FROM dead)
),
-- A SYN-ACK whose SYN lies too far back in time to be of its leg: a broken clock, not a silent server.
-- (`near` asks with iif(): NOT IN would go through all of them for each connect.)
later AS MATERIALIZED (
    SELECT point_id, client_addr, client_port, server_addr, server_port
      FROM leg
     WHERE syns = 0 AND synacks > 0
),
near AS MATERIALIZED (
    SELECT *
      FROM path
     WHERE path_position = 0 AND syns > 0 AND segments_server = 0
       AND segments_client = syns + rsts_client AND syn_answer <> 'icmp'
       AND connection_id NOT IN (SELECT connection_id FROM path WHERE syn_answer = 'icmp')
       AND iif((point_id, client_addr, client_port, server_addr, server_port) IN (SELECT * FROM later), 0, 1)
),
-- The gaps between the SYNs.
copy AS MATERIALIZED (
    SELECT leg_id, segment_id, b AS after_ns, row_number() OVER leg AS nth,
           (b - lag(b, 1, 0) OVER leg) / 1e9 AS gap_s, first_value(b) OVER leg / 1e9 AS first_s
      FROM event
     WHERE kind = 'syn-retransmission' AND b >= :min_gap_us * 1000
       AND leg_id IN (SELECT leg_id FROM near)
    WINDOW leg AS (PARTITION BY leg_id ORDER BY segment_id)
),
-- Against those of kernels: doubled from the first one; the first five alike, then doubled.
series AS MATERIALIZED (
    SELECT leg_id, count(*) AS copies, max(after_ns) AS after_ns, max(segment_id) AS last_copy,
           first_s,
           sum(abs(gap_s / (first_s * (1 << min(nth - 1, 20))) - 1) > :fit) AS not_doubled,
           sum(abs(gap_s / (first_s * (1 << min(max(nth - 5, 0), 20))) - 1) > :fit) AS not_linear,
           json_group_array(round(after_ns / 1e9, 3)) AS after_s,
           json_group_array(json_array(segment_id, 'syn copy'))
               FILTER (WHERE nth < :evidence_max) AS evidence
      FROM copy
     GROUP BY leg_id
),
-- Where a point recorded to; files with several points count for those without their own.
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
fact AS MATERIALIZED (
    SELECT n.*, p.name AS point, coalesce(s.copies, 0) AS copies, coalesce(s.after_ns, 0) AS after_ns,
           s.last_copy, s.after_s, s.evidence, s.first_s,
           (w.last_ns - n.first_ns - coalesce(s.after_ns, 0)) / 1e9 AS recorded_s,
           CASE
               WHEN s.copies IS NULL THEN 'one SYN'
               WHEN s.copies < 2 AND s.first_s BETWEEN 1 - :fit AND 1 + :fit THEN 'one gap of 1 s'
               WHEN s.copies < 2 THEN 'one gap'
               WHEN s.not_doubled = 0 AND s.first_s BETWEEN 1 - :fit AND 1 + :fit
                   THEN 'doubled from 1 s'
               WHEN s.not_doubled = 0 THEN printf('doubled from %.1f s', s.first_s)
               WHEN s.not_linear = 0 AND s.first_s BETWEEN 1 - :fit AND 1 + :fit
                   THEN 'linear, then doubled'
               ELSE 'none known'
           END AS series
      FROM near n
      JOIN point p ON p.id = n.point_id
      LEFT JOIN series s ON s.leg_id = n.leg_id
      LEFT JOIN span w ON w.point_id = n.point_id
),
-- When the next SYN was due.
due AS MATERIALIZED (
    SELECT *,
           CASE
               WHEN series LIKE 'doubled%' THEN first_s * (1 << min(copies, 20))
               WHEN series LIKE 'linear%' THEN first_s * (1 << min(max(copies - 4, 0), 20))
               WHEN copies = 1 THEN first_s * 2
           END AS due_s
      FROM fact
     WHERE copies > 0
),
-- One SYN each: many are a scan, so they are counted.
once AS (
    SELECT min(connection_id) AS connection_id, leg_id, point, client_addr, server_addr, server_port,
           ttl, count(*) AS connects, count(DISTINCT server_addr) AS servers,
           min(first_segment) AS first_segment, max(last_segment) AS last_segment
      FROM fact
     WHERE copies = 0 AND recorded_s * 1000 >= :wait_ms
     GROUP BY point_id, client_addr
),
-- Which points SYNs to these servers come to, however far along the path.
target AS MATERIALIZED (
    SELECT DISTINCT point_id, server_addr, server_port FROM due
),
witness AS MATERIALIZED (
    SELECT l.connection_id, l.point_id, l.server_addr, l.server_port
      FROM leg l
     WHERE l.path_position = 0 AND l.syns > 0
       AND (l.point_id, l.server_addr, l.server_port) IN
           (SELECT point_id, server_addr, server_port FROM target)
     LIMIT (SELECT iif(count(*) > 1, -1, 0) FROM point)
),
onward AS MATERIALIZED (
    SELECT w.point_id, w.server_addr, w.server_port, l.point_id AS next_id, count(*) AS connections,
           max(l.path_position) AS position, p.name
      FROM leg l
     CROSS JOIN witness w ON w.connection_id = l.connection_id
      JOIN point p ON p.id = l.point_id
     WHERE l.path_position > 0 AND l.syns > 0
     GROUP BY w.point_id, w.server_addr, w.server_port, l.point_id
),
seen AS MATERIALIZED (
    SELECT x.connection_id,
           json_group_array(json_object('point', p.name, 'syns', x.syns, 'ttl', x.ttl,
                                        'synacks', x.synacks)) AS points,
           sum(x.synacks) AS synacks, max(x.segments_server) AS answers,
           group_concat(p.name, ', ') FILTER (WHERE x.segments_server > 0) AS answer_points,
           max(x.path_position) FILTER (WHERE x.syns > 0) AS position,
           group_concat(p.name, ', ') FILTER (WHERE x.synacks > 0) AS synack_points
      FROM (SELECT * FROM path ORDER BY connection_id, path_position) x
      JOIN point p ON p.id = x.point_id
     WHERE x.connection_id IN (SELECT connection_id FROM due)
     GROUP BY x.connection_id
),
last AS MATERIALIZED (
    SELECT x.connection_id, x.ttl, x.leg_id, x.first_segment, x.syns, p.name
      FROM seen s
      JOIN path x ON x.connection_id = s.connection_id AND x.path_position = s.position
      JOIN point p ON p.id = x.point_id
),
missing AS MATERIALIZED (
    SELECT d.connection_id, json_group_array(json_object('point', o.name, 'others', o.connections))
               AS points, group_concat(o.name, ', ') AS names
      FROM due d
      JOIN onward o ON o.point_id = d.point_id AND o.server_addr = d.server_addr
                   AND o.server_port = d.server_port
      JOIN seen s ON s.connection_id = d.connection_id
      JOIN span w ON w.point_id = o.next_id AND d.first_ns <= w.last_ns AND d.last_ns >= w.first_ns
      LEFT JOIN path x ON x.connection_id = d.connection_id AND x.point_id = o.next_id
     WHERE x.leg_id IS NULL AND o.position > s.position
     GROUP BY d.connection_id
)
SELECT d.connection_id,
       d.leg_id,
       d.first_segment,
       d.last_copy AS last_segment,
       iif(copies = 1 AND recorded_s < due_s, 'notice', 'warning') AS severity,
       CASE
           WHEN recorded_s >= due_s * (1 + :fit) THEN 0.95
           WHEN copies > 1 THEN 0.9
           WHEN copies = 1 AND recorded_s < due_s THEN 0.5
           ELSE 0.8
       END AS confidence,
       printf('%s:%d to %s:%d: %d SYNs in %.3f s and no answer', d.client_addr, d.client_port,
              d.server_addr, d.server_port, copies + 1, after_ns / 1e9)
           || CASE
                  WHEN s.synacks > 0 THEN printf('; a SYN-ACK was seen at %s and never came to %s',
                                                 s.synack_points, d.point)
                  WHEN s.answers > 0 THEN
                      printf('; %d segment%s of the server, but no SYN-ACK, seen at %s and never at %s',
                             s.answers, iif(s.answers = 1, '', 's'), s.answer_points, d.point)
                  ELSE printf('; last seen at %s with TTL %d', t.name, t.ttl)
                       || coalesce(', never at ' || m.names, '')
              END
           || CASE
                  WHEN series = 'linear, then doubled' THEN '; the gaps are those of Linux 6.5 or macOS'
                  WHEN series LIKE 'doubled%' THEN '; the gaps ' || series
                  WHEN series = 'none known' THEN '; the gaps are no kernel''s'
                  ELSE ''
              END
           || iif(coalesce(recorded_s < due_s, 1),
                  printf('; the capture ends %.1f s later, before another was due', recorded_s), '')
               AS summary,
       json_object('syns', copies + 1, 'after_s', json(after_s), 'series', series,
                   'syn_retries', iif(recorded_s >= due_s * (1 + :fit), copies, NULL),
                   'next_due_s', round(due_s, 1),
                   'recorded_after_s', round(recorded_s, 3),
                   'last_point', t.name, 'last_ttl', t.ttl, 'seen', json(s.points),
                   'never_seen', json(coalesce(m.points, '[]'))) AS detail,
       json_insert(json_insert(d.evidence, '$[#]',
                               json_array(d.first_segment, 'syn')),
                   '$[#]', json_array(nullif(t.first_segment, d.first_segment),
                                      'at ' || t.name)) AS evidence
  FROM due d
  JOIN seen s ON s.connection_id = d.connection_id
  JOIN last t ON t.connection_id = d.connection_id
  LEFT JOIN missing m ON m.connection_id = d.connection_id
UNION ALL
SELECT connection_id, leg_id, first_segment, last_segment, 'info', 0.9,
       iif(connects = 1,
           printf('%s to %s:%d: one SYN and no answer; seen at %s with TTL %d', client_addr,
                  server_addr, server_port, point, ttl),
           printf('%s sent one SYN each for %d connects to %d address%s, and there was no answer; '
                  || 'seen at %s', client_addr, connects, servers, iif(servers = 1, '', 'es'), point)),
       json_object('syns', 1, 'series', 'one SYN', 'connects', connects, 'addresses', servers,
                   'last_point', point, 'last_ttl', ttl),
       json_array(json_array(first_segment, 'syn'))
  FROM once
 ORDER BY first_segment, connection_id, summary
