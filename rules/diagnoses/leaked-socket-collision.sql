-- title:     A leaked socket stood in the way of a new connection
-- severity:  warning
-- param:     evidence_max = 6 -- SYNs that are named as evidence
-- param:     young_ms = 100 -- a SYN that follows the client's RST faster was not sent by the
--            ordinary timer
-- explain:   The client closed a connection, the server's program never did: its socket is left in
--            CLOSE-WAIT for ever. The client's end forgets the connection (Linux: after
--            net.ipv4.tcp_fin_timeout), takes the same port again, and its SYN meets the old socket.
--            That answers with an ACK of the old numbers (RFC 5961 §4), the client with a RST, and
--            the RST frees the old socket, so that the next SYN gets in: the leak is cured by the
--            collision, one socket at a time. How long the client waits for that SYN dates its
--            kernel: a second before Linux 5.6, two ticks (8 ms at HZ=250) from then on. warning: the
--            connect was late. error: it failed, since that ACK or that RST did not get through, or
--            because nothing answered at all (kernels of 2016, or a filter of INVALID packets): SYNs
--            at 1, 3, 7 … s until ETIMEDOUT, while other ports connect at once. It looks like loss
--            or a full accept queue, and is neither. detail.chain tells it in the order of time.
-- remedy:    Fix the server's program: close() once read() returned 0. `ss -tanp state close-wait
--            '( sport = :PORT )'` on the server names it; the client's port is among the peers.
--            Restarting it frees all of them for the time being, and cuts its other connections.
--            `ss -K state close-wait '( sport = :PORT )'` destroys the sockets alone (it needs
--            CONFIG_INET_DIAG_DESTROY, and the descriptors stay leaked).
--            Collisions become rarer with `sysctl -w net.ipv4.ip_local_port_range="1024 65535"` on
--            the client (it may take ports that a server there wants), and a client from Linux 5.6 on
--            makes them cheap. See that no firewall drops the ACK or the RST as INVALID: they are
--            the cure. net.ipv4.tcp_fin_timeout, tcp_tw_reuse and tcp_rfc1337 do nothing about
--            CLOSE-WAIT.
-- reference: RFC 9293 §3.5.1 and §3.10.7.3; RFC 5961 §4; Linux commit 9603d47bad46 (5.6); "This is
--            strictly a violation of the TCP specification" (Cloudflare, 2016)

-- `a` of syn-swallowed is the former leg. The leg nearest to the server speaks for the connection.
WITH swallowed AS MATERIALIZED (
    SELECT e.leg_id, e.segment_id, e.a AS former_leg_id, e.b AS held_ns, e.decided_by, e.confidence,
           l.connection_id, l.point_id, l.first_segment AS syn_id, l.first_ns,
           row_number() OVER (PARTITION BY l.connection_id
                              ORDER BY e.decided_by = 'silence', l.path_position DESC, l.id) AS place
      FROM event e
      JOIN leg l ON l.id = e.leg_id
     WHERE e.kind = 'syn-swallowed' AND e.cause = 'close-wait'
),
chosen AS MATERIALIZED (
    SELECT w.*, c.legs, c.handshake_ns, c.outcome, c.server_addr, c.server_port, c.last_ns,
           printf('%s:%d', c.client_addr, c.client_port) AS client,
           printf('%s:%d', c.server_addr, c.server_port) AS server
      FROM swallowed w
      JOIN connection c ON c.id = w.connection_id
     WHERE w.place = 1
       AND (w.decided_by <> 'silence' OR c.outcome = 'unanswered')
),
rst AS MATERIALIZED (
    SELECT r.leg_id, min(r.segment_id) AS segment_id, s.ts_ns
      FROM reset r
      JOIN chosen h ON h.leg_id = r.leg_id
      JOIN segment s ON s.id = r.segment_id
     WHERE r.dir = 0 AND r.segment_id > h.segment_id
     GROUP BY r.leg_id
),
syn AS MATERIALIZED (
    SELECT e.leg_id, e.segment_id, e.b AS after_ns, s.ts_ns,
           row_number() OVER (PARTITION BY e.leg_id ORDER BY e.segment_id) AS nth,
           row_number() OVER (PARTITION BY e.leg_id, e.segment_id > r.segment_id
                              ORDER BY e.segment_id) AS nth_after,
           coalesce(e.segment_id > r.segment_id, 0) AS is_after
      FROM event e
      JOIN chosen h ON h.leg_id = e.leg_id
      JOIN segment s ON s.id = e.segment_id
      LEFT JOIN rst r ON r.leg_id = e.leg_id
     WHERE e.kind = 'syn-retransmission'
),
copies AS MATERIALIZED (
    SELECT leg_id, count(*) AS copies, max(after_ns) AS after_ns, max(segment_id) AS last_id,
           min(segment_id) FILTER (WHERE is_after AND nth_after = 1) AS next_id,
           min(ts_ns) FILTER (WHERE is_after AND nth_after = 1) AS next_ns,
           group_concat(json_array(segment_id, 'syn again'))
               FILTER (WHERE nth < :evidence_max) AS evidence
      FROM syn
     GROUP BY leg_id
),
-- The close of the former connection.
fin AS MATERIALIZED (
    SELECT e.leg_id, min(e.segment_id) AS segment_id, s.ts_ns
      FROM event e
      JOIN segment s ON s.id = e.segment_id
     WHERE e.kind = 'fin' AND s.dir = 0 AND e.leg_id IN (SELECT former_leg_id FROM chosen)
     GROUP BY e.leg_id
),
-- What did not get through between two points.
lost AS MATERIALIZED (
    SELECT e.leg_id, max(s.dir = 1) AS ack, max(s.dir = 0) AS rst
      FROM event e
      JOIN segment s ON s.id = e.segment_id
     WHERE e.kind = 'not-forwarded'
       AND e.leg_id IN (SELECT id FROM leg
                         WHERE connection_id IN (SELECT connection_id FROM chosen))
       AND (s.flags & 4 OR s.dir = 1)
     GROUP BY e.leg_id
),
missed AS MATERIALIZED (
    SELECT l.connection_id, max(o.ack) AS ack, max(o.rst) AS rst
      FROM lost o
      JOIN leg l ON l.id = o.leg_id
     GROUP BY l.connection_id
),
-- Others that connected to the same server: at all, and while this one was waiting. A running count
-- over their times, since each against each would be rows times rows.
server AS MATERIALIZED (
    SELECT DISTINCT server_addr, server_port FROM chosen
),
other AS MATERIALIZED (
    SELECT c.server_addr, c.server_port, c.first_ns, c.handshake_ns
      FROM connection c
      JOIN server v ON v.server_addr = c.server_addr AND v.server_port = c.server_port
     WHERE c.handshake_ns IS NOT NULL AND c.id NOT IN (SELECT connection_id FROM chosen)
),
usual AS MATERIALIZED (
    SELECT server_addr, server_port, avg(handshake_ns) AS mean_ns
      FROM other
     GROUP BY server_addr, server_port
),
running AS (
    SELECT connection_id, edge,
           sum(opens) OVER (PARTITION BY server_addr, server_port ORDER BY ts_ns) AS opens
      FROM (SELECT server_addr, server_port, first_ns AS ts_ns, 1 AS opens,
                   CAST(NULL AS INTEGER) AS connection_id, 0 AS edge
              FROM other
            UNION ALL
            SELECT server_addr, server_port, first_ns, 0, connection_id, -1 FROM chosen
            UNION ALL
            SELECT server_addr, server_port, last_ns, 0, connection_id, 1 FROM chosen)
),
peer AS MATERIALIZED (
    SELECT connection_id, sum(edge * opens) AS meanwhile
      FROM running
     WHERE connection_id IS NOT NULL
     GROUP BY connection_id
),
-- The same SYN from another port: a NAT on the way forgot its mapping by the RST.
elsewhere AS MATERIALIZED (
    SELECT h.connection_id, x.client_addr || ':' || x.client_port AS client, min(x.first_ns) AS first_ns
      FROM chosen h
      JOIN leg l ON l.id = h.leg_id
      JOIN leg x ON x.isn_client = l.isn_client AND x.point_id = l.point_id
                AND x.server_addr = l.server_addr AND x.server_port = l.server_port
                AND x.connection_id <> l.connection_id AND x.first_ns > l.first_ns
      JOIN connection c ON c.id = x.connection_id AND c.handshake_ns IS NOT NULL
     WHERE h.handshake_ns IS NULL
     GROUP BY h.connection_id
),
told AS (
    SELECT h.*, w.client AS elsewhere, (w.first_ns - r.ts_ns) / 1000000 AS elsewhere_ms, r.segment_id AS rst_id, r.ts_ns AS rst_ns, k.copies, k.after_ns, k.last_id, k.next_id,
           (k.next_ns - r.ts_ns) / 1000000 AS gap_ms, k.evidence AS syns,
           f.segment_id AS fin_id, f.ts_ns AS fin_ns,
           a.ts_ns AS ack_ns, m.ack AS ack_lost, m.rst AS rst_lost, p.meanwhile, u.mean_ns,
           p.meanwhile > 0 AS is_alone,
           coalesce(h.first_ns - f.ts_ns, h.held_ns) AS left_ns
      FROM chosen h
      JOIN segment a ON a.id = h.segment_id
      LEFT JOIN rst r ON r.leg_id = h.leg_id
      LEFT JOIN copies k ON k.leg_id = h.leg_id
      LEFT JOIN fin f ON f.leg_id = h.former_leg_id
      LEFT JOIN missed m ON m.connection_id = h.connection_id
      LEFT JOIN peer p ON p.connection_id = h.connection_id
      LEFT JOIN elsewhere w ON w.connection_id = h.connection_id
      LEFT JOIN usual u ON u.server_addr = h.server_addr AND u.server_port = h.server_port
)
SELECT t.connection_id,
       t.leg_id,
       coalesce(t.fin_id, t.syn_id) AS first_segment,
       max(coalesce(t.last_id, t.segment_id), coalesce(t.rst_id, t.segment_id)) AS last_segment,
       iif(t.handshake_ns IS NULL AND t.copies > 0, 'error', 'warning') AS severity,
       CASE
           WHEN t.decided_by = 'silence' THEN iif(t.is_alone, 0.8, 0.6)
           WHEN t.rst_id IS NOT NULL AND t.handshake_ns IS NOT NULL THEN 0.97
           ELSE t.confidence
       END AS confidence,
       printf('%s to %s: the server never closed the connection that had this port before (CLOSE-WAIT%s); ',
              t.client, t.server,
              iif(t.left_ns IS NULL, '', printf(' for %.1f s', t.left_ns / 1e9)))
       || iif(t.decided_by = 'silence',
              printf('%d SYNs in %.3f s stayed without an answer%s', coalesce(t.copies, 0) + 1,
                     t.after_ns / 1e9,
                     iif(t.is_alone, printf(', while %d other connection%s to it opened', t.meanwhile,
                                            iif(t.meanwhile = 1, '', 's')), '')),
              printf('that socket answered the SYN with an ACK of its old numbers, %s; ',
                     CASE
                         WHEN t.rst_id IS NOT NULL THEN 'the client with a RST'
                         WHEN t.rst_lost THEN 'and the client''s RST was lost on the way'
                         WHEN t.ack_lost THEN 'which was lost on the way'
                         ELSE 'and no RST followed'
                     END)
              || iif(t.handshake_ns IS NULL,
                     iif(t.elsewhere IS NULL, 'the connection did not open',
                         'its next SYN came from ' || t.elsewhere || ' and got in'),
                     printf('the connection opened after %.1f ms%s', t.handshake_ns / 1e6,
                            iif(t.mean_ns IS NULL, '', printf(' (others: %.3f ms)', t.mean_ns / 1e6)))))
           AS summary,
       json_object(
           'cause', 'the program at ' || t.server || ' leaks sockets: one that it never closed holds the '
                    || 'tuple that the client uses again',
           'chain', json_array(
               iif(t.fin_ns IS NULL, 'the close of the former connection is not in the capture',
                   printf('%.3f s before the SYN: FIN of the client, acknowledged by the server',
                          (t.first_ns - t.fin_ns) / 1e9)),
               'from then on: no FIN of the server',
               '0: SYN of the client from the same port',
               iif(t.decided_by = 'silence',
                   printf('until %.3f s: %d repetitions, no answer', t.after_ns / 1e9, coalesce(t.copies, 0)),
                   printf('%.3f ms: ACK of the server that continues the former connection exactly',
                          (t.ack_ns - t.first_ns) / 1e6)),
               iif(t.rst_ns IS NULL,
                   CASE WHEN t.rst_lost THEN 'the RST of the client is lost between two points'
                        WHEN t.ack_lost THEN 'that ACK is lost between two points'
                        ELSE 'no RST of the client' END,
                   printf('%.3f ms: RST of the client, which frees the old socket',
                          (t.rst_ns - t.first_ns) / 1e6)),
               CASE WHEN t.gap_ms IS NOT NULL THEN printf('%d ms after the RST: SYN again', t.gap_ms)
                    WHEN t.elsewhere IS NOT NULL
                        THEN printf('%d ms after the RST: the same SYN from %s, a NAT''s new mapping',
                                    t.elsewhere_ms, t.elsewhere)
                    WHEN t.copies > 0 THEN printf('until %.3f s: %d repetition%s of the SYN, in vain',
                                                  t.after_ns / 1e9, t.copies,
                                                  iif(t.copies = 1, '', 's'))
                    ELSE 'no SYN after that' END,
               iif(t.handshake_ns IS NULL, 'the handshake was never complete',
                   printf('%.3f ms: the handshake is complete', t.handshake_ns / 1e6))),
           'decided_by', t.decided_by,
           'held_s', round(t.left_ns / 1e9, 3),
           'gap_ms', t.gap_ms,
           'client_kernel', CASE
               WHEN t.gap_ms IS NULL THEN NULL
               WHEN t.gap_ms <= :young_ms THEN 'Linux 5.6 or later: it has commit 9603d47bad46'
               ELSE 'Linux before 5.6, or not Linux: it waited for its ordinary timer' END,
           'syns', coalesce(t.copies, 0) + 1,
           'connect_ms', round(t.handshake_ns / 1e6, 3),
           'others_connect_ms', round(t.mean_ns / 1e6, 3),
           'others_meanwhile', t.meanwhile,
           'what_if', json_array(
               'had the server''s program closed the former connection, the SYN would have been answered '
               || 'with a SYN-ACK at once',
               CASE WHEN t.decided_by = 'silence'
                        THEN 'had the old socket''s ACK reached the client, its RST would have freed the port'
                    WHEN t.gap_ms > :young_ms
                        THEN 'a client with commit 9603d47bad46 would have sent its SYN again within '
                             || 'two ticks'
                    WHEN t.gap_ms IS NOT NULL
                        THEN 'a client without commit 9603d47bad46 would have waited a second'
                    WHEN t.ack_lost AND NOT coalesce(t.rst_lost, 0)
                        THEN 'had the old socket''s ACK reached the client, its RST would have freed the port'
                    WHEN t.elsewhere IS NOT NULL
                        THEN 'a NAT that keeps its mapping would have sent the next SYN from the same port'
                    ELSE 'had the client''s RST reached the old socket, the next SYN would have got in' END),
           'missing', json_array(
               'a FIN of the server for the former connection, or a RST, that the capture missed would '
               || 'overturn it',
               iif(t.decided_by = 'silence',
                   'silence fits a full accept queue and a filter as well' || iif(t.is_alone,
                       ', though others opened meanwhile', '') || ': `ss -tan state close-wait` on the '
                   || 'server shows the old socket, `nstat -az TcpExtListenOverflows TcpExtListenDrops` '
                   || 'the queue',
                   '`ss -tan state close-wait` on the server would show sockets of the same kind'),
               CASE WHEN t.ack_lost THEN 'an answer of the server was seen at one point and not at the next'
                    WHEN t.rst_lost THEN 'the client''s RST was seen at one point and not at the next'
                    WHEN t.legs = 1 THEN 'recorded at one point only: what was lost beyond it does not show'
                    ELSE 'nothing of it was lost between the points' END)) AS detail,
       '[' || json_array(t.fin_id, 'fin') || ',' || json_array(t.syn_id, 'syn')
           || iif(t.decided_by = 'silence', '', ',' || json_array(t.segment_id, 'old numbers'))
           || ',' || json_array(t.rst_id, 'rst') || coalesce(',' || t.syns, '') || ']' AS evidence
  FROM told t
 ORDER BY t.syn_id, t.connection_id
