-- title:     Data was sent again and again, and never acknowledged
-- severity:  warning
-- param:     min_tries = 4 -- so often the same bytes are sent again by the timer
-- param:     min_s = 3 -- and for so long, in seconds
-- param:     evidence_max = 4 -- repetitions that are named as evidence
-- explain:   An open connection of which one end hears nothing any more: it sends its oldest bytes
--            again at growing distances (Linux: 15 times, a quarter of an hour) until it or its program
--            gives up. If several points recorded it, detail.lost_from and detail.lost_to say between which
--            of them the bytes get lost; if they came through, it is the ACK that gets lost
--            (detail.acknowledged_at), or the other end that is gone. Look at what the connections have in common that stand still, and
--            which go on meanwhile: one address (a dead machine or link), one port, large segments only
--            (size-dependent-loss, path-mtu), or those that were silent before (a firewall or NAT that
--            forgot them).
-- remedy:    Find the place first: captures on both sides of each firewall, NAT and balancer on the way.
--            On the sender `ss -tino dst ADDRESS` shows the timer and how often it ran. To have a program
--            told earlier than by the kernel: TCP_USER_TIMEOUT on its socket, or `sysctl -w
--            net.ipv4.tcp_retries2=8` for all (about 100 s; short outages then end connections that
--            would have survived them).
-- reference: RFC 9293 §3.8.3; RFC 1122 §4.2.3.5; RFC 6298 §5; Linux tcp_retransmit_timer()

WITH repeated AS MATERIALIZED (
    SELECT e.leg_id, s.dir, s.off, s.len, s.id, s.ts_ns, s.ts_ns - coalesce(e.b, 0) AS before_ns
      FROM event e
      JOIN segment s ON s.id = e.segment_id
     WHERE e.kind = 'retransmission' AND e.cause = 'timeout' AND s.len > 0
),
-- The bytes that an end sent again last.
stuck AS MATERIALIZED (
    SELECT leg_id, dir, off, tries, len, first_id, last_id, sent_ns, last_ns, max(last_id)
      FROM (SELECT leg_id, dir, off, count(*) AS tries, min(len) AS len, min(id) AS first_id,
                   max(id) AS last_id, min(before_ns) AS sent_ns, max(ts_ns) AS last_ns
              FROM repeated
             GROUP BY leg_id, dir, off)
     GROUP BY leg_id, dir
    HAVING tries >= :min_tries AND last_ns - sent_ns >= :min_s * 1000000000
),
-- All legs of their connections that count from the same numbers, and the ACKs that each of them has.
along AS MATERIALIZED (
    SELECT k.leg_id, k.dir, x.id AS at_id, p.name
      FROM stuck k
      JOIN leg l ON l.id = k.leg_id
     CROSS JOIN leg x ON x.connection_id = l.connection_id
                     AND (x.id = l.id OR x.isn_client = l.isn_client AND x.isn_server = l.isn_server)
      JOIN point p ON p.id = x.point_id
     WHERE EXISTS (SELECT 1 FROM stuck)
),
answer AS MATERIALIZED (
    SELECT k.leg_id, k.dir, k.at_id, k.name, max(s.ack_off) AS ack_off
      FROM (SELECT min(first_id) AS first, (SELECT max(last_segment) FROM leg) AS last FROM stuck) b
     CROSS JOIN segment s ON s.id BETWEEN b.first AND b.last
     CROSS JOIN along k ON k.at_id = s.leg_id AND k.dir <> s.dir
     GROUP BY k.leg_id, k.dir, k.at_id
),
-- The leg nearest to the sender speaks for the connection. Where the other end's segments are not recorded at
-- all, nothing is known of its ACKs.
dead AS MATERIALIZED (
    SELECT k.*, l.connection_id, l.point_id, l.path_position,
           row_number() OVER (PARTITION BY l.connection_id, k.dir
                              ORDER BY iif(k.dir, -l.path_position, l.path_position)) AS place
      FROM stuck k
      JOIN leg l ON l.id = k.leg_id
      LEFT JOIN answer a ON a.leg_id = k.leg_id AND a.dir = k.dir AND a.at_id = k.leg_id
     WHERE coalesce(a.ack_off, 0) <= k.off
       AND iif(k.dir, l.segments_client, l.segments_server) > 0
),
-- Between which points they were lost.
lost AS MATERIALIZED (
    SELECT connection_id, dir, lost_from, lost_to, max(segments)
      FROM (SELECT d.connection_id, d.dir, p.name AS lost_from, q.name AS lost_to, count(*) AS segments
              FROM event e
              JOIN segment s ON s.id = e.segment_id
              JOIN leg l ON l.id = e.leg_id
              JOIN dead d ON d.connection_id = l.connection_id AND d.dir = s.dir AND d.place = 1
              JOIN point p ON p.id = l.point_id
              JOIN point q ON q.id = e.b
             WHERE EXISTS (SELECT 1 FROM dead)
               AND e.kind = 'not-forwarded' AND s.len > 0 AND s.ts_ns >= d.sent_ns
             GROUP BY d.connection_id, d.dir, p.id, q.id
             ORDER BY d.connection_id, d.dir, p.id, q.id)
     GROUP BY connection_id, dir
),
-- Where they were acknowledged all the same.
heard AS MATERIALIZED (
    SELECT d.leg_id, d.dir, min(a.name) AS name
      FROM dead d
      JOIN answer a ON a.leg_id = d.leg_id AND a.dir = d.dir AND a.at_id <> d.leg_id
     WHERE a.ack_off >= d.off + d.len
     GROUP BY d.leg_id, d.dir
),
shown AS MATERIALIZED (
    SELECT leg_id, dir, off, '[' || group_concat(json_array(id, 'again')) || ']' AS list
      FROM (SELECT r.*, row_number() OVER (PARTITION BY r.leg_id, r.dir, r.off ORDER BY r.id DESC) AS nth
              FROM repeated r)
     WHERE nth <= :evidence_max
     GROUP BY leg_id, dir, off
)
SELECT d.connection_id,
       d.leg_id,
       d.first_id AS first_segment,
       d.last_id AS last_segment,
       iif(coalesce(o.lost_from, h.name) IS NULL, 0.85, 0.95) AS confidence,
       printf('%s:%d to %s:%d: %d bytes of the %s were sent again %d times in %.3f s and never '
              || 'acknowledged%s', l.client_addr, l.client_port, l.server_addr, l.server_port, d.len,
              iif(d.dir, 'server', 'client'), d.tries, (d.last_ns - d.sent_ns) / 1e9,
              CASE
                  WHEN h.name IS NOT NULL THEN
                      printf('; at %s they were, and the ACKs never came to %s', h.name, p.name)
                  WHEN o.lost_from IS NOT NULL THEN
                      printf('; they went from %s and never came to %s', o.lost_from, o.lost_to)
                  ELSE printf('; seen at %s', p.name)
              END)
           AS summary,
       json_object('from', iif(d.dir, 'server', 'client'), 'point', p.name, 'tries', d.tries,
                   'bytes', d.len, 'seconds', round((d.last_ns - d.sent_ns) / 1e9, 6),
                   'lost_from', o.lost_from, 'lost_to', o.lost_to,
                   'acknowledged_at', h.name, 'outcome', c.outcome) AS detail,
       w.list AS evidence
  FROM dead d
  JOIN leg l ON l.id = d.leg_id
  JOIN point p ON p.id = d.point_id
  JOIN connection c ON c.id = d.connection_id
  JOIN shown w ON w.leg_id = d.leg_id AND w.dir = d.dir AND w.off = d.off
  LEFT JOIN lost o ON o.connection_id = d.connection_id AND o.dir = d.dir
  LEFT JOIN heard h ON h.leg_id = d.leg_id AND h.dir = d.dir
 WHERE d.place = 1
 ORDER BY d.first_id, d.leg_id
