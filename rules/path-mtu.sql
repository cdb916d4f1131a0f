-- title:     The path takes no packets of this size
-- severity:  warning
-- param:     min_repeats = 2 -- so often a segment is sent again in the same size
-- param:     min_passed = 3 -- smaller segments with data that have to be acknowledged meanwhile
-- param:     size_min = 576 -- bytes of an IP datagram that every path takes
-- param:     evidence_max = 4 -- segments that are named as evidence
-- explain:   A sender that asks for no fragmentation (TCP does) is told by ICMP when a link on its way
--            has a smaller MTU: "fragmentation needed" (type 3 code 4), in IPv6 "packet too big"
--            (type 2). If it sends smaller segments after that, path MTU discovery works: an info.
--            If it goes on with the old size, the ICMP did not reach it, or it does not believe it:
--            a warning. If there is no ICMP at all, and segments above a size are sent again and
--            again in the same size without an ACK, while smaller ones to the same address are
--            acknowledged, that is suspicion of a black hole: a warning, if it is one connection only a notice. Where other points tell
--            between which of them the segments are lost, size-dependent-loss speaks of it, not
--            this rule.
-- remedy:    Let ICMP type 3 code 4 and ICMPv6 type 2 through every firewall, in both directions:
--            `iptables -A INPUT -p icmp --icmp-type fragmentation-needed -j ACCEPT` (and FORWARD). On
--            the sender, `sysctl -w net.ipv4.tcp_mtu_probing=1` finds the size without ICMP, after
--            some timeouts. `tracepath HOST` shows where the MTU falls.
-- reference: RFC 1191 §3; RFC 8201 §4; RFC 2923 §2.1; RFC 4821

WITH too_big AS MATERIALIZED (
    SELECT i.leg_id, l.connection_id, min(i.mtu) AS mtu, max(i.src) AS src, min(i.ts_ns) AS first_ns,
           count(*) AS errors
      FROM icmp i
      JOIN leg l ON l.id = i.leg_id
     WHERE i.mtu IS NOT NULL
     GROUP BY i.leg_id
),
-- What was sent again after a timeout, or because of such an error. (Linux sends one segment then, so
-- that its size is that of the wire also where TSO makes larger ones.)
again AS MATERIALIZED (
    SELECT e.segment_id, e.leg_id, s.dir, s.off, s.ip_len, s.len, s.ts_ns,
           s.ts_ns - coalesce(e.b, 0) AS before_ns, e.cause
      FROM event e
      JOIN segment s ON s.id = e.segment_id
     WHERE e.kind = 'retransmission' AND e.cause IN ('timeout', 'path-mtu') AND s.len > 0
),
fixed AS MATERIALIZED (
    SELECT leg_id, dir, off, ip_len, max(len) AS len, count(*) AS repeats, min(segment_id) AS first_id,
           max(segment_id) AS last_id, min(before_ns) AS first_ns, max(ts_ns) AS last_ns
      FROM again
     WHERE ip_len > :size_min
     GROUP BY leg_id, dir, off, ip_len
    HAVING count(*) >= :min_repeats
),
-- Told: did the sender obey?
obeyed AS MATERIALIZED (
    SELECT t.leg_id, min(a.segment_id) AS segment_id
      FROM too_big t
      JOIN again a ON a.leg_id = t.leg_id AND a.ts_ns > t.first_ns AND a.ip_len <= t.mtu
     WHERE a.cause = 'path-mtu'
     GROUP BY t.leg_id
),
ignored AS MATERIALIZED (
    SELECT t.leg_id, min(f.first_id) AS segment_id
      FROM too_big t
      JOIN fixed f ON f.leg_id = t.leg_id AND f.last_ns > t.first_ns AND f.ip_len > t.mtu
     WHERE t.mtu > 0
     GROUP BY t.leg_id
),
told AS MATERIALIZED (
    SELECT t.leg_id, t.connection_id, t.mtu, t.src, t.errors, l.point_id, l.path_position,
           o.segment_id AS obeyed_id, i.segment_id AS ignored_id,
           row_number() OVER (PARTITION BY t.connection_id ORDER BY l.path_position) AS place
      FROM too_big t
      JOIN leg l ON l.id = t.leg_id
      LEFT JOIN obeyed o ON o.leg_id = t.leg_id
      LEFT JOIN ignored i ON i.leg_id = t.leg_id
),
answer AS MATERIALIZED (
    SELECT t.connection_id, t.leg_id, t.mtu, t.src, t.errors, t.point_id,
           coalesce(t.ignored_id, t.obeyed_id) AS segment_id,
           CASE
               WHEN t.ignored_id IS NOT NULL THEN 'ignored'
               WHEN t.obeyed_id IS NOT NULL THEN 'obeyed'
               ELSE 'unclear'
           END AS state
      FROM told t
     WHERE t.place = 1
),
-- One row for each router, MTU and result.
grouped AS MATERIALIZED (
    SELECT src, mtu, state, min(connection_id) AS connection_id, leg_id, segment_id, point_id,
           count(*) AS connections, sum(errors) AS errors
      FROM answer
     GROUP BY src, mtu, state
),
-- Not told. Other points that know more go first.
stuck AS MATERIALIZED (
    SELECT f.*, l.point_id, l.connection_id, iif(f.dir, l.client_addr, l.server_addr) AS dest,
           row_number() OVER (PARTITION BY f.leg_id, f.dir ORDER BY f.off, f.ip_len DESC) AS nth
      FROM fixed f
      JOIN leg l ON l.id = f.leg_id
     WHERE l.connection_id NOT IN (SELECT connection_id FROM too_big)
       AND f.leg_id NOT IN (SELECT leg_id FROM event WHERE kind = 'not-forwarded')
       AND l.connection_id NOT IN (SELECT g.connection_id
                                     FROM event e
                                     JOIN leg g ON g.id = e.leg_id
                                    WHERE e.kind = 'not-forwarded')
),
dest AS MATERIALIZED (
    SELECT point_id, dir, dest, min(first_ns) AS first_ns
      FROM stuck
     GROUP BY point_id, dir, dest
),
side (dir) AS (
    VALUES (0), (1)
),
-- Everything to these addresses, with what the other end acknowledged of it.
way AS MATERIALIZED (
    SELECT l.id AS leg_id, d.dir, d.point_id, d.dest, d.first_ns, l.first_segment, l.last_segment, k.off
      FROM leg l
     CROSS JOIN side
      JOIN dest d ON d.point_id = l.point_id AND d.dir = side.dir
                 AND d.dest = iif(side.dir, l.client_addr, l.server_addr)
      LEFT JOIN stuck k ON k.leg_id = l.id AND k.dir = d.dir AND k.nth = 1
     LIMIT (SELECT iif(EXISTS (SELECT 1 FROM dest), -1, 0))
),
acked AS MATERIALIZED (
    SELECT w.leg_id, w.dir, max(s.ack_off) AS ack_off
      FROM (SELECT min(first_segment) AS first, max(last_segment) AS last FROM way) b
     CROSS JOIN segment s ON s.id BETWEEN b.first AND b.last
     CROSS JOIN way w ON w.leg_id = s.leg_id AND w.dir <> s.dir
     GROUP BY w.leg_id, w.dir
),
passed AS MATERIALIZED (
    SELECT w.point_id, w.dir, w.dest, max(s.ip_len) AS passed_max, s.id AS passed_id,
           sum(s.ts_ns > w.first_ns) AS passed_after, count(DISTINCT w.leg_id) AS legs
      FROM (SELECT min(first_segment) AS first, max(last_segment) AS last FROM way) b
     CROSS JOIN segment s ON s.id BETWEEN b.first AND b.last
     CROSS JOIN way w ON w.leg_id = s.leg_id AND w.dir = s.dir
      JOIN acked a ON a.leg_id = s.leg_id AND a.dir = s.dir
     WHERE s.len > 0 AND s.marks & 32 = 0
       AND s.off + s.len <= min(a.ack_off, coalesce(w.off, a.ack_off))
     GROUP BY w.point_id, w.dir, w.dest
),
-- It got through in the end, if not in smaller pieces.
smaller AS MATERIALIZED (
    SELECT k.leg_id, k.dir, k.off, min(a.ip_len) AS ip_len
      FROM stuck k
      JOIN again a ON a.leg_id = k.leg_id AND a.dir = k.dir AND a.off = k.off AND a.ip_len < k.ip_len
     GROUP BY k.leg_id, k.dir, k.off
),
never AS MATERIALIZED (
    SELECT k.*, m.ip_len AS smaller
      FROM stuck k
      JOIN acked a ON a.leg_id = k.leg_id AND a.dir = k.dir
      LEFT JOIN smaller m ON m.leg_id = k.leg_id AND m.dir = k.dir AND m.off = k.off
     WHERE k.nth = 1 AND (a.ack_off < k.off + k.len OR m.ip_len IS NOT NULL)
),
hole AS MATERIALIZED (
    SELECT n.point_id, n.dir, n.dest, count(*) AS connections, sum(n.repeats) AS repeats,
           min(n.ip_len) AS lost_min, max(n.smaller) AS smaller, max(n.connection_id) FILTER (WHERE n.rank = 1) AS connection_id,
           max(n.leg_id) FILTER (WHERE n.rank = 1) AS leg_id, min(n.first_id) AS first_id, max(n.last_id) AS last_id, p.passed_max, p.passed_id,
           p.passed_after,
           json_group_array(json_array(n.first_id, 'repeated')) FILTER (WHERE n.rank <= :evidence_max)
               AS evidence
      FROM (SELECT *, row_number() OVER (PARTITION BY point_id, dir, dest ORDER BY first_id) AS rank
              FROM never) n
      JOIN passed p ON p.point_id = n.point_id AND p.dir = n.dir AND p.dest = n.dest
     WHERE p.passed_max < n.ip_len AND p.passed_after >= :min_passed
     GROUP BY n.point_id, n.dir, n.dest
)
SELECT g.connection_id,
       g.leg_id,
       coalesce(g.segment_id, l.first_segment) AS first_segment,
       coalesce(g.segment_id, l.last_segment) AS last_segment,
       iif(g.state = 'ignored', 'warning', 'info') AS severity,
       iif(g.state = 'unclear', 0.7, 0.95) AS confidence,
       printf('%s said by ICMP, %s, that packets are too big%s; %s',
              g.src, iif(g.errors = 1, 'once', printf('%d times', g.errors)),
              iif(g.mtu > 0, printf(' for a link with an MTU of %d', g.mtu), ''),
              CASE g.state
                  WHEN 'ignored' THEN 'the sender went on with larger ones'
                  WHEN 'obeyed' THEN 'the sender sent the same bytes again in smaller ones'
                  ELSE 'nothing shows what the sender made of it'
              END)
       || iif(g.connections = 1, '', printf(' (%d connections)', g.connections)) AS summary,
       json_object('state', g.state, 'point', p.name, 'router', g.src, 'mtu', g.mtu, 'errors', g.errors,
                   'connections', g.connections) AS detail,
       json_array(json_array(g.segment_id, iif(g.state = 'ignored', 'too big', 'smaller'))) AS evidence
  FROM grouped g
  JOIN leg l ON l.id = g.leg_id
  JOIN point p ON p.id = g.point_id
UNION ALL
SELECT h.connection_id,
       h.leg_id,
       h.first_id,
       h.last_id,
       iif(h.connections > 1 OR h.smaller IS NOT NULL, 'warning', 'notice'),
       iif(h.connections > 1 OR h.smaller IS NOT NULL, 0.75, 0.5),
       printf('segments of %d bytes to %s were sent again %d times in that size (%s) and never '
              || 'acknowledged, while %d of up to %d bytes were, after the first of them; no ICMP error '
              || 'says why%s', h.lost_min, h.dest, h.repeats,
              iif(h.connections = 1, 'one connection', printf('%d connections', h.connections)),
              h.passed_after, h.passed_max,
              iif(h.smaller IS NULL, '', printf('; pieces of %d bytes got through', h.smaller))),
       json_object('state', 'suspected', 'point', p.name, 'dir', iif(h.dir, 'server', 'client'),
                   'dest', h.dest, 'lost_min', h.lost_min, 'passed_max', max(h.passed_max, coalesce(h.smaller, 0)),
                   'repeats', h.repeats, 'passed_after', h.passed_after, 'connections', h.connections,
                   'headers', iif(instr(h.dest, ':'), 60, 40)),
       json_insert(h.evidence, '$[#]', json_array(h.passed_id, 'passed'))
  FROM hole h
  JOIN point p ON p.id = h.point_id
 ORDER BY first_segment, leg_id
