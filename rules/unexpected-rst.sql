-- title:     A RST came from where none should come
-- severity:  warning
-- explain:   A RST first appears in the middle of the path.
-- reference: RFC 9293 §3.5.2; RFC 5961 §3
SELECT l.connection_id,
       l.id AS leg_id,
       e.segment_id AS first_segment,
       e.segment_id AS last_segment,
       0.9 AS confidence,
       printf('RST of segment %d has no origin', e.segment_id) AS summary,
       json_object('point', e.b) AS detail,
       json_array(json_array(e.segment_id, 'rst')) AS evidence
  FROM event e
  JOIN segment s ON s.id = e.segment_id
  JOIN leg l ON l.id = e.leg_id
 WHERE e.kind = 'injected'
   AND s.flags & 4
 ORDER BY e.segment_id
