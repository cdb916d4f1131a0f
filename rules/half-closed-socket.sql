-- title:     Connections were closed by one end and never by the other
-- severity:  notice
-- param:     age_s = 5 -- an end that is left half-closed in silence for so long is counted
-- param:     long_s = 60 -- from here on it is told even of a single end. Linux forgets the other
--            end after this time (net.ipv4.tcp_fin_timeout)
-- param:     many = 10 -- of one program: told from age_s on
-- param:     ledger_max = 20 -- ends that are listed in detail.ledger, the oldest first
-- param:     evidence_max = 4 -- connections whose FIN and its ACK are named as evidence
-- explain:   One end sent its FIN, the other acknowledged it and never sent its own: it is left in
--            CLOSE-WAIT, and the first in FIN-WAIT-2. The kernel cannot leave CLOSE-WAIT by itself:
--            the program has to call close(). A program that forgets it (an error path, a pool that
--            never looks at idle connections, a child process that inherited the descriptor) leaks
--            a descriptor with each connection until there are none left, and a later connection
--            with the same ports meets the old one: see leaked-socket-collision. The end that
--            closed is not to blame; many FIN-WAIT-2 there mean that the program at the other
--            end leaks. A half-closed connection is lawful while data still flows the other
--            way: only its silence is counted. warning: many, each for long_s at least. detail has
--            the ledger, and how many connections of the same program were closed by both ends.
-- remedy:    On the machine of the end in CLOSE-WAIT: `ss -tanp state close-wait` names the program
--            and its descriptors, `ls /proc/PID/fd | wc -l` against `ulimit -n` tells how long it
--            has left. The cure is in that program: close() when read() returns 0. Restarting it
--            frees the sockets for the time being. TCP keep-alives (SO_KEEPALIVE,
--            net.ipv4.tcp_keepalive_time) end them after hours, only where the program asks
--            for them, and only once the other end has forgotten the connection and answers
--            with a RST; net.ipv4.tcp_fin_timeout is about FIN-WAIT-2 and does nothing here.
-- reference: RFC 9293 §3.3.2 and §3.6; Linux tcp(7), tcp_fin_timeout

-- The end in CLOSE-WAIT stands for both: the other one is in FIN-WAIT-2 for the same reason. A LIMIT
-- of 0 spares the scans of a case that has none.
WITH any_held AS MATERIALIZED (
    SELECT iif(EXISTS (SELECT 1 FROM leg
                        WHERE state_client = 'CLOSE-WAIT' OR state_server = 'CLOSE-WAIT'), -1, 0) AS n
),
ends AS MATERIALIZED (
    SELECT * FROM half_closed WHERE state = 'CLOSE-WAIT' LIMIT (SELECT n FROM any_held)
),
held AS MATERIALIZED (
    SELECT h.leg_id, h.connection_id, h.dir, h.since_ns, h.until_ns, h.reused_by, h.last_segment,
           (h.until_ns - l.last_ns) / 1e9 AS idle_s,
           iif(h.dir, c.server_addr, c.client_addr) AS addr,
           iif(h.dir, c.server_port, c.client_port) AS port,
           c.client_addr || ':' || c.client_port AS client, c.server_addr, c.server_port,
           row_number() OVER (PARTITION BY h.connection_id
                              ORDER BY h.until_ns - l.last_ns DESC, h.leg_id) AS place
      FROM ends h
      JOIN leg l ON l.id = h.leg_id
      JOIN connection c ON c.id = h.connection_id
     WHERE c.outcome = 'half-closed'
),
-- A program is known by its address, and by the port that is the server's. A client's port says nothing.
program AS (
    SELECT *,
           iif(dir, '', addr) AS client_addr,
           row_number() OVER (PARTITION BY dir, iif(dir, '', addr), server_addr, server_port
                              ORDER BY idle_s DESC, leg_id) AS nth
      FROM held
     WHERE place = 1 AND idle_s >= :age_s
),
grouped AS MATERIALIZED (
    SELECT dir, client_addr, server_addr, server_port, min(addr) AS addr,
           count(*) AS ends, sum(idle_s >= :long_s) AS long, max(idle_s) AS idle_max,
           min(idle_s) AS idle_min, avg(idle_s) AS idle_mean, sum(reused_by IS NOT NULL) AS reused,
           min(connection_id) AS connection_id, min(leg_id) AS leg_id, min(client) AS client,
           min(since_ns) AS since_first, max(since_ns) AS since_last,
           max(last_segment) AS last_segment, max(until_ns) AS until_ns,
           json_group_array(json_object('client', client, 'since_ns', since_ns,
                                        'silent_s', round(idle_s, 3),
                                        'used_again', reused_by IS NOT NULL))
               FILTER (WHERE nth <= :ledger_max) AS ledger
      FROM program
     GROUP BY dir, client_addr, server_addr, server_port
    HAVING count(*) >= :many OR max(idle_s) >= :long_s
),
any_grouped AS MATERIALIZED (
    SELECT iif(EXISTS (SELECT 1 FROM grouped), -1, 0) AS n
),
-- How the other connections of the same program ended.
all_connections AS (
    SELECT client_addr, server_addr, server_port, outcome
      FROM connection
     LIMIT (SELECT n FROM any_grouped)
),
others AS MATERIALIZED (
    SELECT g.dir, g.client_addr, g.server_addr, g.server_port, count(*) AS connections,
           sum(c.outcome = 'closed') AS closed
      FROM all_connections c
      JOIN grouped g ON g.server_addr = c.server_addr AND g.server_port = c.server_port
                    AND (g.dir OR g.client_addr = c.client_addr)
     GROUP BY g.dir, g.client_addr, g.server_addr, g.server_port
),
named AS MATERIALIZED (
    SELECT dir, client_addr, server_addr, server_port, leg_id, last_segment, nth
      FROM program
     WHERE nth <= :evidence_max
),
fins AS (
    SELECT leg_id, segment_id FROM event WHERE kind = 'fin' LIMIT (SELECT n FROM any_grouped)
),
shown AS MATERIALIZED (
    SELECT n.dir, n.client_addr, n.server_addr, n.server_port,
           min(e.segment_id) AS first_segment,
           '[' || group_concat(json_array(e.segment_id, 'fin') || ','
                               || json_array(n.last_segment, 'last')) || ']' AS evidence
      FROM fins e
      JOIN named n ON n.leg_id = e.leg_id
     GROUP BY n.dir, n.client_addr, n.server_addr, n.server_port
)
SELECT iif(g.ends = 1, g.connection_id, NULL) AS connection_id,
       iif(g.ends = 1, g.leg_id, NULL) AS leg_id,
       s.first_segment,
       g.last_segment,
       iif(g.long >= :many, 'warning', 'notice') AS severity,
       CASE WHEN g.long >= :many THEN 0.95 WHEN g.ends >= :many THEN 0.9 ELSE 0.7 END AS confidence,
       iif(g.dir, printf('%s:%d left %d of its %d connections in CLOSE-WAIT, closed by the client only',
                         g.server_addr, g.server_port, g.ends, o.connections),
           printf('%s left %d of its %d connections to %s:%d in CLOSE-WAIT, closed by the server only',
                  g.addr, g.ends, o.connections, g.server_addr, g.server_port))
       || printf(' and silent for %s%.1f s%s',
                 iif(g.ends = 1, '', printf('%.1f to ', g.idle_min)), g.idle_max,
                 CASE g.reused WHEN 0 THEN ''
                     ELSE printf('; the ports of %d were used again', g.reused) END) AS summary,
       json_object('end', iif(g.dir, 'server', 'client'),
                   'program', iif(g.dir, g.server_addr || ':' || g.server_port, g.addr),
                   'server', g.server_addr || ':' || g.server_port,
                   'half_closed', g.ends, 'connections', o.connections, 'closed_by_both', o.closed,
                   'silent_s_min', round(g.idle_min, 3), 'silent_s_mean', round(g.idle_mean, 3),
                   'silent_s_max', round(g.idle_max, 3), 'longer_than_long_s', g.long,
                   'used_again', g.reused, 'ledger', json(g.ledger)) AS detail,
       s.evidence
  FROM grouped g
  JOIN others o ON o.dir = g.dir AND o.client_addr = g.client_addr
               AND o.server_addr = g.server_addr AND o.server_port = g.server_port
  LEFT JOIN shown s ON s.dir = g.dir AND s.client_addr = g.client_addr
                   AND s.server_addr = g.server_addr AND s.server_port = g.server_port
 ORDER BY s.first_segment, g.dir
