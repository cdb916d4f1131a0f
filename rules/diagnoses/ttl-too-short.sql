-- title:     The TTL ran out before the handshake reached the other end
-- severity:  error
-- param:     sure = 0.9 -- a connect that failed is an error from this confidence on, else a warning
-- param:     evidence_max = 8 -- segments of each kind that are named as evidence
-- explain:   The SYN, or the SYN-ACK, left with fewer hops to live than the way has routers. The last
--            one it reached dropped it. Where that router says so by ICMP time exceeded, Linux's
--            connect() fails at once with EHOSTUNREACH; where it does not, or the message is
--            filtered, the connect runs into its timeout after many SYNs, as with a dead server.
--            With several routes of different length (ECMP picks by addresses and ports) only part
--            of the connections fail. Linux picks a new hash for each repetition of a SYN, so that a
--            later one may take the short route: such connects are late by 1, 3, 7 … s and work.
--            Programs with the default TTL of 64 don't suffer, which is why curl works where the
--            failing program does not. detail.chain is what was seen, in the order of time;
--            detail.same_port compares with this sender's other connections to that port. error: the
--            connect failed; warning: it was late, or the proof is a comparison only.
-- remedy:    If a program sets the TTL (`strace -f -e trace=setsockopt PROGRAM` shows IP_TTL or
--            IPV6_UNICAST_HOPS): let it use 64, or no value at all. A program that marks its own
--            packets by their TTL, to know them again, can use 63, or better a mark (SO_MARK): its
--            firewall rules have to change with it.
--            If a rule does: `iptables-save -t mangle | grep TTL`, `nft list ruleset | grep -E
--            'ttl|hoplimit'`.
--            If it is the host's default (all its connections have that TTL): `sysctl -w
--            net.ipv4.ip_default_ttl=64`, IPv6: `sysctl -w net.ipv6.conf.all.hop_limit=64` and that
--            of the interface, which a router advertisement sets (CurHopLimit, RFC 4861 §4.2). Only
--            connections that begin later have it, programs that set their own keep theirs, and
--            packets of a routing loop live longer.
--            `iptables -t mangle -A POSTROUTING -p tcp --dport PORT -j TTL --ttl-set 64` cures a
--            program that cannot be changed; never put it on a router in the middle: it makes
--            loops endless.
--            To count the hops of each route: `traceroute -T -p PORT --sport=N HOST` for several N,
--            or `mtr --tcp --port PORT --report HOST`, or `dublin-traceroute HOST`; it takes as many
--            as the last line's number, and the TTL must be no less. Both ways count: a server's
--            answer may come by another route.
--            If the TTL was the usual 64, the route is wrong, not the TTL: look for a loop.
-- reference: RFC 791 §3.2; RFC 8200 §3; RFC 1122 §3.2.1.7 (the default SHOULD be configurable; 64
--            by the IANA's parameters); RFC 1812 §5.3.1; RFC 2992; Linux tcp_v4_err(),
--            sk_rethink_txhash()

-- What ttl-anomaly proved of handshakes that failed or were late.
WITH proved AS MATERIALIZED (
    SELECT f.id, f.connection_id, f.leg_id, f.confidence,
           f.detail ->> '$.proof' AS proof,
           f.detail ->> '$.from' = 'server' AS dir,
           f.detail ->> '$.point' AS point,
           f.detail ->> '$.ttl' AS ttl,
           f.detail ->> '$.usual_ttl' AS usual_ttl,
           f.detail ->> '$.tries' AS tries,
           f.detail ->> '$.path_hops' AS path_hops,
           f.detail ->> '$.path_to' AS path_to,
           f.detail ->> '$.path_is_back' AS is_back,
           f.detail ->> '$.back_hops' AS back_hops,
           f.detail ->> '$.last_ttl' AS last_ttl,
           f.detail ->> '$.last_point' AS last_point,
           f.detail ->> '$.icmp_from' AS router,
           f.detail -> '$.same_port' AS same_port,
           f.detail ->> '$.same_port.low' AS low,
           f.detail ->> '$.same_port.low_failed' AS low_failed,
           f.detail ->> '$.same_port.usual' AS usual,
           f.detail ->> '$.same_port.usual_failed' AS usual_failed
      FROM finding f
     WHERE f.rule_id = 'ttl-anomaly' AND f.severity = 'warning'
       AND f.detail ->> '$.proof' IN ('icmp', 'path', 'used up', 'way back', 'others')
),
-- The handshake at each point, in the order of time.
sighting AS MATERIALIZED (
    SELECT v.id, l.first_segment AS segment_id, s.ts_ns, p.name, s.ttl, s.dir, s.flags,
           row_number() OVER (PARTITION BY v.id ORDER BY l.first_segment) AS nth
      FROM (SELECT * FROM leg WHERE connection_id IN (SELECT connection_id FROM proved)) l
      JOIN proved v ON v.connection_id = l.connection_id
      JOIN segment s ON s.id = l.first_segment
      JOIN point p ON p.id = l.point_id
     WHERE s.flags & 2
),
-- What the rule found already: the repetitions, at the leg nearest to their sender.
repeated AS MATERIALIZED (
    SELECT v.id, e.segment_id, s.ts_ns, p.name, s.ttl, e.role,
           row_number() OVER (PARTITION BY v.id ORDER BY e.segment_id) AS nth
      FROM evidence e
      JOIN proved v ON v.id = e.finding_id
      JOIN segment s ON s.id = e.segment_id
      JOIN leg l ON l.id = s.leg_id
      JOIN point p ON p.id = l.point_id
     WHERE e.role LIKE '% copy'
),
exceeded AS MATERIALIZED (
    SELECT v.id, i.ts_ns, p.name, i.src, i.quoted_ttl,
           row_number() OVER (PARTITION BY v.id ORDER BY i.ts_ns, i.id) AS nth
      FROM icmp i
      JOIN leg l ON l.id = i.leg_id
      JOIN proved v ON v.connection_id = l.connection_id AND v.dir = i.dir
      JOIN point p ON p.id = i.point_id
     WHERE i.type = iif(i.version = 4, 11, 3) AND i.code = 0
),
-- A connection of the same sender to the same port that had the usual TTL and worked: looked for once,
-- however many of its handshakes failed.
sender AS MATERIALIZED (
    SELECT v.id, v.dir, v.usual_ttl, l.point_id, l.client_addr, l.server_addr, l.server_port
      FROM proved v
      JOIN leg l ON l.id = v.leg_id
     WHERE v.usual > v.usual_failed
),
usual AS MATERIALIZED (
    SELECT s.*, min(w.id) AS leg_id
      FROM (SELECT DISTINCT dir, usual_ttl, point_id, client_addr, server_addr, server_port
              FROM sender) s
      JOIN leg w ON w.point_id = s.point_id AND w.server_addr = s.server_addr
                AND w.server_port = s.server_port AND w.client_addr = s.client_addr
     WHERE iif(s.dir, w.ttl_max_server, w.ttl_max_client) = s.usual_ttl
       AND w.syns > 0 AND w.synacks > 0
     GROUP BY s.dir, s.usual_ttl, s.point_id, s.client_addr, s.server_addr, s.server_port
),
worked AS MATERIALIZED (
    SELECT s.id, u.leg_id
      FROM sender s
      JOIN usual u USING (dir, usual_ttl, point_id, client_addr, server_addr, server_port)
),
step AS (
    SELECT id, ts_ns, segment_id,
           printf('%s: %s with TTL %d', name, iif(flags & 16, 'SYN-ACK', 'SYN'), ttl) AS text
      FROM sighting
     UNION ALL
    SELECT id, ts_ns, segment_id,
           printf('%s: %s again with TTL %d', name,
                  iif(role = 'syn copy', 'SYN', 'SYN-ACK'), ttl)
      FROM repeated
     WHERE nth <= :evidence_max
     UNION ALL
    SELECT id, ts_ns, 0, printf('%s: ICMP time exceeded from %s', name, src)
      FROM exceeded
     WHERE nth <= :evidence_max
),
chain AS MATERIALIZED (
    SELECT id, json_group_array(printf('%+.6f s %s', (ts_ns - first_ns) / 1e9, text)) AS lines
      FROM (SELECT *, min(ts_ns) OVER (PARTITION BY id) AS first_ns
              FROM step
             ORDER BY id, ts_ns, segment_id)
     GROUP BY id
),
-- First the handshake on its way, then the repetitions.
shown AS MATERIALIZED (
    SELECT id, json_group_array(json_array(segment_id, role)) AS evidence
      FROM (SELECT id, segment_id, 'seen at ' || name AS role
              FROM sighting
             WHERE nth <= :evidence_max
             UNION ALL
            SELECT id, segment_id, role FROM repeated WHERE nth <= :evidence_max
             UNION ALL
            SELECT w.id, l.first_segment, 'worked'
              FROM worked w
              JOIN leg l ON l.id = w.leg_id
             ORDER BY id, segment_id)
     GROUP BY id
),
-- Points whose capture has less than what passed: that something is absent there proves less.
lossy AS MATERIALIZED (
    SELECT DISTINCT detail ->> 'point' AS point
      FROM finding
     WHERE rule_id = 'capture-loss' AND severity <> 'info'
),
named AS (
    SELECT v.*, y.point IS NOT NULL AS is_lossy, c.outcome, c.handshake_ns, l.first_segment, l.last_segment,
           iif(v.dir, c.server_addr || ':' || c.server_port,
               c.client_addr || ':' || c.client_port) AS sender,
           iif(v.dir, c.client_addr || ':' || c.client_port,
               c.server_addr || ':' || c.server_port) AS receiver,
           iif(v.dir, 'SYN-ACK', 'SYN') AS what,
           w.leg_id AS worked_leg,
           v.usual_ttl > v.ttl AS is_own
      FROM proved v
      JOIN connection c ON c.id = v.connection_id
      JOIN leg l ON l.id = v.leg_id
      LEFT JOIN worked w ON w.id = v.id
      LEFT JOIN lossy y ON y.point = v.path_to
)
SELECT n.connection_id,
       n.leg_id,
       n.first_segment,
       n.last_segment,
       iif(n.outcome = 'unanswered' AND n.confidence >= :sure, 'error', 'warning') AS severity,
       n.confidence,
       printf('%s to %s: the %s left %s with TTL %d, ', n.sender, n.receiver, n.what, n.point, n.ttl)
           || CASE n.proof
                  WHEN 'icmp' THEN printf('and %s dropped it when that was used up', n.router)
                  WHEN 'path' THEN printf('too few for the %d hops %s %s', n.path_hops,
                                          iif(n.is_back, 'that it is from', 'to'), n.path_to)
                  WHEN 'used up' THEN printf('had %d left at %s, and went no farther', n.last_ttl,
                                             n.last_point)
                  WHEN 'way back' THEN printf('probably too few: from there it is %d hops',
                                              n.back_hops)
                  ELSE 'probably too few'
              END
           || CASE
                  WHEN n.outcome = 'unanswered' THEN
                      iif(n.proof = 'icmp' AND n.tries = 1, '; the connect failed at once',
                          CASE n.tries WHEN 1 THEN '; it was lost'
                                       WHEN 2 THEN '; both were lost'
                                       ELSE printf('; all %d were lost', n.tries) END
                          || ' and the connect failed')
                  WHEN n.handshake_ns IS NOT NULL THEN
                      printf('; the handshake took %.3f s and %d %ss', n.handshake_ns / 1e9, n.tries,
                             n.what)
                  ELSE printf('; it took %d %ss', n.tries, n.what)
              END
           || iif(n.is_own AND n.usual > 0,
                  printf('; with TTL %d, %d of %d to this port failed', n.usual_ttl, n.usual_failed,
                         n.usual), '') AS summary,
       json_object(
           'cause', printf('%s a TTL of %d, and %s', iif(n.is_own,
                               printf('a program or a device gives the %s''s packets',
                                      iif(n.dir, 'server', 'client')),
                               printf('all that was seen of the %s has', iif(n.dir, 'server', 'client'))),
                           n.ttl,
                           CASE n.proof
                               WHEN 'icmp' THEN 'a route to the other end is longer'
                               WHEN 'path' THEN printf('a route to the other end takes %d hops',
                                                       n.path_hops)
                               WHEN 'used up' THEN 'the route goes on where it was used up'
                               ELSE 'a route to the other end seems longer'
                           END),
           'from', iif(n.dir, 'server', 'client'),
           'point', n.point, 'ttl', n.ttl, 'usual_ttl', n.usual_ttl, 'proof', n.proof,
           'path_hops', n.path_hops, 'back_hops', n.back_hops, 'icmp_from', n.router,
           'tries', n.tries, 'outcome', n.outcome, 'same_port', json(n.same_port),
           'chain', json(h.lines),
           'what_if', json_array(
               iif(coalesce(n.path_hops, n.back_hops) >= n.ttl,
                   printf('a TTL of %d would have been enough for the longest route that was measured%s',
                          coalesce(n.path_hops, n.back_hops) + 1,
                          iif(n.path_hops IS NULL, ' (on the way back)', '')),
                   'how long the route is was not measured: traceroute tells'),
               CASE
                   WHEN n.usual > 0 THEN
                       printf('with TTL %d: %d of %d connections to this port failed or were late',
                              n.usual_ttl, n.usual_failed, n.usual)
                   ELSE 'no connection with a higher TTL to compare with'
               END,
               iif(n.low > n.low_failed,
                   printf('with the low TTL %d of %d worked: not all routes are too long',
                          n.low - n.low_failed, n.low), NULL)),
           'missing', json_array(
               CASE n.proof
                   WHEN 'icmp' THEN printf('nothing, unless the message of %s is forged: no other '
                                           || 'reason has this type and code', n.router)
                   WHEN 'path' THEN printf('a sighting of it at %s would overturn this: that point '
                                           || 'recorded and has none%s%s', n.path_to,
                                           iif(n.outcome = 'unanswered', '', ' of the lost ones'),
                                           iif(n.is_lossy, ', but missed packets (capture-loss)', ''))
                   WHEN 'used up' THEN printf('a sighting of it beyond %s would overturn this: '
                                              || 'nothing of it was recorded there', n.last_point)
                   WHEN 'way back' THEN printf('the way there was not measured: a capture nearer to '
                                               || '%s that has the %s would overturn this, ICMP time '
                                               || 'exceeded or traceroute would prove it; if their '
                                               || 'packets began at 32, they took 32 hops less',
                                               n.receiver, n.what)
                   ELSE printf('no hops were measured, this is a comparison: a capture nearer to %s '
                               || 'that has the %s would overturn it, ICMP time exceeded or traceroute '
                               || 'would prove it', n.receiver, n.what)
               END,
               CASE n.proof
                   WHEN 'path' THEN iif(n.is_back, 'the hops were counted in the other direction, '
                                                   || 'whose route may be another; ', '')
                                    || 'the hops are those of other connections: which route this one '
                                    || 'took is told only by where it was seen'
                   WHEN 'others' THEN 'a firewall that drops by port or rate would look the same, if '
                                      || 'it hit the low TTL by chance'
               END)) AS detail,
       x.evidence
  FROM named n
  LEFT JOIN chain h ON h.id = n.id
  LEFT JOIN shown x ON x.id = n.id
 ORDER BY n.first_segment, n.connection_id, n.id
