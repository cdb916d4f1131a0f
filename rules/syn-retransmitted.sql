-- title:     A SYN was sent again before it was answered
-- severity:  warning
-- param:     min_copies = 1 -- repetitions of a SYN before it is told
-- explain:   The client repeated its SYN because no answer came in time.
-- reference: RFC 9293 §3.8.1; RFC 6298
SELECT l.connection_id,
       l.id AS leg_id,
       l.first_segment,
       max(e.segment_id) AS last_segment,
       0.9 AS confidence,
       printf('SYN sent %d times', 1 + max(e.a)) AS summary,
       json_object('copies', 1 + max(e.a)) AS detail,
       json_group_array(json_array(e.segment_id, 'syn')) AS evidence
  FROM event e
  JOIN leg l ON l.id = e.leg_id
 WHERE e.kind = 'syn-retransmission'
   AND l.path_position = 0
 GROUP BY l.id
HAVING max(e.a) >= :min_copies
 ORDER BY l.connection_id
