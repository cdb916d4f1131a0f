-- title:     A TTL that is too low, or that its sender does not use elsewhere
-- severity:  warning
-- param:     slack_hops = 2 -- hops by which the TTLs of one sender may differ at one point
-- param:     nearly_dead = 3 -- a TTL this low where a segment is seen last: it did not get much
--            farther
-- param:     far_hops = 8 -- a TTL must be so much lower if only other connections of the sender
--            prove it
-- param:     evidence_max = 8 -- segments that are named as evidence
-- explain:   Each router lowers the TTL (hop limit in IPv6) by one and drops the packet at 0.
--            Systems start at 64 (Linux, BSD, macOS), 128 (Windows) or 255, so a sender's packets
--            come to one point with one TTL. A lower one means that a program sets its own
--            (setsockopt IP_TTL, IPV6_UNICAST_HOPS), that a device rewrites it, or that they took a
--            longer way. It is a warning only if it explains a failure: the SYN or SYN-ACK was
--            repeated or never answered, and either the path is longer than the TTL
--            (detail.path_hops is the largest loss of TTL measured between two points), or the last
--            point saw a TTL that was nearly used up, or this sender's connections with the usual
--            TTL fail less often (then it must be lower by far_hops at least), or a router said so
--            by ICMP time exceeded. With several paths (ECMP) only the connections on the longer
--            one fail. traceroute over TCP makes the same picture on purpose. A TTL that changes
--            within a connection says that its way changed, or that another device answered the
--            handshake (SYN proxy): notice.
-- remedy:    Find out who sets the TTL: on the sender `sysctl net.ipv4.ip_default_ttl` (IPv6:
--            net.ipv6.conf.all.hop_limit), `strace -f -e trace=setsockopt` on the program for
--            IP_TTL, and `iptables-save -t mangle` for the TTL target. Leave it at the default, 64,
--            in the program: that costs nothing. Raising the default of the host cures all programs
--            that do not set their own and hides the one that does not. If the TTL is the usual
--            one, the path is too long: a routing loop; `traceroute -T -p PORT` shows the routers
--            that repeat.
-- reference: RFC 9293 §3.9.2; RFC 791 §3.2; RFC 8200 §3; RFC 1122 §3.2.1.7; RFC 792; RFC 4443 §3.3

-- Each end of each connection, at the point nearest to it. Hops from the initial TTL that is next
-- above: 32, 64, 128 or 255.
WITH sent AS MATERIALIZED (
    SELECT e.*, iif(ttl <= 32, 32, iif(ttl <= 64, 64, iif(ttl <= 128, 128, 255))) - ttl AS hops,
           outcome = 'unanswered' AND e.tries > 0 AS is_dead,
           e.tries > 1 OR outcome = 'unanswered' AND e.tries > 0 AS is_failed
      FROM (SELECT l.connection_id, l.id AS leg_id, l.point_id, 0 AS dir, l.client_addr AS addr,
                   l.server_addr AS peer, l.ttl_max_client AS ttl, l.syns AS tries,
                   l.first_segment, l.last_segment, c.outcome
              FROM leg l
             CROSS JOIN connection c ON c.id = l.connection_id
             WHERE l.path_position = 0
             UNION ALL
            SELECT l.connection_id, l.id, l.point_id, 1, l.server_addr,
                   l.client_addr, l.ttl_max_server, l.synacks,
                   l.first_segment, l.last_segment, c.outcome
              FROM leg l
             CROSS JOIN connection c ON c.id = l.connection_id
             WHERE l.path_position = c.legs - 1) e
     WHERE e.ttl IS NOT NULL
),
-- Few rows, from which the next two are counted.
tally AS MATERIALIZED (
    SELECT point_id, dir, addr, peer, ttl, hops, count(*) AS ends, sum(is_failed) AS failed,
           sum(is_dead) AS dead
      FROM sent
     GROUP BY point_id, dir, addr, peer, ttl
),
-- The fewest hops tell how far away the sender is; ttl is that of the row with the minimum.
usual AS MATERIALIZED (
    SELECT point_id, dir, addr, min(hops) AS hops, ttl
      FROM tally
     GROUP BY point_id, dir, addr
),
-- How each sender fares with its usual TTL and with odd ones, with each of its peers.
score AS MATERIALIZED (
    SELECT t.point_id, t.dir, t.addr, t.peer, u.ttl AS usual_ttl, u.hops AS usual_hops,
           sum(iif(t.hops > u.hops + :slack_hops, ends, 0)) AS odd,
           sum(iif(t.hops <= u.hops + :slack_hops, ends, 0)) AS usual,
           sum(iif(t.hops > u.hops + :slack_hops, failed, 0)) AS odd_failed,
           sum(iif(t.hops <= u.hops + :slack_hops, failed, 0)) AS usual_failed,
           sum(iif(t.hops > u.hops + :slack_hops, dead, 0)) AS odd_dead,
           sum(iif(t.hops <= u.hops + :slack_hops, dead, 0)) AS usual_dead
      FROM tally t
      JOIN usual u USING (point_id, dir, addr)
     GROUP BY t.point_id, t.dir, t.addr, t.peer
),
-- ICMP time exceeded in transit; the direction is the one whose bytes the quoted number can be of.
-- One message is a row for each point that saw it.
quoted AS MATERIALIZED (
    SELECT l.connection_id, i.point_id, i.src,
           coalesce((i.quoted_seq - l.isn_client) & 0xffffffff > l.bytes_client + 2
                    AND (i.quoted_seq - l.isn_server) & 0xffffffff <= l.bytes_server + 2, 0) AS dir
      FROM icmp i
      JOIN leg l ON l.id = i.leg_id
     WHERE i.type = iif(i.version = 4, 11, 3) AND i.code = 0
),
exceeded AS MATERIALIZED (
    SELECT connection_id, dir, max(icmps) AS icmps, router
      FROM (SELECT connection_id, dir, count(*) AS icmps, min(src) AS router
              FROM quoted
             GROUP BY connection_id, dir, point_id)
     GROUP BY connection_id, dir
),
-- The first condition follows from the second, and costs no look at the score.
suspect AS MATERIALIZED (
    SELECT s.*, n.usual_ttl, n.odd, n.usual, n.odd_failed, n.usual_failed, n.odd_dead, n.usual_dead,
           s.hops > n.usual_hops + :slack_hops AS is_odd,
           s.hops >= n.usual_hops + :far_hops AS is_far,
           x.icmps, x.router
      FROM sent s
      JOIN score n USING (point_id, dir, addr, peer)
      LEFT JOIN exceeded x ON x.connection_id = s.connection_id AND x.dir = s.dir
     WHERE (s.is_failed OR s.hops > (SELECT min(hops) FROM usual) + :slack_hops
            OR s.connection_id IN (SELECT connection_id FROM exceeded))
       AND (s.is_failed OR s.hops > n.usual_hops + :slack_hops OR x.icmps > 0)
),
-- The most that the TTL lost between two points, on the way from `near` to `peer` or back.
pair AS (
    SELECT a.point_id AS client_point, b.point_id AS server_point, a.server_addr, b.client_addr,
           max(coalesce(a.ttl_max_client - b.ttl_max_client, 0),
               coalesce(b.ttl_max_server - a.ttl_max_server, 0)) AS hops
      FROM leg a
      JOIN leg b ON b.connection_id = a.connection_id AND b.path_position > a.path_position
     WHERE EXISTS (SELECT 1 FROM suspect WHERE is_failed)
),
way AS MATERIALIZED (
    SELECT client_point AS near, server_point AS far, 0 AS dir, server_addr AS peer,
           max(hops) AS hops
      FROM pair GROUP BY 1, 2, 4
    UNION ALL
    SELECT server_point, client_point, 1, client_addr, max(hops) FROM pair GROUP BY 1, 2, 4
),
-- The farthest of the points that this end's segments never came to.
unreached AS MATERIALIZED (
    SELECT s.leg_id, s.dir, max(w.hops) AS hops, p.name
      FROM suspect s
      JOIN way w ON w.near = s.point_id AND w.dir = s.dir AND w.peer = s.peer
      JOIN point p ON p.id = w.far
      LEFT JOIN leg x ON x.connection_id = s.connection_id AND x.point_id = w.far
                     AND iif(s.dir, x.ttl_max_server, x.ttl_max_client) IS NOT NULL
     WHERE s.is_failed AND x.id IS NULL
     GROUP BY s.leg_id, s.dir
),
-- Where this end's segments were seen last.
reached AS MATERIALIZED (
    SELECT s.leg_id, s.dir, iif(s.dir, x.ttl_max_server, x.ttl_max_client) AS ttl, p.name,
           max(iif(s.dir, -x.path_position, x.path_position)) AS farthest
      FROM suspect s
      JOIN leg x ON x.connection_id = s.connection_id
                AND iif(s.dir, x.ttl_max_server, x.ttl_max_client) IS NOT NULL
      JOIN point p ON p.id = x.point_id
     WHERE s.is_failed
     GROUP BY s.leg_id, s.dir
),
judged AS MATERIALIZED (
    SELECT s.*, c.outcome, p.name AS point,
           l.client_addr || ':' || l.client_port AS client,
           l.server_addr || ':' || l.server_port AS server,
           r.ttl AS last_ttl, r.name AS last_point, u.hops AS path_hops, u.name AS path_point,
           CASE
               WHEN s.icmps > 0 THEN 'icmp'
               WHEN u.hops >= s.ttl THEN 'path'
               WHEN c.outcome = 'unanswered' AND r.ttl <= :nearly_dead AND s.ttl > :nearly_dead
                   THEN 'used up'
               WHEN is_far AND is_dead AND odd_dead * usual > usual_dead * odd THEN 'others'
               WHEN is_far AND is_failed AND odd_failed > 1 AND odd_failed * 2 >= odd
                    AND odd_failed * usual > usual_failed * odd THEN 'others'
           END AS proof
      FROM suspect s
      JOIN connection c ON c.id = s.connection_id
      JOIN leg l ON l.id = s.leg_id
      JOIN point p ON p.id = s.point_id
      LEFT JOIN unreached u ON u.leg_id = s.leg_id AND u.dir = s.dir
      LEFT JOIN reached r ON r.leg_id = s.leg_id AND r.dir = s.dir
),
copy AS (
    SELECT leg_id, kind = 'synack-retransmission' AS dir, segment_id,
           iif(kind = 'syn-retransmission', 'syn copy', 'syn-ack copy') AS role,
           row_number() OVER (PARTITION BY leg_id, kind ORDER BY segment_id) AS nth
      FROM event
     WHERE kind IN ('syn-retransmission', 'synack-retransmission')
),
copies AS MATERIALIZED (
    SELECT leg_id, dir, json_group_array(json_array(segment_id, role)) AS evidence
      FROM copy
     WHERE nth < :evidence_max
     GROUP BY leg_id, dir
),
failure AS (
    SELECT j.connection_id, j.leg_id, j.first_segment, j.last_segment,
           iif(is_failed, 'warning', 'notice') AS severity,
           CASE proof WHEN 'icmp' THEN 0.98 WHEN 'path' THEN 0.95 WHEN 'used up' THEN 0.9
                      ELSE iif(usual > 2 AND odd_failed > 2, 0.8, 0.6) END AS confidence,
           iif(dir, printf('The SYN-ACK of %s to %s', server, client),
               printf('The SYN of %s to %s', client, server))
           || printf(' left %s with TTL %d', point, ttl)
           || iif(is_odd, printf(' (this sender''s usual one is %d)', usual_ttl), '')
           || CASE proof
                  WHEN 'icmp' THEN
                      printf(' and ran out of it: ICMP time exceeded from %s%s', router,
                             iif(icmps > 1, printf(', %d times', icmps), ''))
                  WHEN 'path' THEN
                      printf(', and the way to %s takes up to %d hops', path_point, path_hops)
                  WHEN 'used up' THEN
                      printf(', and had only %d left at %s, where it was seen last', last_ttl,
                             last_point)
                  ELSE printf(': with that TTL %d of %d connections to this %s failed, with the '
                              || 'usual one %d of %d', odd_failed, odd, iif(dir, 'client', 'server'),
                              usual_failed, usual)
              END
           || CASE
                  WHEN NOT is_failed THEN '; the connection went on'
                  WHEN outcome = 'unanswered' THEN
                      printf('; it was sent %d time%s and never answered', tries,
                             iif(tries = 1, '', 's'))
                  ELSE printf('; it was sent %d times before an answer came', tries)
              END AS summary,
           json_object('from', iif(dir, 'server', 'client'), 'point', point, 'ttl', ttl,
                       'usual_ttl', usual_ttl, 'proof', proof, 'tries', tries, 'outcome', outcome,
                       'path_hops', path_hops, 'path_to', path_point,
                       'last_ttl', last_ttl, 'last_point', last_point,
                       'icmp_time_exceeded', coalesce(icmps, 0), 'icmp_from', router,
                       'same_peer', json_object('low', odd, 'low_failed', odd_failed,
                                                'usual', usual, 'usual_failed', usual_failed))
               AS detail,
           json_insert(coalesce(x.evidence, '[]'), '$[#]',
                       json_array(j.first_segment, iif(dir, 'first', 'syn'))) AS evidence
      FROM judged j
      LEFT JOIN copies x USING (leg_id, dir)
     WHERE proof IS NOT NULL
),
-- Odd, but it explains no failure: one row for all connections of the sender with that TTL.
odd AS (
    SELECT min(connection_id) AS connection_id, leg_id,
           min(first_segment) AS first_segment, max(last_segment) AS last_segment,
           iif(sum(is_failed) > 0, 'notice', 'info') AS severity,
           0.6 AS confidence,
           printf('%s, a %s, uses TTL %d at %s on %d connection%s, and %d on others', addr,
                  iif(dir, 'server', 'client'), ttl, point, count(*), iif(count(*) = 1, '', 's'),
                  usual_ttl)
           || iif(sum(is_failed) > 0, printf('; %d of them had to repeat the handshake or failed',
                                             sum(is_failed)), '') AS summary,
           json_object('from', iif(dir, 'server', 'client'), 'point', point, 'ttl', ttl,
                       'usual_ttl', usual_ttl, 'connections', count(*), 'failed', sum(is_failed))
               AS detail,
           json_array(json_array(min(first_segment), 'first')) AS evidence
      FROM judged
     WHERE proof IS NULL AND is_odd
     GROUP BY point_id, dir, addr, ttl
),
-- A change within a connection, at the leg nearest to its sender.
change AS MATERIALIZED (
    SELECT l.connection_id, e.leg_id, l.point_id, s.dir, e.segment_id, e.a AS ttl, e.b AS before,
           rank() OVER (PARTITION BY l.connection_id, s.dir
                        ORDER BY iif(s.dir, -l.path_position, l.path_position)) AS place,
           row_number() OVER (PARTITION BY e.leg_id, s.dir ORDER BY e.segment_id) AS nth
      FROM event e
      JOIN segment s ON s.id = e.segment_id
      JOIN leg l ON l.id = e.leg_id
     WHERE e.kind = 'ttl-change' AND s.flags & 4 = 0
),
changed AS (
    SELECT h.connection_id, h.leg_id, min(segment_id) AS first_segment,
           max(segment_id) AS last_segment,
           iif(max(max(ttl, before)) - min(min(ttl, before)) > :slack_hops, 'notice', 'info')
               AS severity,
           0.9 AS confidence,
           printf('The TTL of segments from the %s (%s) changed %d time%s at %s, between %d and %d',
                  iif(dir, 'server', 'client'), iif(dir, l.server_addr, l.client_addr), count(*),
                  iif(count(*) = 1, '', 's'), p.name, min(min(ttl, before)),
                  max(max(ttl, before))) AS summary,
           json_object('from', iif(dir, 'server', 'client'), 'point', p.name, 'changes', count(*),
                       'ttl_min', min(min(ttl, before)), 'ttl_max', max(max(ttl, before))) AS detail,
           json_group_array(json_array(segment_id, 'changed')) FILTER (WHERE nth <= :evidence_max)
               AS evidence
      FROM change h
      JOIN leg l ON l.id = h.leg_id
      JOIN point p ON p.id = h.point_id
     WHERE likely(place = 1)
     GROUP BY h.leg_id, dir
)
SELECT * FROM failure
UNION ALL
SELECT * FROM odd
UNION ALL
SELECT * FROM changed
 ORDER BY first_segment, connection_id, summary
