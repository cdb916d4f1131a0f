-- title:     A TTL that is too low, or that its sender does not use elsewhere
-- severity:  warning
-- param:     slack_hops = 2 -- hops by which the TTLs of one sender may differ at one point
-- param:     nearly_dead = 3 -- a TTL this low where a segment is seen last: it did not get much
--            farther
-- param:     far_hops = 8 -- a TTL must be so much lower if only other connections of the sender
--            prove it
-- param:     probe_ttls = 3 -- so many TTLs that ran out on the way to one peer, from nearly_dead or
--            less on, are a traceroute
-- param:     evidence_max = 8 -- segments that are named as evidence
-- explain:   Each router lowers the TTL (hop limit in IPv6) by one and drops the packet at 0.
--            Systems start at 64 (Linux, BSD, macOS), 128 (Windows) or 255, so a sender's packets
--            come to one point with one TTL. A lower one means that a program sets its own
--            (setsockopt IP_TTL, IPV6_UNICAST_HOPS), that a device rewrites it, or that they took a
--            longer way. It is a warning only if it explains a failure: the SYN or SYN-ACK was
--            repeated or never answered, and either the path is longer than the TTL
--            (detail.path_hops is the largest loss of TTL measured between two points), or the last
--            point saw a TTL that was nearly used up, or a router said so by ICMP time exceeded, or
--            the other end's segments come over more hops than the TTL has (detail.back_hops, if
--            they began at the next default above), or this sender's connections to the same port
--            with the usual TTL fail less often. For the last two it must be below the default, or
--            the usual one, by far_hops at least. With several paths (ECMP) only the connections on
--            the longer one fail; where the number of hops between two points differs from
--            connection to connection of two addresses, that is told (info). traceroute over TCP
--            makes the same picture on purpose: info. A TTL that changes within a connection says
--            that its way changed, or that another device answered the handshake (SYN proxy):
--            notice.
-- remedy:    Find out who sets the TTL: on the sender `sysctl net.ipv4.ip_default_ttl` (IPv6:
--            net.ipv6.conf.all.hop_limit), `strace -f -e trace=setsockopt` on the program for
--            IP_TTL, and `iptables-save -t mangle` for the TTL target. Leave it at the default, 64,
--            in the program: that costs nothing. Raising the default of the host cures all programs
--            that do not set their own and hides the one that does not. If the TTL is the usual
--            one, the path is too long: a routing loop; `traceroute -T -p PORT` shows the routers
--            that repeat.
-- reference: RFC 9293 §3.9.2; RFC 791 §3.2; RFC 8200 §3; RFC 1122 §3.2.1.7; RFC 792; RFC 4443 §3.3

-- A leg has two ends: dir 0 is what the client sent, 1 the server.
WITH side AS MATERIALIZED (
    SELECT 0 AS dir UNION ALL SELECT 1
),
-- ICMP time exceeded in transit. One message is a row for each point that saw it.
quoted AS MATERIALIZED (
    SELECT l.connection_id, i.point_id, i.src, i.dir
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
dead AS MATERIALIZED (
    SELECT id FROM connection WHERE outcome = 'unanswered'
),
-- The TTLs that each end was seen with, at each point. DISTINCT keeps few rows, where GROUP BY would
-- sort all legs. Hops are counted from the initial TTL that is next above. 32 is none
-- of them: what arrives with less began at 64 today, or was set by a program.
variety AS MATERIALIZED (
    SELECT *, iif(ttl <= 64, 64, iif(ttl <= 128, 128, 255)) - ttl AS hops
      FROM (SELECT DISTINCT point_id, 0 AS dir, client_addr AS addr, ttl_max_client AS ttl
              FROM leg
             WHERE ttl_max_client IS NOT NULL
             UNION ALL
            SELECT DISTINCT point_id, 1, server_addr, ttl_max_server
              FROM leg
             WHERE ttl_max_server IS NOT NULL)
),
-- The fewest hops tell how far away the sender is; ttl is that of the row with the minimum.
usual AS MATERIALIZED (
    SELECT point_id, dir, addr, min(hops) AS hops, ttl
      FROM variety
     GROUP BY point_id, dir, addr
),
mixed AS MATERIALIZED (
    SELECT DISTINCT v.point_id, v.dir, v.addr
      FROM variety v
      JOIN usual u USING (point_id, dir, addr)
     WHERE v.hops > u.hops + :slack_hops
),
-- Over how many hops an end comes; more than 63 would be no guess but an error.
come AS MATERIALIZED (
    SELECT point_id, dir, addr, max(hops) AS hops
      FROM variety
     WHERE ttl <= 64
     GROUP BY point_id, dir, addr
),
-- The legs with an end that failed, ran out, or is of a sender with several TTLs; the others cost no
-- row. One scan finds both ends.
picked AS MATERIALIZED (
    SELECT l.id, l.connection_id, l.point_id, l.path_position, l.client_addr, l.server_addr,
           l.server_port, l.ttl_max_client, l.ttl_max_server, l.ttl_min_client, l.ttl_min_server,
           l.syns - l.sightings_syns AS syns_sent, l.synacks - l.sightings_synacks AS synacks_sent,
           l.first_segment, l.last_segment,
           l.connection_id IN (SELECT id FROM dead) AS is_unanswered
      FROM leg l
     WHERE syns_sent > 1
        OR synacks_sent > 1
        OR is_unanswered
        OR l.connection_id IN (SELECT connection_id FROM exceeded)
        OR EXISTS (SELECT 1 FROM mixed)
           AND ((l.point_id, 0, l.client_addr) IN (SELECT * FROM mixed)
                OR (l.point_id, 1, l.server_addr) IN (SELECT * FROM mixed))
),
-- Each end at the point nearest to it.
sent AS MATERIALIZED (
    SELECT e.*, u.ttl AS usual_ttl, m.addr IS NOT NULL AS is_mixed,
           e.hops > u.hops + :slack_hops AS is_odd,
           e.hops >= u.hops + :far_hops AS is_far,
           is_unanswered AND e.tries > 0 AS is_dead,
           e.tries > 1 OR is_unanswered AND e.tries > 0 AS is_failed,
           x.icmps, x.router
      FROM (SELECT *, iif(ttl <= 64, 64, iif(ttl <= 128, 128, 255)) - ttl AS hops
              FROM (SELECT p.connection_id, p.id AS leg_id, p.point_id, side.dir,
                           iif(side.dir, p.server_addr, p.client_addr) AS addr,
                           iif(side.dir, p.client_addr, p.server_addr) AS peer, p.server_port AS port,
                           iif(side.dir, p.ttl_max_server, p.ttl_max_client) AS ttl,
                           iif(side.dir, p.ttl_min_server, p.ttl_min_client) AS ttl_min,
                           iif(side.dir, p.synacks_sent, p.syns_sent) AS tries,
                           p.first_segment, p.last_segment, p.is_unanswered
                      FROM picked p
                     CROSS JOIN side
                      JOIN connection c ON c.id = p.connection_id
                     WHERE p.path_position = iif(side.dir, c.legs - 1, 0))) e
     CROSS JOIN usual u USING (point_id, dir, addr)
      LEFT JOIN mixed m USING (point_id, dir, addr)
      LEFT JOIN exceeded x USING (connection_id, dir)
     WHERE e.ttl IS NOT NULL
       AND (tries > 1 OR is_unanswered OR is_mixed
            OR e.connection_id IN (SELECT connection_id FROM exceeded))
),
-- How each sender of several TTLs fares with its usual one and with odd ones, at each port.
score AS MATERIALIZED (
    SELECT point_id, dir, addr, peer, port,
           sum(is_odd) AS odd, sum(NOT is_odd) AS usual,
           sum(is_odd AND is_failed) AS odd_failed, sum(is_failed AND NOT is_odd) AS usual_failed,
           sum(is_odd AND is_dead) AS odd_dead, sum(is_dead AND NOT is_odd) AS usual_dead
      FROM sent
     WHERE is_mixed
     GROUP BY point_id, dir, addr, peer, port
),
-- Who tried one TTL after the other, in a connection or from one to the next.
probe AS MATERIALIZED (
    SELECT point_id, addr, peer, count(*) AS probes, min(ttl_min) AS ttl_min, max(ttl) AS ttl_max,
           min(connection_id) AS connection_id, leg_id, min(first_segment) AS first_segment,
           max(last_segment) AS last_segment
      FROM (SELECT *, max(ttl_min) OVER (PARTITION BY point_id, addr, peer) AS top,
                   row_number() OVER (PARTITION BY point_id, addr, peer ORDER BY ttl_min) AS nth
              FROM (SELECT * FROM sent WHERE dir = 0 AND (is_dead OR icmps > 0)))
     GROUP BY point_id, addr, peer
    HAVING min(ttl_min) <= :nearly_dead
       AND (count(DISTINCT ttl) >= :probe_ttls OR max(ttl - ttl_min) >= :probe_ttls)
),
-- The most that the TTL lost between two points, on the way from `near` to `peer`; on the way back
-- where that is all that was measured, since routes need not be the same. It is asked for only if a
-- TTL that failed is no more than any two TTLs of the case differ by.
pair AS (
    SELECT a.point_id AS client_point, b.point_id AS server_point, a.server_addr, b.client_addr,
           max(a.ttl_max_client - b.ttl_max_client) AS there,
           max(b.ttl_max_server - a.ttl_max_server) AS back
      FROM leg a
      JOIN leg b ON b.connection_id = a.connection_id AND b.path_position > a.path_position
     GROUP BY 1, 2, 3, 4
     LIMIT (SELECT CASE
                       WHEN (SELECT count(*) FROM point) < 2 THEN 0
                       WHEN (SELECT min(ttl) FROM sent WHERE is_failed)
                            <= (SELECT max(max(ttl_max_client), max(ttl_max_server))
                                       - min(min(ttl_max_client), min(ttl_max_server)) FROM leg) THEN -1
                       ELSE 0
                   END)
),
way AS MATERIALIZED (
    SELECT iif(dir, server_point, client_point) AS near, iif(dir, client_point, server_point) AS far,
           dir, iif(dir, client_addr, server_addr) AS peer,
           coalesce(max(iif(dir, back, there)), max(iif(dir, there, back))) AS hops,
           max(iif(dir, back, there)) IS NULL AS is_back
      FROM pair
     CROSS JOIN side
     GROUP BY 1, 2, 3, 4
),
-- The points that the connection of a failed end came to, with the TTL of that end there.
path AS MATERIALIZED (
    SELECT s.leg_id, s.dir, l.point_id, p.name, l.synacks,
           iif(s.dir, l.ttl_max_server, l.ttl_max_client) AS ttl,
           iif(s.dir, -l.path_position, l.path_position) AS place
      FROM leg l
     CROSS JOIN sent s ON s.connection_id = l.connection_id
      JOIN point p ON p.id = l.point_id
     WHERE s.is_failed
),
-- The farthest of the points that this end's segments never came to.
unreached AS MATERIALIZED (
    SELECT s.leg_id, s.dir, max(w.hops) AS hops, w.is_back, p.name
      FROM sent s
      JOIN way w ON w.near = s.point_id AND w.dir = s.dir AND w.peer = s.peer
      JOIN point p ON p.id = w.far
      LEFT JOIN path x ON x.leg_id = s.leg_id AND x.dir = s.dir AND x.point_id = w.far
                      AND x.ttl IS NOT NULL
     WHERE s.is_failed AND x.point_id IS NULL
     GROUP BY s.leg_id, s.dir
),
-- Where this end's segments were seen last; a SYN that was answered somewhere arrived.
reached AS MATERIALIZED (
    SELECT leg_id, dir, ttl, name, max(iif(ttl IS NULL, NULL, place)) AS farthest,
           dir = 0 AND sum(synacks) > 0 AS is_answered
      FROM path
     GROUP BY leg_id, dir
),
-- TTLs that are few for the way back, and yet worked for other connections of the two at that port.
doubtful AS MATERIALIZED (
    SELECT DISTINCT point_id, dir, addr, peer, port, ttl
      FROM sent
     WHERE is_dead AND NOT is_mixed AND hops >= :far_hops
),
enough AS MATERIALIZED (
    SELECT DISTINCT l.point_id, side.dir, iif(side.dir, l.server_addr, l.client_addr) AS addr,
           iif(side.dir, l.client_addr, l.server_addr) AS peer, l.server_port AS port,
           iif(side.dir, l.ttl_max_server, l.ttl_max_client) AS ttl
      FROM leg l
     CROSS JOIN side
     WHERE (l.point_id, side.dir, iif(side.dir, l.server_addr, l.client_addr),
            iif(side.dir, l.client_addr, l.server_addr), l.server_port,
            iif(side.dir, l.ttl_max_server, l.ttl_max_client)) IN (SELECT * FROM doubtful)
       AND l.connection_id NOT IN (SELECT id FROM dead)
     LIMIT (SELECT iif(EXISTS (SELECT 1 FROM doubtful), -1, 0))
),
judged AS MATERIALIZED (
    SELECT s.*, n.odd, n.usual, n.odd_failed, n.usual_failed, n.odd_dead, n.usual_dead,
           c.outcome, p.name AS point,
           l.client_addr || ':' || l.client_port AS client,
           l.server_addr || ':' || l.server_port AS server,
           r.ttl AS last_ttl, r.name AS last_point, u.hops AS path_hops, u.name AS path_point,
           u.is_back, b.hops AS back_hops,
           CASE
               WHEN o.addr IS NOT NULL THEN 'probe'
               WHEN s.icmps > 0 THEN 'icmp'
               WHEN u.hops >= s.ttl THEN 'path'
               WHEN is_dead AND r.is_answered THEN NULL
               WHEN c.outcome = 'unanswered' AND r.ttl <= :nearly_dead AND s.ttl > :nearly_dead
                   THEN 'used up'
               WHEN is_dead AND s.hops >= :far_hops AND b.hops >= s.ttl AND k.ttl IS NULL
                    AND iif(odd IS NULL, 1, is_odd AND odd_dead * usual > usual_dead * odd)
                   THEN 'way back'
               WHEN is_far AND is_dead AND odd_dead * usual > usual_dead * odd THEN 'others'
               WHEN is_far AND is_failed AND odd_failed > 1
                    AND iif(b.hops >= s.ttl, 3, 2) * odd_failed >= odd
                    AND odd_failed * usual > usual_failed * odd THEN 'others'
           END AS proof
      FROM sent s
      JOIN connection c ON c.id = s.connection_id
      JOIN leg l ON l.id = s.leg_id
      JOIN point p ON p.id = s.point_id
      LEFT JOIN score n ON n.point_id = s.point_id AND n.dir = s.dir AND n.addr = s.addr
                       AND n.peer = s.peer AND n.port = s.port
      LEFT JOIN unreached u ON u.leg_id = s.leg_id AND u.dir = s.dir
      LEFT JOIN reached r ON r.leg_id = s.leg_id AND r.dir = s.dir
      LEFT JOIN come b ON b.point_id = s.point_id AND b.dir = 1 - s.dir AND b.addr = s.peer
      LEFT JOIN enough k ON k.point_id = s.point_id AND k.dir = s.dir AND k.addr = s.addr
                        AND k.peer = s.peer AND k.port = s.port AND k.ttl = s.ttl
      LEFT JOIN probe o ON o.point_id = s.point_id AND o.addr = s.addr AND o.peer = s.peer
                       AND s.dir = 0
     WHERE s.is_failed OR s.is_odd OR s.icmps > 0
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
           CASE proof WHEN 'icmp' THEN 0.98 WHEN 'path' THEN iif(is_back, 0.9, 0.95)
                      WHEN 'used up' THEN 0.9
                      WHEN 'way back' THEN
                          iif(coalesce(odd_dead * usual > usual_dead * odd, 0), 0.8, 0.65)
                      ELSE iif(NOT is_dead, 0.5, iif(usual > 2 AND odd_failed > 2, 0.8, 0.6)) END
               AS confidence,
           iif(dir, printf('The SYN-ACK of %s to %s', server, client),
               printf('The SYN of %s to %s', client, server))
           || printf(' left %s with TTL %d', point, ttl)
           || iif(is_odd, printf(' (this sender''s usual one is %d)', usual_ttl), '')
           || CASE proof
                  WHEN 'icmp' THEN
                      printf(' and ran out of it: ICMP time exceeded from %s%s', router,
                             iif(icmps > 1, printf(', %d times', icmps), ''))
                  WHEN 'path' THEN
                      printf(', and the way %s takes up to %d hops',
                             iif(is_back, 'back from ', 'to ') || path_point, path_hops)
                  WHEN 'used up' THEN
                      printf(', and had only %d left at %s, where it was seen last', last_ttl,
                             last_point)
                  WHEN 'way back' THEN
                      printf(', and segments of %s come here over %d hops', peer, back_hops)
                  ELSE printf(': with that TTL %d of %d connections to this %s failed, with the '
                              || 'usual one %d of %d', odd_failed, odd, iif(dir, 'client', 'port'),
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
                       'path_is_back', json(iif(is_back, 'true', 'false')),
                       'last_ttl', last_ttl, 'last_point', last_point, 'back_hops', back_hops,
                       'icmp_time_exceeded', coalesce(icmps, 0), 'icmp_from', router,
                       'same_port', json_object('low', odd, 'low_failed', odd_failed,
                                                'usual', usual, 'usual_failed', usual_failed))
               AS detail,
           json_insert(coalesce(x.evidence, '[]'), '$[#]',
                       json_array(j.first_segment, iif(dir, 'first', 'syn'))) AS evidence
      FROM judged j
      LEFT JOIN copies x USING (leg_id, dir)
     WHERE proof <> 'probe'
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
probed AS (
    SELECT connection_id, leg_id, first_segment, last_segment, 'info' AS severity,
           0.8 AS confidence,
           printf('%s sent SYNs with TTLs from %d to %d to %s on %d connection%s: a traceroute',
                  addr, ttl_min, ttl_max, peer, probes, iif(probes = 1, '', 's')) AS summary,
           json_object('from', 'client', 'ttl_min', ttl_min, 'ttl_max', ttl_max,
                       'connections', probes) AS detail,
           json_array(json_array(first_segment, 'first')) AS evidence
      FROM probe
),
-- Connections of two addresses that came to a point with different TTLs, though there is a point
-- before it to count the hops from.
arrival AS MATERIALIZED (
    SELECT point_id, dir, client_addr, server_addr
      FROM (SELECT DISTINCT point_id, 0 AS dir, client_addr, server_addr, ttl_max_client AS ttl
              FROM leg
             WHERE path_position > 0 AND ttl_max_client IS NOT NULL
             UNION ALL
            SELECT DISTINCT point_id, 1, client_addr, server_addr, ttl_max_server
              FROM leg
             WHERE ttl_max_server IS NOT NULL
             LIMIT (SELECT iif(count(*) > 1, -1, 0) FROM point))
     GROUP BY point_id, dir, client_addr, server_addr
    HAVING max(ttl) - min(ttl) > :slack_hops
),
arrived AS MATERIALIZED (
    SELECT l.id, l.connection_id, l.point_id, l.path_position, r.dir, l.client_addr,
           l.server_addr, l.first_segment, l.last_segment,
           iif(r.dir, l.ttl_max_server, l.ttl_max_client) AS ttl
      FROM arrival r
      JOIN leg l ON l.point_id = r.point_id AND l.client_addr = r.client_addr
                AND l.server_addr = r.server_addr
     LIMIT (SELECT iif(EXISTS (SELECT 1 FROM arrival), -1, 0))
),
hop_count AS MATERIALIZED (
    SELECT v.point_id, v.dir, n.point_id AS near_id, v.client_addr, v.server_addr,
           iif(v.dir, n.ttl_max_server, n.ttl_max_client) - v.ttl AS hops,
           count(*) AS connections, min(v.connection_id) AS connection_id, v.id AS leg_id,
           min(v.first_segment) AS first_segment, max(v.last_segment) AS last_segment
      FROM arrived v
      JOIN connection c ON c.id = v.connection_id
     CROSS JOIN leg n ON n.connection_id = v.connection_id
                     AND n.path_position = iif(v.dir, c.legs - 1, 0)
     WHERE v.path_position <> n.path_position
     GROUP BY 1, 2, 3, 4, 5, 6
    HAVING hops IS NOT NULL
),
spread AS (
    SELECT min(connection_id) AS connection_id, leg_id, min(first_segment) AS first_segment,
           max(last_segment) AS last_segment, 'info' AS severity, 0.9 AS confidence,
           printf('From %s to %s, segments from %s to %s took ', n.name, p.name,
                  iif(dir, server_addr, client_addr), iif(dir, client_addr, server_addr))
           || group_concat(printf('%d hops on %d connection%s', hops, connections,
                                  iif(connections = 1, '', 's')), ', ') AS summary,
           json_object('from', iif(dir, 'server', 'client'), 'near', n.name, 'point', p.name,
                       'hops', json_group_array(json_array(hops, connections))) AS detail,
           json_group_array(json_array(first_segment, 'first')) AS evidence
      FROM (SELECT * FROM hop_count ORDER BY point_id, dir, near_id, client_addr, server_addr, hops) h
      JOIN point p ON p.id = h.point_id
      JOIN point n ON n.id = h.near_id
     GROUP BY h.point_id, h.dir, h.near_id, h.client_addr, h.server_addr
    HAVING max(hops) - min(hops) > :slack_hops
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
SELECT * FROM probed
UNION ALL
SELECT * FROM spread
UNION ALL
SELECT * FROM changed
 ORDER BY first_segment, connection_id, summary
