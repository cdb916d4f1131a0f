-- title:     Segments above a size were lost between two points, smaller ones came through
-- severity:  warning
-- param:     min_lost = 5 -- so many above the edge have to be lost
-- param:     min_passed = 5 -- so many with data, below it, have to pass after the first of them
-- param:     min_repeats = 2 -- or, with less of them, so many have to be lost that repeat lost bytes
-- param:     below_max = 0.2 -- share of the smaller ones that other losses may take
-- param:     size_min = 576 -- bytes of an IP datagram that every path takes: no edge is below
-- param:     sharp_bytes = 64 -- an edge known that well is compared with tunnels that are not seen
-- param:     options_max = 40 -- a segment that fills the MSS but for so many bytes is full: TCP's options
-- param:     connections_max = 16 -- connections that are named in detail
-- param:     evidence_max = 4 -- segments on each side of the edge that are named as evidence
-- explain:   Random loss and congestion take segments of any size, and the retransmission of the same
--            bytes passes. Here no segment above an edge came through and nearly all below it did,
--            also after the first loss: the size decides. (Less sure is a connection that sent next to
--            nothing small afterwards: then full segments have to be lost again when they are sent again, data
--            has to have passed before, and something after the losses.) The edge lies between detail.passed_max
--            and detail.lost_min, in bytes of the IP datagram; the *_outer values add the headers
--            of the tunnel, where one of the points sees it. detail.explained_by names the MTU that
--            lies there, and with which overhead. If all that was lost is larger than the MSS, it
--            was GRO or GSO that made it: such super-frames are never on a wire, so a machine lost
--            them inside. Segments whose sender was told by ICMP that they are too big are left
--            out: path-mtu speaks of them.
-- remedy:    A tunnel or another small link: the diagnoses tell where and how. To prove it in a
--            minute: `ping -M do -s SIZE HOST` (SIZE is the datagram less 28) with a size on each
--            side of the edge.
-- reference: RFC 1191 §3; RFC 2923 §2.1; RFC 4821 §1; METHODS 4.9

WITH told AS MATERIALIZED (
    SELECT DISTINCT l.connection_id FROM icmp i JOIN leg l ON l.id = i.leg_id WHERE i.mtu IS NOT NULL
),
absent AS MATERIALIZED (
    SELECT segment_id, leg_id, a, b FROM event WHERE kind = 'not-forwarded'
),
-- Wholly lost, at the last point that saw them.
lost AS MATERIALIZED (
    SELECT e.segment_id, e.leg_id, e.b AS to_point_id, s.dir, s.ip_len, s.len, s.off, l.connection_id,
           l.point_id, iif(s.dir, l.client_addr, l.server_addr) AS dest,
           iif(s.dir, l.encap_bytes_server, l.encap_bytes_client) AS encap_bytes, l.encap,
           row_number() OVER (PARTITION BY l.point_id, e.b, s.dir ORDER BY s.ip_len DESC) AS rank
      FROM absent e
      JOIN segment s ON s.id = e.segment_id
      JOIN leg l ON l.id = e.leg_id
     WHERE e.a > 0 AND e.a >= s.len
       AND l.connection_id NOT IN (SELECT connection_id FROM told)
),
-- A hop is two neighbouring points and a direction. `least`: so large are min_lost of its losses.
hop AS MATERIALIZED (
    SELECT point_id, to_point_id, dir, max(ip_len) FILTER (WHERE rank = :min_lost) AS least
      FROM lost
     GROUP BY point_id, to_point_id, dir
    HAVING least > :size_min
),
-- Only where no such large retransmission got through is it worth while to look at all segments.
repeated AS MATERIALIZED (
    SELECT x.point_id, x.to_point_id, x.dir, max(s.ip_len) AS ip_len
      FROM (SELECT DISTINCT leg_id, point_id, to_point_id, dir FROM lost) x
     CROSS JOIN event r ON r.leg_id = x.leg_id AND r.kind = 'retransmission'
     CROSS JOIN segment s ON s.id = r.segment_id AND s.dir = x.dir
     WHERE r.segment_id NOT IN (SELECT segment_id FROM absent)
     GROUP BY x.point_id, x.to_point_id, x.dir
),
sharp AS MATERIALIZED (
    SELECT h.*, row_number() OVER (ORDER BY h.point_id, h.to_point_id, h.dir) AS id
      FROM hop h
      LEFT JOIN repeated r ON r.point_id = h.point_id AND r.to_point_id = h.to_point_id
                          AND r.dir = h.dir AND r.ip_len >= h.least
     WHERE r.ip_len IS NULL
),
-- Its losses; and the time in which the next point recorded.
loss AS MATERIALIZED (
    SELECT h.id AS hop_id, h.least, l.*
      FROM sharp h
      JOIN lost l ON l.point_id = h.point_id AND l.to_point_id = h.to_point_id AND l.dir = h.dir
),
span AS MATERIALIZED (
    SELECT h.id AS hop_id,
           (SELECT min(first_ns) FROM capture WHERE coalesce(point_id, h.to_point_id) = h.to_point_id)
               AS first_ns,
           (SELECT max(last_ns) FROM capture WHERE coalesce(point_id, h.to_point_id) = h.to_point_id)
               AS last_ns,
           (SELECT min(l.segment_id) FROM loss l WHERE l.hop_id = h.id AND l.ip_len >= l.least)
               AS first_lost,
           (SELECT l.segment_id FROM loss l WHERE l.hop_id = h.id AND l.ip_len >= l.least
             ORDER BY l.segment_id LIMIT 1 OFFSET :min_lost - 1) AS many_lost
      FROM sharp h
),
-- Everything that went to the destinations that lost something, in connections that are known at both
-- points: of others nothing is known to be lost.
dest AS MATERIALIZED (
    SELECT DISTINCT hop_id, point_id, to_point_id, dir, dest FROM loss
),
beyond AS MATERIALIZED (
    SELECT DISTINCT connection_id, point_id
      FROM leg
     WHERE point_id IN (SELECT to_point_id FROM dest)
),
way AS MATERIALIZED (
    SELECT l.id AS leg_id, d.hop_id, d.dir, l.first_segment, l.last_segment
      FROM leg l
      JOIN dest d ON d.point_id = l.point_id AND d.dest = iif(d.dir, l.client_addr, l.server_addr)
      JOIN beyond b ON b.connection_id = l.connection_id AND b.point_id = d.to_point_id
     WHERE EXISTS (SELECT 1 FROM dest)
),
edge AS MATERIALIZED (
    SELECT w.hop_id, max(s.ip_len) AS passed_max, s.id AS passed_id, count(*) AS passed,
           sum(s.len > 0) AS passed_data, sum(s.len > 0 AND s.id > p.first_lost) AS passed_after,
           sum(s.id > p.many_lost) AS passed_late
      FROM segment s
      JOIN way w ON w.leg_id = s.leg_id AND w.dir = s.dir
      JOIN span p ON p.hop_id = w.hop_id
     WHERE s.id BETWEEN (SELECT min(first_segment) FROM way) AND (SELECT max(last_segment) FROM way)
       AND s.ts_ns BETWEEN p.first_ns AND p.last_ns
       AND s.marks & 32 = 0
       AND s.id NOT IN (SELECT segment_id FROM absent)
     GROUP BY w.hop_id
),
-- What the legs of the connections that crossed it say: the MSS of the receiver (or that of the sender,
-- which is mostly the same), and the tunnel at the other point.
crossed AS MATERIALIZED (
    SELECT l.hop_id, l.connection_id, min(l.segment_id) AS first_lost, count(*) AS segments
      FROM loss l
      JOIN edge g ON g.hop_id = l.hop_id
     WHERE l.ip_len > g.passed_max
     GROUP BY l.hop_id, l.connection_id
),
known AS MATERIALIZED (
    SELECT x.hop_id, x.connection_id,
           coalesce(max(iif(h.dir, l.mss_client, l.mss_server)),
                    max(iif(h.dir, l.mss_server, l.mss_client))) AS mss,
           max(iif(h.dir, l.encap_bytes_server, l.encap_bytes_client))
               FILTER (WHERE l.point_id = h.to_point_id) AS encap_bytes,
           max(l.encap) FILTER (WHERE l.point_id = h.to_point_id) AS encap
      FROM crossed x
      JOIN sharp h ON h.id = x.hop_id
      JOIN leg l ON l.connection_id = x.connection_id
     GROUP BY x.hop_id, x.connection_id
),
fact AS MATERIALIZED (
    SELECT g.hop_id, l.point_id, l.to_point_id, l.dir, g.passed_max, g.passed_id, g.passed,
           g.passed_after, g.passed_after >= :min_passed AS is_sure,
           count(*) FILTER (WHERE l.ip_len > g.passed_max) AS lost,
           count(*) FILTER (WHERE l.ip_len <= g.passed_max) AS lost_below,
           sum(l.len) FILTER (WHERE l.ip_len > g.passed_max) AS lost_bytes,
           min(l.ip_len) FILTER (WHERE l.ip_len > g.passed_max) AS lost_min,
           max(l.ip_len) AS lost_max,
           min(l.segment_id) FILTER (WHERE l.ip_len > g.passed_max) AS first_segment,
           max(l.segment_id) FILTER (WHERE l.ip_len > g.passed_max) AS last_segment,
           min(l.len) FILTER (WHERE l.ip_len > g.passed_max) > max(k.mss) AS is_super,
           max(k.mss) AS mss,
           max(l.encap_bytes) AS from_bytes, max(k.encap_bytes) AS to_bytes,
           max(l.encap) AS from_encap, max(k.encap) AS to_encap
      FROM edge g
      JOIN loss l ON l.hop_id = g.hop_id
      LEFT JOIN known k ON k.hop_id = l.hop_id AND k.connection_id = l.connection_id
     GROUP BY g.hop_id
    HAVING lost >= :min_lost AND lost_min > :size_min
       AND (is_sure
            OR g.passed_data > 0 AND g.passed_late > 0 AND max(l.len) >= max(k.mss) - :options_max
               AND lost - count(DISTINCT iif(l.ip_len > g.passed_max, l.leg_id || ' ' || l.off, NULL))
                   >= :min_repeats)
       AND lost_below <= :below_max * (lost_below + g.passed)
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
           (SELECT connection_id FROM crossed
             WHERE hop_id = f.hop_id ORDER BY segments DESC, connection_id LIMIT 1) AS connection_id,
           (SELECT count(*) FROM crossed WHERE hop_id = f.hop_id) AS connections,
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
-- Who crossed it, those that lost most first.
victims AS MATERIALIZED (
    SELECT v.hop_id,
           json_group_array(printf('%s:%d > %s:%d: %d lost', c.client_addr, c.client_port,
                                   c.server_addr, c.server_port, v.segments)) AS list
      FROM (SELECT *
              FROM (SELECT *, row_number() OVER (PARTITION BY hop_id
                                                 ORDER BY segments DESC, connection_id) AS nth
                      FROM crossed)
             WHERE nth <= :connections_max
             ORDER BY hop_id, nth) v
      JOIN connection c ON c.id = v.connection_id
     GROUP BY v.hop_id
),
proof AS MATERIALIZED (
    SELECT l.hop_id,
           '[' || group_concat(json_array(l.segment_id, 'lost')) FILTER (WHERE l.nth <= :evidence_max)
               AS list
      FROM (SELECT l.hop_id, l.segment_id,
                   row_number() OVER (PARTITION BY l.hop_id ORDER BY l.segment_id) AS nth
              FROM loss l
              JOIN fact f ON f.hop_id = l.hop_id AND l.ip_len > f.passed_max) l
     GROUP BY l.hop_id
)
SELECT f.connection_id,
       (SELECT min(l.leg_id) FROM loss l
         WHERE l.hop_id = f.hop_id AND l.connection_id = f.connection_id) AS leg_id,
       f.first_segment,
       f.last_segment,
       CASE
           WHEN NOT f.is_sure THEN 0.6
           WHEN f.lost_below > 0 OR f.lost < 2 * :min_lost THEN 0.8
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
              f.lost_bytes) AS summary,
       json_object('from', p.name, 'to', q.name, 'dir', iif(f.dir, 'server', 'client'),
                   'lost', f.lost, 'lost_min', f.lost_min, 'lost_max', f.lost_max,
                   'lost_bytes', f.lost_bytes, 'lost_below', f.lost_below,
                   'passed', f.passed, 'passed_max', f.passed_max, 'passed_after', f.passed_after,
                   'is_sure', json(iif(f.is_sure, 'true', 'false')),
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
