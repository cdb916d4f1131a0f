-- title:     A NAT had forgotten a connection that was only silent
-- severity:  warning
-- param:     idle_s = 30 -- a silence that is shorter is not what a NAT forgets a connection by
-- explain:   A NAT keeps a mapping for as long as its timer says, and the ends keep their sockets for
--            as long as they like. After a long silence the next segment of the server came to
--            the NAT, was not translated any more, and the NAT host answered it as its own: with
--            a RST, which ended the server's half; the client behind the NAT learns nothing until it
--            sends. Its earlier segments had been translated, and this one is neither late nor out
--            of the window, so it is the mapping that was gone. detail.sysctl names the timer of
--            conntrack for the state in which the connection was, and detail.default_s its default:
--            a silence below it means that the timer was set shorter, the table was full or
--            flushed, or the NAT is another. error: the RST ended a connection that was open.
-- remedy:    Let the ends speak before the NAT forgets: SO_KEEPALIVE in the program with `sysctl -w
--            net.ipv4.tcp_keepalive_time=60` or TCP_KEEPIDLE (a packet a minute; a short outage may then
--            end a connection that would have survived it).
--            Or raise the timer that detail.sysctl names, on the NAT: each entry takes about 300
--            bytes and counts against net.netfilter.nf_conntrack_max. `conntrack -L | grep PORT`
--            shows what is left of an entry, `conntrack -S` (drop, early_drop) whether the table
--            is full. `iptables -I INPUT -m conntrack --ctstate INVALID -j DROP` does not help: for
--            the NAT the segment is NEW.
-- reference: RFC 5382 REQ-5 (2 hours 4 minutes for an open connection, 4 minutes for others); Linux
--            nf_conntrack_proto_tcp.c, tcp_timeouts[]

-- Segments that did not get through the NAT and were answered by a RST of the NAT host itself.
WITH answered AS MATERIALIZED (
    SELECT r.leg_id, min(r.answers) AS segment_id, min(r.segment_id) AS rst_id, r.dir AS rst_dir
      FROM reset r
      JOIN leg l ON l.id = r.leg_id
     WHERE r.answers IS NOT NULL AND r.answers_by = 'copied'
       AND l.last_ns - l.first_ns >= :idle_s * 1000000000
     GROUP BY r.leg_id
),
-- A LIMIT of 0 spares the scan of a case that has none.
fact AS MATERIALIZED (
    SELECT kind, leg_id, segment_id, a, b
      FROM event
     WHERE kind IN ('not-forwarded', 'injected', 'late-segment', 'ct-invalid', 'fin')
       AND leg_id IN (SELECT leg_id FROM answered)
     LIMIT (SELECT iif(EXISTS (SELECT 1 FROM answered), -1, 0))
),
lost AS MATERIALIZED (
    SELECT a.leg_id, a.segment_id, a.rst_id, a.rst_dir, nf.b AS point_id
      FROM answered a
      JOIN fact nf ON nf.segment_id = a.segment_id AND nf.kind = 'not-forwarded'
      JOIN fact i ON i.segment_id = a.rst_id AND i.kind = 'injected'
     WHERE a.segment_id NOT IN (SELECT segment_id FROM fact WHERE kind = 'late-segment')
       AND a.segment_id NOT IN (SELECT segment_id FROM fact WHERE kind = 'ct-invalid' AND a >= 6)
),
-- A device that translates nothing may be any firewall.
translated AS MATERIALIZED (
    SELECT DISTINCT connection_id
      FROM leg
     WHERE nat <> 'none'
     LIMIT (SELECT iif(EXISTS (SELECT 1 FROM lost), -1, 0))
),
-- One pass over the segments before them, whatever their number.
before AS MATERIALIZED (
    SELECT o.leg_id, max(p.id) AS segment_id
      FROM segment p
      JOIN lost o ON o.leg_id = p.leg_id
     WHERE p.id < (SELECT coalesce(max(segment_id), 0) FROM lost) AND p.id < o.segment_id
     GROUP BY o.leg_id
),
fins AS MATERIALIZED (
    SELECT f.leg_id, count(*) AS fins
      FROM fact f
      JOIN lost o ON o.leg_id = f.leg_id
     WHERE f.kind = 'fin' AND f.segment_id < o.segment_id
     GROUP BY f.leg_id
),
-- Points whose capture has less than what passed: that something is absent there proves less.
lossy AS MATERIALIZED (
    SELECT DISTINCT detail ->> 'point' AS point
      FROM finding
     WHERE rule_id = 'capture-loss' AND severity <> 'info'
),
told AS (
    SELECT o.*, b.segment_id AS before_id, (s.ts_ns - p.ts_ns) / 1e9 AS idle,
           (r.ts_ns - s.ts_ns) / 1e6 AS answer_ms, l.connection_id, l.client_addr, l.server_addr,
           n.name AS point, q.name AS beyond, c.outcome,
           q.name IN (SELECT point FROM lossy) AS is_lossy,
           printf('%s:%d', c.client_addr, c.client_port) AS client,
           printf('%s:%d', c.server_addr, c.server_port) AS server,
           coalesce(k.fins, 0) AS fins,
           CASE coalesce(k.fins, 0) WHEN 0 THEN 'established' WHEN 1 THEN 'close_wait'
                                    ELSE 'time_wait' END AS timer,
           CASE coalesce(k.fins, 0) WHEN 0 THEN 432000 WHEN 1 THEN 60 ELSE 120 END AS default_s
      FROM lost o
      JOIN before b ON b.leg_id = o.leg_id
      JOIN segment p ON p.id = b.segment_id
      JOIN segment s ON s.id = o.segment_id
      JOIN segment r ON r.id = o.rst_id
      JOIN leg l ON l.id = o.leg_id
      JOIN point n ON n.id = l.point_id
      JOIN point q ON q.id = o.point_id
      JOIN connection c ON c.id = l.connection_id
      JOIN translated t ON t.connection_id = l.connection_id
      LEFT JOIN fins k ON k.leg_id = o.leg_id
)
SELECT connection_id,
       leg_id,
       before_id AS first_segment,
       rst_id AS last_segment,
       CASE
           WHEN fins = 2 THEN 'notice'
           WHEN fins = 0 AND outcome = 'reset' THEN 'error'
           ELSE 'warning'
       END AS severity,
       iif(idle >= default_s, 0.9, 0.75) - iif(is_lossy, 0.15, 0) AS confidence,
       printf('%s to %s: after %.1f s of silence the next segment of the %s was not translated any more '
              || 'at %s; the host itself answered it with a RST %.3f ms later%s', client, server, idle,
              iif(rst_dir, 'client', 'server'), point, answer_ms,
              CASE fins WHEN 0 THEN ' (the connection was open)'
                        WHEN 1 THEN ' (one end had closed)' ELSE ' (both ends had closed)' END)
           AS summary,
       json_object('cause', 'the NAT forgets a connection sooner than its ends do, and then takes what is '
                            || 'sent to it for its own',
                   'idle_s', round(idle, 3), 'fins', fins, 'point', point, 'outcome', outcome,
                   'sysctl', 'net.netfilter.nf_conntrack_tcp_timeout_' || timer,
                   'default_s', default_s,
                   'shorter_than_default', json(iif(idle < default_s, 'true', 'false')),
                   'what_if', json_array(
                       printf('keep-alives closer together than %d s: the entry had been renewed',
                              idle),
                       printf('net.netfilter.nf_conntrack_tcp_timeout_%s above %d s: the entry had '
                              || 'been there still%s', timer, idle + 1,
                              iif(idle < default_s, printf(' (the default, %d s, is above it: see what set '
                                                           || 'it lower, or whether the table was full)',
                                                           default_s), ''))),
                   'missing', json_array(
                       printf('a sighting of the segment or of the RST %s would overturn it: that '
                              || 'point recorded then and has none%s',
                              iif(beyond = point, 'with the translated address', 'at ' || beyond),
                              iif(is_lossy, ', but missed packets (capture-loss)', '')),
                       'the mapping itself was not seen: `conntrack -E -e DESTROY` on the NAT shows '
                       || 'when it goes')) AS detail,
       json_array(json_array(before_id, 'last before'), json_array(segment_id, 'not translated'),
                  json_array(rst_id, 'rst')) AS evidence
  FROM told
 WHERE idle >= :idle_s
 ORDER BY segment_id, leg_id
