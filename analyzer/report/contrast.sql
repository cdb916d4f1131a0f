-- What connections may differ in: one row a connection, one column a feature. The first columns are its
-- id, whether it failed (1), worked (0) or is left out (NULL), its SYN nearest to the client, and when it
-- began; then come the features under the name that a person reads. NULL: not known, so that the connection does not count for this feature.
--
-- A feature must be there before the connection fails, or it would follow from what it is to explain:
-- an unanswered connection has no bytes, no FIN and no options of the server. Order breaks ties. What
-- falls by chance and not by anybody's setting has a ~ before its name: where nothing is significant,
-- it comes last.
WITH grave AS MATERIALIZED (
    SELECT DISTINCT connection_id
      FROM finding
     WHERE connection_id IS NOT NULL
       AND severity IN ('warning', 'error')
),
named AS MATERIALIZED (
    SELECT DISTINCT connection_id
      FROM finding
     WHERE rule_id = :failed
       AND connection_id IS NOT NULL
),
-- The SYN nearest to the client; without any, the leg nearest to it.
near AS MATERIALIZED (
    SELECT l.connection_id,
           min(l.path_position + iif(y.leg_id IS NULL, 1000000, 0)),
           l.point_id,
           l.encap,
           l.mss_client, l.wscale_client, l.sack_client, l.ts_client,
           y.segment_id, y.tos, y.df, y.options
      FROM leg l
      LEFT JOIN syn y ON y.leg_id = l.id
     GROUP BY l.connection_id
),
-- Of the server, where it is nearest.
far AS MATERIALIZED (
    SELECT connection_id,
           max(path_position),
           ttl_max_server, mss_server, wscale_server, sack_server, ts_server
      FROM leg
     WHERE synacks > 0
     GROUP BY connection_id
),
span AS MATERIALIZED (
    SELECT min(first_ns) AS first_ns,
           max(first_ns) - min(first_ns) AS ns
      FROM connection
)
SELECT c.id,
       CASE
           WHEN :failed IS NULL THEN
               c.outcome IN ('refused', 'unanswered', 'reset')
               OR c.id IN (SELECT connection_id FROM grave)
           WHEN c.outcome = :failed OR c.id IN (SELECT connection_id FROM named) THEN 1
           WHEN c.outcome IN ('refused', 'unanswered', 'reset')
               OR c.id IN (SELECT connection_id FROM grave) THEN NULL
           ELSE 0
       END AS failed,
       s.id AS syn,
       n.point_id,
       c.first_ns,
       s.ttl AS "ttl",
       CASE WHEN s.ttl <= 32 THEN 32 WHEN s.ttl <= 64 THEN 64 WHEN s.ttl <= 128 THEN 128
            WHEN s.ttl IS NOT NULL THEN 255 END AS "initial ttl",
       n.tos >> 2 AS "dscp",
       n.tos & 3 AS "ecn",
       iif(s.ip_id IS NULL, NULL, iif(n.df, 'set', 'not set')) AS "don't fragment",
       iif(s.ip_id IS NULL, NULL, iif(s.ip_id = 0, 'zero', 'not zero')) AS "ip id",
       s.ip_len AS "syn length",
       iif(s.id IS NULL, NULL, iif(s.len > 0, 'yes', 'no')) AS "data in the syn",
       s.flags & 237 AS "flags beside syn",
       s.win AS "window of the syn",
       n.options AS "tcp options",
       iif(s.id IS NULL, NULL, coalesce(n.mss_client, 'none')) AS "mss",
       iif(s.id IS NULL, NULL, coalesce(n.wscale_client, 'none')) AS "window scale",
       iif(n.sack_client, 'yes', 'no') AS "sack permitted",
       iif(n.ts_client, 'yes', 'no') AS "timestamps",
       iif(instr(c.client_addr, ':'), 6, 4) AS "ip version",
       coalesce(n.encap, 'none') AS "encapsulation",
       p.name AS "point nearest to the client",
       f.ttl_max_server AS "ttl of the server",
       iif(f.connection_id IS NULL, NULL, coalesce(f.mss_server, 'none')) AS "mss of the server",
       iif(f.connection_id IS NULL, NULL, coalesce(f.wscale_server, 'none'))
           AS "window scale of the server",
       iif(f.connection_id IS NULL, NULL, iif(f.ts_server, 'yes', 'no')) AS "timestamps of the server",
       iif(c.reuse_of IS NULL, 'no', 'yes') AS "tuple used before",
       c.server_addr || ':' || c.server_port AS "server",
       c.server_addr AS "server address",
       iif(instr(c.server_addr, ':'), NULL, rtrim(c.server_addr, '0123456789') || '0/24')
           AS "server network",
       c.server_port AS "server port",
       c.client_addr AS "client address",
       iif(instr(c.client_addr, ':'), NULL, rtrim(c.client_addr, '0123456789') || '0/24')
           AS "client network",
       c.client_port AS "~client port",
       iif(c.client_port & 1, 'odd', 'even') AS "~client port parity",
       c.client_port & 3 AS "~client port modulo 4",
       c.client_port & 7 AS "~client port modulo 8",
       (c.client_port & ~1023) || ' to ' || (c.client_port | 1023) AS "~client port range",
       iif(t.ns > 0, min(10 * (c.first_ns - t.first_ns) / t.ns + 1, 10), NULL) AS "~tenth of the time",
       iif(t.ns > 120000000000, strftime('%Y-%m-%d %H:%MZ', c.first_ns / 1000000000, 'unixepoch'), NULL)
           AS "~minute",
       iif(t.ns > 7200000000000, strftime('%HhZ', c.first_ns / 1000000000, 'unixepoch'), NULL)
           AS "~hour of the day"
  FROM connection c
  JOIN span t
  LEFT JOIN near n ON n.connection_id = c.id
  LEFT JOIN far f ON f.connection_id = c.id
  LEFT JOIN segment s ON s.id = n.segment_id
  LEFT JOIN point p ON p.id = n.point_id
 ORDER BY c.id
