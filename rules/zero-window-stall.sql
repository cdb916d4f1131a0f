-- title:     A receiver kept its window at zero, because its program did not read
-- severity:  notice
-- param:     stall_ms = 500 -- a stall is told from this long on
-- param:     share_min = 0.05 -- or, from a tenth of that on, if all take this share of the connection's time
-- param:     evidence_max = 4 -- stalls that are named as evidence, each with its last probe
-- explain:   The receiving program did not read, its buffer filled up, the window closed, and the sender
--            had to wait, asking now and then with a probe. That is flow control at work, and no
--            loss, but for window updates that get lost: then the sender waits longer than the
--            window was closed (detail.seconds_farther). Look at the program of the receiver: what did it do then? A
--            window that was taken back (detail.window_shrunk: the other end had been allowed to
--            send more) is discouraged; Linux does it when memory gets scarce.
-- remedy:    Have the program read, or read elsewhere than where it computes. Larger buffers
--            (`sysctl net.ipv4.tcp_rmem`) help against short pauses only, and cost memory for each
--            connection.
-- reference: RFC 9293 §3.8.6 and §3.8.6.1; RFC 7323 §2.4

WITH probe AS MATERIALIZED (
    SELECT e.leg_id, s.dir, e.segment_id, s.ts_ns, e.b AS stall_ns, s.ts_ns - e.b AS closed_ns
      FROM event e
      JOIN segment s ON s.id = e.segment_id
     WHERE e.kind = 'window-probe' AND e.b IS NOT NULL
),
-- The probes of one stall have the moment in common at which the window closed.
stall AS MATERIALIZED (
    SELECT leg_id, dir, closed_ns, count(*) AS probes, max(stall_ns) AS stall_ns,
           min(segment_id) AS first_id, max(segment_id) AS last_id
      FROM probe
     GROUP BY leg_id, dir, closed_ns
),
total AS MATERIALIZED (
    SELECT t.leg_id, t.dir, count(*) AS stalls, sum(t.probes) AS probes, sum(t.stall_ns) AS total_ns,
           max(t.stall_ns) AS longest_ns, min(t.first_id) AS first_id, max(t.last_id) AS last_id,
           l.connection_id, l.point_id, l.last_ns - l.first_ns AS life_ns,
           row_number() OVER (PARTITION BY l.connection_id, t.dir
                              ORDER BY iif(t.dir, l.path_position, -l.path_position), t.leg_id) AS place,
           max(sum(t.stall_ns)) OVER (PARTITION BY l.connection_id, t.dir) AS widest_ns,
           count(*) OVER (PARTITION BY l.connection_id, t.dir) AS legs
      FROM stall t
      JOIN leg l ON l.id = t.leg_id
     GROUP BY t.leg_id, t.dir
),
closing AS MATERIALIZED (
    SELECT e.leg_id, count(*) FILTER (WHERE e.kind = 'zero-window') AS closings,
           count(*) FILTER (WHERE e.kind = 'window-shrunk') AS shrunk
      FROM event e
     WHERE e.kind IN ('zero-window', 'window-shrunk') AND e.leg_id IN (SELECT leg_id FROM total)
     GROUP BY e.leg_id
),
proof AS MATERIALIZED (
    SELECT leg_id, dir,
           '[' || group_concat(json_array(first_id, 'first probe') || ',' || json_array(last_id, 'last probe'))
               FILTER (WHERE nth <= :evidence_max) || ']' AS list
      FROM (SELECT *, row_number() OVER (PARTITION BY leg_id, dir ORDER BY stall_ns DESC, first_id) AS nth
              FROM stall)
     GROUP BY leg_id, dir
)
SELECT s.connection_id,
       s.leg_id,
       s.first_id AS first_segment,
       s.last_id AS last_segment,
       0.9 AS confidence,
       printf('%s:%d (%s) did not read: its window was 0 %s, for %.3f s at least%s (%.1f %% of the '
              || 'connection''s time); the %s sent %d probes%s',
              iif(s.dir, l.client_addr, l.server_addr), iif(s.dir, l.client_port, l.server_port),
              iif(s.dir, 'client', 'server'),
              iif(s.stalls = 1, 'once', printf('%d times', s.stalls)), s.total_ns / 1e9,
              iif(s.stalls = 1, '', printf(' in all, %.3f s the longest', s.longest_ns / 1e9)),
              100.0 * s.total_ns / max(s.life_ns, 1), iif(s.dir, 'server', 'client'), s.probes,
              CASE
                  WHEN s.widest_ns > s.total_ns + :stall_ms * 500000
                      THEN printf('; farther away it seemed to be closed for %.3f s, since window updates '
                                  || 'were lost', s.widest_ns / 1e9)
                  WHEN s.legs > 1 THEN '; the network is not to blame'
                  ELSE '' END)
           AS summary,
       json_object('point', p.name, 'receiver', iif(s.dir, 'client', 'server'), 'stalls', s.stalls,
                   'seconds', round(s.total_ns / 1e9, 6), 'longest', round(s.longest_ns / 1e9, 6),
                   'seconds_farther', round(s.widest_ns / 1e9, 6),
                   'share', round(1.0 * s.total_ns / max(s.life_ns, 1), 4), 'probes', s.probes,
                   'window_closed', coalesce((SELECT closings FROM closing WHERE leg_id = s.leg_id), 0),
                   'window_shrunk', coalesce((SELECT shrunk FROM closing WHERE leg_id = s.leg_id), 0))
           AS detail,
       coalesce((SELECT list FROM proof WHERE leg_id = s.leg_id AND dir = s.dir), '[]') AS evidence
  FROM total s
  JOIN leg l ON l.id = s.leg_id
  JOIN point p ON p.id = s.point_id
 WHERE s.place = 1
   AND (s.longest_ns >= :stall_ms * 1000000
        OR s.total_ns >= :share_min * s.life_ns AND s.longest_ns >= :stall_ms * 100000)
 ORDER BY s.first_id, s.leg_id
