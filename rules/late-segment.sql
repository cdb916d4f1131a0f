-- title:     Segments out of the window: late ones, or above it
-- severity:  notice
-- param:     evidence_max = 8 -- late segments that are named as evidence
-- explain:   The network held a segment back, or a device sent it again, until the receiver had its
--            bytes from a retransmission and had acknowledged them. The receiver answers with a
--            duplicate ACK and goes on: that is harmless (notice). It stops being harmless at a
--            stateful device before the receiver. A segment that ends more than the receiver's
--            largest window below what was acknowledged is out of the window that Linux conntrack
--            keeps: kernels before 6.1 call it INVALID, do not translate it, and hand it to the
--            host itself, which has no such connection and answers with a RST. The warning says
--            that this was seen: the segment never appeared at the next point and either a RST
--            answers it or the connection was reset. detail.bytes_max against detail.window says
--            how far below the window it was; conntrack lets pass up to twice the window, because
--            it adds what SACK blocks cover. Segments that end more than a whole window above what
--            the receiver allowed are told alike: the sender ignored the window, or the capture
--            lacks the SYN with the window scale, or the ACKs.
-- remedy:    If a NAT on this host does not forward them: `conntrack -S` (the counter `invalid`
--            grows with each) and `sysctl net.netfilter.nf_conntrack_log_invalid=6` (logs each one
--            with its reason; noisy) prove it. `iptables -I INPUT -m conntrack --ctstate INVALID -j
--            DROP` ends the answers of the host; it also hides what else is INVALID, and it must
--            stand before the rule that accepts. `sysctl
--            net.netfilter.nf_conntrack_tcp_be_liberal=1` lets conntrack translate them; it gives
--            up the window check for every connection. The delay itself has its cause upstream:
--            look for a path with a long queue.
-- reference: RFC 9293 §3.4 and §3.10.7.4; RFC 7323 §5; Linux nf_conntrack_proto_tcp.c,
--            tcp_in_window

-- `above` is 0 for a late segment, 1 for one above the window; `distance` is from the edge it missed.
WITH stray AS MATERIALIZED (
    SELECT e.segment_id, e.leg_id, e.kind = 'out-of-window' AS above, e.a AS distance,
           iif(e.kind = 'late-segment', e.b, NULL) AS copy_id, s.dir, s.ts_ns, s.seen_before,
           l.connection_id, l.path_position,
           iif(s.dir, l.win_max_client, l.win_max_server) AS window
      FROM event e
      JOIN segment s ON s.id = e.segment_id
      JOIN leg l ON l.id = e.leg_id
     WHERE e.kind = 'late-segment'
        OR e.kind = 'out-of-window' AND e.a > iif(s.dir, l.win_max_client, l.win_max_server)
),
dropped AS MATERIALIZED (
    SELECT segment_id, b AS point_id FROM event WHERE kind = 'not-forwarded'
),
-- The first point at which each direction was closed: a receiver that has gone may answer a RST.
fin AS MATERIALIZED (
    SELECT e.leg_id, s.dir, min(e.segment_id) AS segment_id
      FROM event e
      JOIN segment s ON s.id = e.segment_id
     WHERE e.kind = 'fin' AND e.leg_id IN (SELECT leg_id FROM stray)
     GROUP BY e.leg_id, s.dir
),
answer AS MATERIALIZED (
    SELECT e.b AS segment_id, min(e.segment_id) AS rst_id
      FROM event e
      JOIN stray l ON l.segment_id = e.b
      LEFT JOIN fin ON fin.leg_id = l.leg_id AND fin.dir <> l.dir
     WHERE e.kind = 'rst' AND (fin.segment_id IS NULL OR fin.segment_id > e.segment_id)
     GROUP BY e.b
),
-- Has the way from here to the receiver another point?
reach AS MATERIALIZED (
    SELECT connection_id, count(*) AS legs,
           min(path_position) AS first, max(path_position) AS last
      FROM leg
     WHERE connection_id IN (SELECT connection_id FROM stray)
     GROUP BY connection_id
),
-- Of the sightings of one late segment the last one tells its fate, or the one that was dropped: two
-- points on one interface may see it in either order.
fact AS MATERIALIZED (
    SELECT l.*,
           d.point_id AS drop_point_id,
           d.segment_id IS NOT NULL AS is_dropped,
           d.segment_id IS NULL AND l.path_position = iif(l.dir, r.first, r.last) AS is_last_point,
           coalesce(l.distance > l.window, 0) AS is_outside,
           a.rst_id, r.legs,
           (l.ts_ns - c.ts_ns) / 1e9 AS after_copy_s,
           row_number() OVER (PARTITION BY l.leg_id, l.dir, l.above ORDER BY l.segment_id) AS nth
      FROM stray l
      JOIN reach r ON r.connection_id = l.connection_id
      LEFT JOIN dropped d ON d.segment_id = l.segment_id
      LEFT JOIN answer a ON a.segment_id = l.segment_id
      LEFT JOIN segment c ON c.id = l.copy_id
     WHERE d.segment_id IS NOT NULL
        OR l.segment_id NOT IN (SELECT seen_before FROM stray WHERE seen_before IS NOT NULL)
           AND coalesce(l.seen_before, 0) NOT IN (SELECT segment_id FROM dropped)
),
total AS MATERIALIZED (
    SELECT connection_id, leg_id, dir, above, count(*) AS strays,
           min(segment_id) AS first_segment, max(segment_id) AS last_segment,
           max(distance) AS distance, max(window) AS window,
           sum(is_outside) AS outside, sum(is_dropped) AS dropped,
           sum(is_dropped AND is_outside) AS dropped_outside,
           count(rst_id) AS answered,
           sum(rst_id IS NOT NULL AND (is_dropped OR is_last_point)) AS answered_here,
           max(is_last_point) AS is_last_point, max(legs) AS legs,
           max(drop_point_id) AS drop_point_id,
           max(after_copy_s) AS after_copy_s,
           '[' || group_concat(json_array(segment_id, iif(above, 'above', 'late'))
                               || ',' || json_array(copy_id, 'copy')
                               || ',' || json_array(rst_id, 'rst'))
                      FILTER (WHERE nth <= :evidence_max) || ']' AS evidence
      FROM fact
     GROUP BY leg_id, dir, above
),
-- A connection has one row per direction: at the leg that shows the worst.
ranked AS MATERIALIZED (
    SELECT t.*, p.name AS point,
           row_number() OVER (PARTITION BY t.connection_id, t.dir, t.above
                              ORDER BY answered_here DESC, dropped DESC, strays DESC, leg_id) AS place,
           json_group_array(json_object('point', p.name, 'segments', strays))
               OVER (PARTITION BY t.connection_id, t.dir, t.above) AS points
      FROM total t
      JOIN leg l ON l.id = t.leg_id
      JOIN point p ON p.id = l.point_id
)
SELECT t.connection_id,
       t.leg_id,
       t.first_segment,
       t.last_segment,
       iif(t.answered_here > 0 OR t.dropped_outside > 0 AND c.outcome = 'reset', 'warning', 'notice')
           AS severity,
       iif(t.dropped > 0 OR t.answered > 0, 0.95, 0.8) AS confidence,
       printf('%d %s from the %s (%s:%d) at %s, up to %d bytes %s where the largest window of the '
              || 'receiver was %s bytes', t.strays,
              iif(t.above, 'segment', 'late segment') || iif(t.strays = 1, '', 's'),
              iif(t.dir, 'server', 'client'), iif(t.dir, l.server_addr, l.client_addr),
              iif(t.dir, l.server_port, l.client_port), t.point, t.distance,
              iif(t.above, 'above the window', 'below the ACK'), coalesce(t.window, '?'))
       || CASE
              WHEN t.dropped > 0 THEN printf('; %d of them never came to %s', t.dropped, n.name)
              WHEN t.is_last_point AND t.legs > 1 THEN '; they came through to that point'
              ELSE ''
          END
       || iif(t.answered > 0, printf('; %d answered with a RST', t.answered), '') AS summary,
       json_object('point', t.point, 'from', iif(t.dir, 'server', 'client'),
                   'where', iif(t.above, 'above the window', 'below the ACK'),
                   'segments', t.strays, 'bytes_max', t.distance, 'window', t.window,
                   'more_than_a_window', t.outside,
                   'not_forwarded', t.dropped, 'next_point', n.name,
                   'answered_by_rst', t.answered,
                   'seconds_after_copy_max', round(t.after_copy_s, 6),
                   'points', json(t.points), 'outcome', c.outcome)
           AS detail,
       t.evidence
  FROM ranked t
  JOIN connection c ON c.id = t.connection_id
  JOIN leg l ON l.id = t.leg_id
  LEFT JOIN point n ON n.id = t.drop_point_id
 WHERE t.place = 1
 ORDER BY t.first_segment, t.leg_id, t.dir, t.above
