-- title:     Something between two points changed TCP options or header fields
-- severity:  notice
-- param:     evidence_max = 4 -- segments that are named as evidence, each as it was and as it came
-- explain:   The same packet has another value at the next point: a middlebox on the way changed it. An
--            MSS that gets smaller is clamping, lawful and mostly there for a tunnel: an info. SACK
--            permitted, timestamps or the window scale taken out of a SYN cost speed, and where one
--            end's SYN passes with the option and the other's without, each end has another idea of
--            what was agreed: a warning. A window scale with another value is worse: the ends
--            read each other's window by the wrong factor, and connections stall or overrun. A
--            MSS that gets larger invites segments that do not fit. TTL that rises, the window field
--            and DF are a notice; ECN taken out is an info, since TCP works without.
-- remedy:    Find the box (a firewall that "normalises" or "scrubs", a WAN optimiser, a load balancer)
--            between the two points, and turn that off there; on Linux look for `TCPOPTSTRIP`, `TCPMSS`,
--            `TTL` and `ECN` targets in `iptables -t mangle -L`. As a workaround the ends can do without:
--            `sysctl -w net.ipv4.tcp_window_scaling=0` (64 KiB windows: slow over long ways),
--            `net.ipv4.tcp_sack=0` or `net.ipv4.tcp_timestamps=0`; each holds for all connections.
-- reference: RFC 3234; RFC 7323 §2.2 and §3.2; RFC 2018 §2; RFC 9293 §3.7.1

WITH change AS MATERIALIZED (
    SELECT e.segment_id, e.leg_id, e.a AS field, e.b AS before, s.dir, s.seen_before, s.flags, s.ttl, s.win,
           l.connection_id, l.point_id AS to_point_id,
           CASE e.a
               WHEN 1 THEN iif(s.dir, l.mss_server, l.mss_client)
               WHEN 2 THEN iif(s.dir, l.wscale_server, l.wscale_client)
               WHEN 3 THEN coalesce(iif(s.dir, l.sack_server, l.sack_client), 0)
               WHEN 4 THEN coalesce(iif(s.dir, l.ts_server, l.ts_client), 0)
               WHEN 5 THEN s.flags & 192
               WHEN 6 THEN s.ttl
               WHEN 7 THEN s.win
               WHEN 8 THEN 1 - e.b
           END AS after
      FROM event e
      JOIN segment s ON s.id = e.segment_id
      JOIN leg l ON l.id = e.leg_id
     WHERE e.kind = 'rewritten'
),
kind AS MATERIALIZED (
    SELECT c.*, o.point_id AS from_point_id,
           CASE
               WHEN c.field IN (2, 3, 4) THEN 'warning'
               WHEN c.field = 1 AND (c.before IS NULL OR c.after <= c.before) THEN 'info'
               WHEN c.field = 5 THEN 'info'
               ELSE 'notice'
           END AS severity
      FROM change c
      LEFT JOIN segment b ON b.id = c.seen_before
      LEFT JOIN leg o ON o.id = b.leg_id
),
-- One row for each hop, direction and field, over all connections. The values are those of the first.
ranked AS MATERIALIZED (
    SELECT *, row_number() OVER way AS nth, max(segment_id) OVER (PARTITION BY from_point_id, to_point_id,
                                                                   dir, field, severity) AS last_id
      FROM kind
    WINDOW way AS (PARTITION BY from_point_id, to_point_id, dir, field, severity ORDER BY segment_id)
),
total AS MATERIALIZED (
    SELECT from_point_id, to_point_id, dir, field, severity, count(DISTINCT connection_id) AS connections,
           min(segment_id) AS first_id, last_id, connection_id, leg_id, before, after,
           count(DISTINCT coalesce(before, -1) || '>' || coalesce(after, -1)) AS variants
      FROM ranked
     GROUP BY from_point_id, to_point_id, dir, field, severity
),
proof AS MATERIALIZED (
    SELECT from_point_id, to_point_id, dir, field, severity,
           '[' || group_concat(json_array(seen_before, 'before') || ',' || json_array(segment_id, 'after'))
               FILTER (WHERE nth <= :evidence_max) || ']' AS list
      FROM ranked
     GROUP BY from_point_id, to_point_id, dir, field, severity
),
named (field, name) AS (
    VALUES (1, 'the MSS'), (2, 'the window scale'), (3, 'SACK permitted'), (4, 'timestamps'),
           (5, 'the ECN flags of the SYN'), (6, 'the TTL'), (7, 'the window'), (8, 'don''t fragment')
)
SELECT t.connection_id,
       t.leg_id,
       t.first_id AS first_segment,
       t.last_id AS last_segment,
       t.severity AS severity,
       0.95 AS confidence,
       printf('Between %s and %s %s of the %s %s', coalesce(p.name, '?'), q.name,
              (SELECT name FROM named WHERE field = t.field), iif(t.dir, 'server', 'client'),
              CASE
                  WHEN t.field IN (3, 4, 8) THEN iif(t.before, 'is taken out', 'is put in')
                  WHEN t.before IS NULL THEN printf('is put in (%d)', t.after)
                  WHEN t.after IS NULL THEN printf('is taken out (it was %d)', t.before)
                  ELSE printf('changes from %d to %d', t.before, t.after)
              END)
       || iif(t.variants > 1, printf(' (the first of %d different changes)', t.variants), '')
       || iif(t.connections = 1, '', printf(', on %d connections', t.connections))
       || CASE
              WHEN t.field IN (2, 3, 4)
                   AND NOT EXISTS (SELECT 1 FROM total o
                                    WHERE o.field = t.field AND o.to_point_id IN (t.from_point_id, t.to_point_id)
                                      AND o.dir <> t.dir)
              THEN ': in one direction only, so that the two ends agree on different things'
              WHEN t.field = 1 AND t.after < t.before THEN ': MSS clamping'
              ELSE ''
          END AS summary,
       json_object('from', p.name, 'to', q.name, 'dir', iif(t.dir, 'server', 'client'),
                   'field', (SELECT name FROM named WHERE field = t.field),
                   'before', t.before, 'after', t.after, 'variants', t.variants,
                   'connections', t.connections) AS detail,
       (SELECT list FROM proof r
         WHERE r.to_point_id = t.to_point_id AND r.dir = t.dir AND r.field = t.field
           AND r.from_point_id IS t.from_point_id AND r.severity = t.severity) AS evidence
  FROM total t
  JOIN point q ON q.id = t.to_point_id
  LEFT JOIN point p ON p.id = t.from_point_id
 ORDER BY t.first_id, t.field, t.dir
