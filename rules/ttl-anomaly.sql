-- title:     A TTL that its sender does not use elsewhere
-- severity:  info
-- explain:   The TTL at the sender is none of the usual initial values.
-- reference: RFC 791 §3.2; RFC 8200 §3
SELECT l.connection_id,
       l.id AS leg_id,
       l.first_segment,
       l.last_segment,
       0.5 AS confidence,
       printf('%s sends with TTL %d', l.client_addr, l.ttl_max_client) AS summary,
       json_object('ttl', l.ttl_max_client) AS detail,
       json_array(json_array(l.first_segment, 'ttl')) AS evidence
  FROM leg l
 WHERE l.path_position = 0
   AND l.ttl_max_client NOT IN (32, 64, 128, 255)
 ORDER BY l.connection_id
