-- title:     Segments above a size were lost between two points, smaller ones came through
-- severity:  warning
-- param:     min_lost = 5 -- so many above the edge have to be lost
-- param:     min_passed = 5 -- so many with data, below it, have to pass after the first of them
-- param:     min_repeats = 2 -- or, with less of them, so many have to be lost that repeat lost bytes
-- param:     below_max = 0.2 -- share of the smaller ones that other losses may take
-- param:     size_min = 576 -- bytes of an IP datagram that every path takes: no edge is below
-- param:     slack_ms = 50 -- what clocks of two points may differ by, and a segment may take
-- param:     sharp_bytes = 64 -- an edge known that well is compared with tunnels that are not seen
-- param:     options_max = 40 -- a segment that fills the MSS but for so many bytes is full: TCP's options
-- param:     connections_max = 16 -- connections that are named in detail
-- param:     evidence_max = 4 -- segments on each side of the edge that are named as evidence
-- explain:   Random loss and congestion take segments of any size, and the retransmission of the same
--            bytes passes. Here no segment above an edge came through and nearly all below it did,
--            also after the first loss: the size decides. (Less sure is a connection that sent next to
--            nothing small afterwards: then full segments have to be lost again when they are sent again, data
--            has to have passed before, and something after the losses.) detail.others counts connections to
--            the same addresses that large segments come through of: another route, another machine behind
--            the address, or another time; what differs is worth a look. The edge lies between detail.passed_max
--            and detail.lost_min, in bytes of the IP datagram; the *_outer values add the headers
--            of the tunnel, where one of the points sees it. detail.explained_by names the MTU that
--            lies there, and with which overhead. If all that was lost is larger than the MSS, it
--            was GRO or GSO that made it: such super-frames are never on a wire, so a machine lost
--            them inside. Segments whose sender was told by ICMP that they are too big are left
--            out: path-mtu speaks of them.
-- remedy:    A tunnel or another small link: the diagnoses tell where and how. To prove it in a
--            minute: `ping -M do -s SIZE HOST` (SIZE is the datagram less 28) with a size on each
--            side of the edge.
-- reference: RFC 1191 §3; RFC 2923 §2.1; RFC 4821 §1

WITH told AS MATERIALIZED (
    SELECT DISTINCT l.connection_id
      FROM icmp i
     CROSS JOIN leg l ON l.id = i.leg_id
     WHERE i.mtu IS NOT NULL
),
absent AS MATERIALIZED (
    SELECT segment_id, leg_id, a, b FROM event WHERE kind = 'not-forwarded'
),
-- Wholly lost, at the last point that saw them.
lost AS MATERIALIZED (
    SELECT e.segment_id, e.leg_id, e.b AS to_point_id, s.dir, s.ip_len, s.len, s.off, l.connection_id,
           l.point_id, iif(s.dir, l.client_addr, l.server_addr) AS dest,
           iif(s.dir, l.encap_bytes_server, l.encap_bytes_client) AS encap_bytes, l.encap
      FROM absent e
      JOIN segment s ON s.id = e.segment_id
      JOIN leg l ON l.id = e.leg_id
     WHERE likely(e.a > 0) AND likely(e.a >= s.len)
       AND likely(l.connection_id NOT IN (SELECT connection_id FROM told))
),
-- The legs of connections that lost something: few, where an index of all would be long.
hit AS MATERIALIZED (
    SELECT connection_id, point_id, last_ns
      FROM leg
     WHERE connection_id IN (SELECT l.connection_id FROM absent e CROSS JOIN leg l ON l.id = e.leg_id)
),
-- Of a connection whose retransmissions get through in the size that it lost, random loss took them.
-- (After the last segment that the next point has of it, nothing is known to have come through there.)
recovered AS MATERIALIZED (
    SELECT DISTINCT m.leg_id, m.dir
      FROM event r
     CROSS JOIN (SELECT leg_id, dir, connection_id, to_point_id, max(ip_len) AS ip_len
                   FROM lost
                  GROUP BY leg_id, dir) m ON m.leg_id = r.leg_id
     CROSS JOIN segment s ON s.id = r.segment_id AND s.dir = m.dir AND s.ip_len >= m.ip_len
     CROSS JOIN hit x ON x.connection_id = m.connection_id AND x.point_id = m.to_point_id
                     AND x.last_ns + :slack_ms * 1000000 >= s.ts_ns
     WHERE r.kind = 'retransmission' AND r.segment_id NOT IN (SELECT segment_id FROM absent)
),
-- A hop is two neighbouring points and a direction. `least`: so large are min_lost of its losses.
-- `first_lost`, `many_lost`: the first of these, and the one with which they are min_lost.
missed AS MATERIALIZED (
    SELECT *, min(segment_id) FILTER (WHERE ip_len >= least) OVER hop AS first_lost,
           max(segment_id) FILTER (WHERE ip_len >= least AND place = :min_lost) OVER hop AS many_lost
      FROM (SELECT *, row_number() OVER (PARTITION BY hop_id, ip_len >= least ORDER BY segment_id) AS place
              FROM (SELECT *, max(ip_len) FILTER (WHERE rank = :min_lost) OVER (PARTITION BY hop_id) AS least
                      FROM (SELECT *, dense_rank() OVER (ORDER BY point_id, to_point_id, dir) AS hop_id,
                                   row_number() OVER (PARTITION BY point_id, to_point_id, dir
                                                      ORDER BY ip_len DESC) AS rank
                              FROM lost
                             WHERE likely(iif((leg_id, dir) IN (SELECT leg_id, dir FROM recovered), 0, 1))))
             WHERE likely(least > :size_min))
    WINDOW hop AS (PARTITION BY hop_id)
),
-- Everything that went to the destinations that lost something, while the next point recorded, in
-- connections that are known at both points: of others nothing is known to be lost.
dest AS MATERIALIZED (
    SELECT hop_id, point_id, to_point_id, dir, dest, first_lost, many_lost,
           (SELECT min(first_ns) FROM capture WHERE coalesce(point_id, m.to_point_id) = m.to_point_id)
               AS first_ns,
           (SELECT max(last_ns) FROM capture WHERE coalesce(point_id, m.to_point_id) = m.to_point_id)
               AS last_ns
      FROM missed m
     GROUP BY hop_id, dest
),
beyond AS MATERIALIZED (
    SELECT DISTINCT connection_id, point_id
      FROM leg
     WHERE point_id IN (SELECT to_point_id FROM dest)
),
half AS MATERIALIZED (
    SELECT id, connection_id, point_id, 0 AS dir, server_addr AS dest, first_segment, last_segment FROM leg
     WHERE EXISTS (SELECT 1 FROM absent)
     UNION ALL
    SELECT id, connection_id, point_id, 1, client_addr, first_segment, last_segment FROM leg
     WHERE EXISTS (SELECT 1 FROM absent)
),
way AS MATERIALIZED (
    SELECT l.id AS leg_id, d.hop_id, d.dir, d.first_lost, d.many_lost, d.first_ns, d.last_ns,
           l.first_segment, l.last_segment
      FROM dest d
     CROSS JOIN half l ON l.point_id = d.point_id AND l.dir = d.dir AND l.dest = d.dest
     CROSS JOIN beyond b ON b.connection_id = l.connection_id AND b.point_id = d.to_point_id
),
came AS MATERIALIZED (
    SELECT w.hop_id, w.leg_id, max(s.ip_len) AS passed_max, s.id AS passed_id, count(*) AS passed,
           sum(s.len > 0) AS passed_data, sum(s.len > 0 AND s.id > w.first_lost) AS passed_after,
           sum(s.id > w.many_lost) AS passed_late
      FROM (SELECT min(first_segment) AS first, max(last_segment) AS last FROM way) b
     CROSS JOIN segment s ON s.id BETWEEN b.first AND b.last
     CROSS JOIN way w ON w.leg_id = s.leg_id AND w.dir = s.dir
     WHERE likely(s.ts_ns BETWEEN w.first_ns AND w.last_ns) AND likely(s.marks & 32 = 0)
       AND likely(s.id NOT IN (SELECT segment_id FROM absent))
     GROUP BY w.hop_id, w.leg_id
),
-- Connections that the same large segments come through of go another route, to another machine or at
-- another time (`is_other`): their size is the least that one which lost min_lost of them lost above all
-- that came through of it.
sorted AS MATERIALIZED (
    SELECT *, passed_max >= coalesce(min(own_min) FILTER (WHERE own_lost >= :min_lost) OVER hop,
                                     max(least) OVER hop) AS is_other
      FROM (SELECT c.*, count(m.leg_id) AS own_lost, min(m.ip_len) AS own_min, max(m.least) AS least
              FROM came c
              LEFT JOIN missed m ON m.hop_id = c.hop_id AND m.leg_id = c.leg_id
                                AND m.ip_len > c.passed_max
             GROUP BY c.hop_id, c.leg_id)
    WINDOW hop AS (PARTITION BY hop_id)
),
-- What came through of the rest is the edge. (SQLite takes what window functions give for one row, and
-- would search others for each without an index; the empty half tells it to expect many.)
edge AS MATERIALIZED (
    SELECT hop_id, leg_id, is_other, sum(is_other) OVER hop AS others,
           max(passed_max) FILTER (WHERE NOT is_other) OVER hop AS passed_max,
           first_value(passed_id) OVER (PARTITION BY hop_id
                                        ORDER BY is_other, passed_max DESC, passed_id) AS passed_id,
           sum(passed) FILTER (WHERE NOT is_other) OVER hop AS passed,
           sum(passed_data) FILTER (WHERE NOT is_other) OVER hop AS passed_data,
           sum(passed_after) FILTER (WHERE NOT is_other) OVER hop AS passed_after,
           sum(passed_late) FILTER (WHERE NOT is_other) OVER hop AS passed_late
      FROM sorted
    WINDOW hop AS (PARTITION BY hop_id)
     UNION ALL
    SELECT id, id, 0, 0, 0, 0, 0, 0, 0, 0 FROM leg WHERE 0
),
-- Beside others, only who lost min_lost above the edge has met one.
loss AS MATERIALIZED (
    SELECT hop_id, leg_id, connection_id, point_id, to_point_id, dir, segment_id, ip_len, len, off,
           encap, encap_bytes, others, passed_max, passed_id, passed, passed_data, passed_after,
           passed_late, is_large
      FROM (SELECT m.*, g.others, g.passed_max, g.passed_id, g.passed, g.passed_data, g.passed_after,
                   g.passed_late, m.ip_len > g.passed_max AS is_large,
                   sum(m.ip_len > g.passed_max) OVER (PARTITION BY m.hop_id, m.leg_id) AS own_large
              FROM edge g
             CROSS JOIN missed m ON m.hop_id = g.hop_id AND m.leg_id = g.leg_id
             WHERE NOT g.is_other)
     WHERE others = 0 OR own_large >= :min_lost
     UNION ALL
    SELECT id, id, id, 0, 0, 0, 0, 0, 0, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM leg WHERE 0
),
-- Who crossed it, and what its legs say: the MSS of the receiver (or that of the sender, which is mostly
-- the same), and the tunnel at the other point.
crossed AS MATERIALIZED (
    SELECT x.hop_id, x.connection_id, x.leg_id, x.segments,
           row_number() OVER (PARTITION BY x.hop_id ORDER BY x.segments DESC, x.connection_id) AS nth,
           coalesce(max(iif(x.dir, l.mss_client, l.mss_server)),
                    max(iif(x.dir, l.mss_server, l.mss_client))) AS mss,
           max(iif(x.dir, l.encap_bytes_server, l.encap_bytes_client))
               FILTER (WHERE l.point_id = x.to_point_id) AS encap_bytes,
           max(l.encap) FILTER (WHERE l.point_id = x.to_point_id) AS encap
      FROM leg l
     CROSS JOIN (SELECT hop_id, connection_id, dir, to_point_id, min(leg_id) AS leg_id,
                        count(*) AS segments
                   FROM loss
                  WHERE is_large
                  GROUP BY hop_id, connection_id) x ON x.connection_id = l.connection_id
     WHERE EXISTS (SELECT 1 FROM absent)
     GROUP BY x.hop_id, x.connection_id
     UNION ALL
    SELECT id, id, id, 0, 0, 0, 0, '' FROM leg WHERE 0
),
fact AS MATERIALIZED (
    SELECT l.hop_id, l.point_id, l.to_point_id, l.dir, l.passed_max, l.passed_id, l.passed, l.others,
           l.passed_after, l.passed_after >= :min_passed AS is_sure,
           count(*) FILTER (WHERE l.is_large) AS lost,
           count(*) FILTER (WHERE NOT l.is_large) AS lost_below,
           sum(l.len) FILTER (WHERE l.is_large) AS lost_bytes,
           min(l.ip_len) FILTER (WHERE l.is_large) AS lost_min,
           max(l.ip_len) AS lost_max,
           min(l.segment_id) FILTER (WHERE l.is_large) AS first_segment,
           max(l.segment_id) FILTER (WHERE l.is_large) AS last_segment,
           count(DISTINCT iif(l.is_large, l.connection_id, NULL)) AS connections,
           max(k.connection_id) FILTER (WHERE k.nth = 1) AS connection_id,
           max(k.leg_id) FILTER (WHERE k.nth = 1) AS leg_id,
           min(l.len) FILTER (WHERE l.is_large) > max(k.mss) AS is_super,
           max(k.mss) AS mss,
           max(l.encap_bytes) AS from_bytes, max(k.encap_bytes) AS to_bytes,
           max(l.encap) AS from_encap, max(k.encap) AS to_encap
      FROM loss l
      LEFT JOIN crossed k ON k.hop_id = l.hop_id AND k.connection_id = l.connection_id
     GROUP BY l.hop_id
    HAVING lost >= :min_lost AND lost_min > :size_min
       AND (is_sure
            OR l.passed_data > 0 AND l.passed_late > 0 AND max(l.len) >= max(k.mss) - :options_max
               AND lost - count(DISTINCT iif(l.is_large, l.leg_id || ' ' || l.off, NULL)) >= :min_repeats)
       AND lost_below <= :below_max * (lost_below + l.passed)
),
-- The overhead of the tunnel that is seen, or, where the edge is sharp to a few bytes, of those that
-- may be hidden; and the largest MTU of the usual ones that lies on the edge with it.
size AS MATERIALIZED (
    SELECT *, max(coalesce(from_bytes, 0), coalesce(to_bytes, 0)) AS over,
           iif(coalesce(from_bytes, 0) = 0 AND coalesce(to_bytes, 0) > 0, to_encap,
               coalesce(from_encap, to_encap)) AS encap
      FROM fact
),
link (mtu, bytes, name) AS (
    VALUES (1280, 0, NULL), (1400, 0, NULL), (1420, 0, NULL), (1450, 0, NULL), (1480, 0, NULL),
           (1492, 0, NULL), (1500, 0, NULL), (1600, 0, NULL), (8951, 0, NULL), (9000, 0, NULL),
           (1500, 8, 'PPPoE'), (1500, 20, 'IPIP'), (1500, 24, 'GRE'), (1500, 28, 'FOU'),
           (1500, 32, 'GUE'), (1500, 50, 'VXLAN or Geneve'), (1500, 60, 'WireGuard over IPv4'),
           (1500, 80, 'WireGuard over IPv6'), (9000, 50, 'VXLAN or Geneve')
),
why AS MATERIALIZED (
    SELECT f.*,
           (SELECT max(mtu) FROM link
             WHERE mtu >= f.passed_max + f.over AND mtu < f.lost_min + f.over AND bytes = 0
               AND NOT f.is_super AND (f.over > 0 OR f.lost_min - f.passed_max <= :sharp_bytes)) AS mtu,
           (SELECT json_group_array(iif(bytes = 0, printf('MTU %d', mtu),
                                        printf('MTU %d with %d bytes of %s', mtu, bytes, name)))
              FROM link
             WHERE mtu >= f.passed_max + bytes AND mtu < f.lost_min + bytes
               AND f.over = 0 AND NOT f.is_super AND f.lost_min - f.passed_max <= :sharp_bytes) AS hidden
      FROM size f
),
-- Those that lost most first.
victims AS MATERIALIZED (
    SELECT v.hop_id,
           json_group_array(printf('%s:%d > %s:%d: %d lost', c.client_addr, c.client_port,
                                   c.server_addr, c.server_port, v.segments)) AS list
      FROM (SELECT * FROM crossed WHERE nth <= :connections_max ORDER BY hop_id, nth) v
      JOIN connection c ON c.id = v.connection_id
     GROUP BY v.hop_id
),
-- First those of the connection that the finding names.
proof AS MATERIALIZED (
    SELECT hop_id, '[' || group_concat(json_array(segment_id, 'lost')) AS list
      FROM (SELECT l.hop_id, l.segment_id,
                   row_number() OVER (PARTITION BY l.hop_id ORDER BY k.nth, l.segment_id) AS place
              FROM loss l
              JOIN crossed k ON k.hop_id = l.hop_id AND k.connection_id = l.connection_id
             WHERE l.is_large)
     WHERE place <= :evidence_max
     GROUP BY hop_id
)
SELECT f.connection_id,
       f.leg_id,
       f.first_segment,
       f.last_segment,
       CASE
           WHEN NOT f.is_sure THEN 0.6
           WHEN f.others > 0 OR f.lost_below > 0 OR f.lost < 2 * :min_lost THEN 0.8
           WHEN f.connections > 1 THEN 0.97
           ELSE 0.9
       END AS confidence,
       printf('%d segments of %d%s bytes went from %s and none of them came to %s, while %s of up to %d '
              || 'bytes did (%d with data after the first loss)%s; %s lost %d bytes that way',
              f.lost, f.lost_min, iif(f.lost_max = f.lost_min, '', printf(' to %d', f.lost_max)),
              p.name, q.name,
              iif(f.lost_below = 0, printf('all %d', f.passed),
                  printf('%d of %d', f.passed, f.passed + f.lost_below)),
              f.passed_max, f.passed_after,
              CASE
                  WHEN f.is_super THEN printf(': each is larger than the MSS of %d, a super-frame of '
                                              || 'GRO or GSO, so it was lost inside a machine', f.mss)
                  WHEN f.over > 0 AND f.mtu IS NOT NULL
                  THEN printf(': %d and the %d bytes of %s make %d, more than an MTU of %d',
                              f.lost_min, f.over, f.encap, f.lost_min + f.over, f.mtu)
                  ELSE ''
              END,
              iif(f.connections = 1, 'one connection', printf('%d connections', f.connections)),
              f.lost_bytes)
       || iif(f.others = 0, '', printf('; %d other connections got such large ones through',
                                       f.others)) AS summary,
       json_object('from', p.name, 'to', q.name, 'dir', iif(f.dir, 'server', 'client'),
                   'lost', f.lost, 'lost_min', f.lost_min, 'lost_max', f.lost_max,
                   'lost_bytes', f.lost_bytes, 'lost_below', f.lost_below,
                   'passed', f.passed, 'passed_max', f.passed_max, 'passed_after', f.passed_after,
                   'others', f.others, 'is_sure', json(iif(f.is_sure, 'true', 'false')),
                   'encap', f.encap, 'from_encap_bytes', coalesce(f.from_bytes, 0),
                   'to_encap_bytes', f.to_bytes,
                   'lost_min_outer', f.lost_min + f.over, 'passed_max_outer', f.passed_max + f.over,
                   'super_frames', json(iif(f.is_super, 'true', 'false')), 'mss', f.mss,
                   'headers', iif(instr(c.client_addr, ':'), 60, 40),
                   'mtu', f.mtu,
                   'explained_by', json(iif(f.over > 0 AND f.mtu IS NOT NULL,
                                            json_array(printf('MTU %d with %d bytes of %s', f.mtu, f.over,
                                                              f.encap)), f.hidden)),
                   'connections', f.connections, 'named', (SELECT json(list) FROM victims WHERE hop_id = f.hop_id)) AS detail,
       (SELECT list FROM proof WHERE hop_id = f.hop_id) || ',' || json_array(f.passed_id, 'passed') || ']' AS evidence
  FROM why f
  JOIN connection c ON c.id = f.connection_id
  JOIN point p ON p.id = f.point_id
  JOIN point q ON q.id = f.to_point_id
 ORDER BY f.first_segment, f.hop_id
