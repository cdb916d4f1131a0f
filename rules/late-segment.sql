-- title:     Segments arrived long after their bytes were acknowledged
-- severity:  notice
-- param:     evidence_max = 8 -- late segments that are named as evidence
-- explain:   A segment arrived after its copy.
-- reference: RFC 9293 §3.4; RFC 7323 §5
SELECT l.connection_id,
       l.id AS leg_id,
       min(e.segment_id) AS first_segment,
       max(e.segment_id) AS last_segment,
       0.9 AS confidence,
       printf('%d late segments', count(*)) AS summary,
       json_object('count', count(*)) AS detail,
       json_group_array(json_array(e.segment_id, 'late')) FILTER (WHERE e.nth <= :evidence_max)
           AS evidence
  FROM (SELECT *, row_number() OVER (PARTITION BY leg_id ORDER BY id) AS nth
          FROM event WHERE kind = 'late-segment') e
  JOIN leg l ON l.id = e.leg_id
 GROUP BY l.id
 ORDER BY l.connection_id, l.id
