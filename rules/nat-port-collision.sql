-- title:     A NAT gave one outside port to two connections, one soon after the other
-- severity:  notice
-- param:     evidence_max = 4 -- uses that are named as evidence, each with the answer
-- explain:   Behind a NAT the server sees one address and port where there are two clients. When
--            the NAT gives a port away again while the server's end of the former connection is
--            still there (TIME-WAIT, or a socket that was left open), the second client meets what
--            the first has left, and knows nothing of it: its sequence numbers and timestamps are
--            those of another machine. info: the server let it in. notice: it refused or
--            swallowed the SYN at first, or the former connection had not been closed at all when its
--            port was given away (the NAT forgot it: see conntrack-expiry). warning: the second
--            connection never opened.
-- remedy:    More ports or addresses to translate to: `iptables -t nat -A POSTROUTING … -j SNAT
--            --to-source A-B --random-fully` (nftables: `snat to A-B fully-random`); random
--            ports make a collision rare, not impossible. Keep the mapping for longer than the
--            server's TIME-WAIT of 60 s: `sysctl -w
--            net.netfilter.nf_conntrack_tcp_timeout_time_wait=120` (the default) and
--            nf_conntrack_tcp_timeout_close_wait above its default of 60 s; each closed connection
--            then holds its port and a table entry that much longer (`conntrack -C`). Timestamps do
--            not help here: each machine has its own.
-- reference: RFC 5382 REQ-5 (4 minutes for a connection that closes); RFC 9293 §3.6.1; Linux
--            nf_nat_core.c

WITH fact AS MATERIALIZED (
    SELECT kind, leg_id, segment_id, a, b, cause
      FROM event
     WHERE kind IN ('tuple-reuse', 'time-wait-reuse', 'time-wait-refused', 'time-wait-assassinated',
                    'syn-swallowed')
),
verdict AS MATERIALIZED (
    SELECT leg_id, kind, segment_id, cause,
           min(CASE kind WHEN 'syn-swallowed' THEN 1 WHEN 'time-wait-refused' THEN 2
                         WHEN 'time-wait-assassinated' THEN 3 ELSE 4 END)
      FROM fact
     WHERE kind <> 'tuple-reuse'
     GROUP BY leg_id
),
-- Legs beyond the translation whose tuple another client of the inside had before.
collision AS MATERIALIZED (
    SELECT f.leg_id, f.segment_id, f.b AS gap_ns, f.cause AS state, l.connection_id,
           l.client_addr AS nat_addr, l.client_port AS nat_port, c.server_addr, c.server_port,
           c.outcome, printf('%s:%d', c.client_addr, c.client_port) AS client,
           printf('%s:%d', o.client_addr, o.client_port) AS former_client,
           o.outcome AS former_outcome, v.segment_id AS answer,
           CASE v.kind WHEN 'time-wait-refused' THEN 'refused' WHEN 'syn-swallowed' THEN 'swallowed'
                       WHEN 'time-wait-assassinated' THEN 'assassinated'
                       WHEN 'time-wait-reuse' THEN 'accepted' ELSE 'untold' END AS form,
           row_number() OVER (PARTITION BY l.connection_id
                              ORDER BY v.kind IS NULL, l.path_position DESC, l.id) AS place
      FROM fact f
      JOIN leg l ON l.id = f.leg_id
      JOIN leg x ON x.id = f.a
      JOIN connection c ON c.id = l.connection_id
      JOIN connection o ON o.id = x.connection_id
      LEFT JOIN verdict v ON v.leg_id = f.leg_id
     WHERE f.kind = 'tuple-reuse' AND f.cause NOT IN ('closed', 'reset', 'syn-sent', 'unknown')
       AND l.nat IN ('snat', 'both') AND x.nat IN ('snat', 'both')
       AND (c.client_addr, c.client_port) <> (o.client_addr, o.client_port)
),
numbered AS (
    SELECT *,
           row_number() OVER (PARTITION BY nat_addr, server_addr, server_port, state, form
                              ORDER BY segment_id) AS nth
      FROM collision
     WHERE place = 1
),
grouped AS (
    SELECT nat_addr, server_addr, server_port, state, form, count(*) AS uses,
           min(gap_ns) AS gap_min, max(gap_ns) AS gap_max, min(nat_port) AS nat_port,
           min(client) AS client, min(former_client) AS former_client,
           sum(outcome = 'unanswered') AS unanswered,
           min(connection_id) AS connection_id, min(leg_id) AS leg_id,
           min(segment_id) AS first_segment, max(coalesce(answer, segment_id)) AS last_segment,
           json_group_array(json_object('port', nat_port, 'former', former_client, 'now', client))
               FILTER (WHERE nth <= :evidence_max) AS examples,
           '[' || group_concat(json_array(segment_id, 'syn')
                               || iif(answer IS NULL, '', ',' || json_array(answer, form)))
                      FILTER (WHERE nth <= :evidence_max) || ']' AS evidence
      FROM numbered
     GROUP BY nat_addr, server_addr, server_port, state, form
)
SELECT iif(uses = 1, connection_id, NULL) AS connection_id,
       iif(uses = 1, leg_id, NULL) AS leg_id,
       first_segment,
       last_segment,
       CASE WHEN unanswered > 0 AND form IN ('refused', 'swallowed') THEN 'warning'
            WHEN form IN ('accepted', 'assassinated') THEN 'info'
            WHEN form = 'untold' AND state = 'time-wait' THEN 'info'
            ELSE 'notice' END AS severity,
       0.9 AS confidence,
       printf('%s gave %s to %s:%d away again %s%.3f s after the connection before, which had left the '
              || 'server''s end in %s; ', nat_addr,
              iif(uses = 1, printf('port %d', nat_port), printf('%d ports', uses)),
              server_addr, server_port,
              iif(gap_min = gap_max, '', printf('%.3f to ', gap_min / 1e9)), gap_max / 1e9,
              upper(state))
       || iif(uses = 1, printf('it was %s''s and is %s''s; ', former_client, client), '')
       || CASE form WHEN 'refused' THEN 'the SYN was refused'
                    WHEN 'swallowed' THEN 'the SYN was swallowed'
                    WHEN 'assassinated' THEN 'the SYN was let in, since a RST had ended that'
                    WHEN 'accepted' THEN 'the SYN was let in'
                    ELSE 'what that did to the SYN is not seen' END
       || iif(unanswered = 0, '', printf('; %d never opened', unanswered)) AS summary,
       json_object('nat', nat_addr, 'server', server_addr || ':' || server_port, 'state', state,
                   'form', form, 'uses', uses, 'unanswered', unanswered,
                   'gap_s_min', round(gap_min / 1e9, 6), 'gap_s_max', round(gap_max / 1e9, 6),
                   'examples', json(examples)) AS detail,
       evidence
  FROM grouped
 ORDER BY first_segment, state, form
