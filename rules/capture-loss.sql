-- title:     A capture has less than what passed
-- severity:  notice
-- param:     min_acks = 3 -- ACKs of bytes that the capture lacks; fewer are chance
-- param:     share_min = 0.001 -- of the segments of a point; below, and without other signs, an info
-- param:     evidence_max = 6 -- ACKs that are named as evidence
-- explain:   The receiver acknowledged bytes that this point never saw, in neither the first sending nor
--            a retransmission; or the capture itself says that packets were dropped; or its file is
--            cut or damaged. Whatever else concludes from the absence of a segment at this point (a
--            gap, a segment that was not forwarded, a RST that has no sighting) stands on a weak leg:
--            detail.not_forwarded_by_it and detail.injected_by_it tell how many events rest on it, and a
--            diagnosis that does says so and is less sure. The same looks alike
--            where part of the packets took another way (asymmetric routes, ECMP, a bond with one
--            interface captured) or a filter took them out.
-- remedy:    Capture with a smaller snaplen (`-s 128`) and a larger buffer (`-B 65536`, in KiB), to a disk
--            that keeps up, and with a filter; look at "packets dropped by kernel" at the end. On a
--            bond capture the bond, not a member. Offloading is no cause: bytes are compared.
-- reference: Paxson 1997, Automated Packet Trace Analysis of TCP Implementations, §3; RFC 9293
--            §3.10.7.4

-- ACKs of bytes that were never seen: each is counted at its leg, with the bytes.
WITH sign AS MATERIALIZED (
    SELECT segment_id, leg_id, kind, a, b FROM event
     WHERE kind IN ('ack-unseen', 'not-forwarded', 'injected')
),
unseen AS MATERIALIZED (
    SELECT e.leg_id, l.point_id, l.connection_id, count(*) AS acks, sum(e.a) AS bytes,
           min(e.segment_id) AS first_id, max(e.segment_id) AS last_id
      FROM sign e
      JOIN leg l ON l.id = e.leg_id
     WHERE e.kind = 'ack-unseen'
       AND l.opening <> 'midstream'
       AND iif((SELECT s.dir FROM segment s WHERE s.id = e.segment_id), l.segments_client,
               l.segments_server) > 0
     GROUP BY e.leg_id
),
lack AS MATERIALIZED (
    SELECT point_id, sum(acks) AS acks, sum(bytes) AS bytes, count(DISTINCT connection_id) AS connections,
           min(first_id) AS first_id, max(last_id) AS last_id
      FROM unseen
     GROUP BY point_id
),
file AS MATERIALIZED (
    SELECT coalesce(point_id, (SELECT min(id) FROM point)) AS point_id, sum(dropped) AS dropped,
           sum(packets) AS packets,
           sum(status <> 'complete') AS broken, max(iif(status <> 'complete', path, NULL)) AS path,
           max(iif(status <> 'complete', coalesce(message, status), NULL)) AS message
      FROM capture
     GROUP BY 1
    HAVING coalesce(sum(dropped), 0) > 0 OR sum(status <> 'complete') > 0
),
proof AS MATERIALIZED (
    SELECT point_id, json_group_array(json_array(segment_id, 'acknowledges unseen bytes')) AS list
      FROM (SELECT l.point_id, e.segment_id,
                   row_number() OVER (PARTITION BY l.point_id ORDER BY e.segment_id) AS nth
              FROM sign e
              JOIN leg l ON l.id = e.leg_id
             WHERE e.kind = 'ack-unseen' AND e.leg_id IN (SELECT leg_id FROM unseen))
     WHERE nth <= :evidence_max
     GROUP BY point_id
),
-- What rests on absence at this point.
absent AS MATERIALIZED (
    SELECT b AS point_id, sum(kind = 'not-forwarded') AS not_forwarded, sum(kind = 'injected') AS injected
      FROM sign
     WHERE kind IN ('not-forwarded', 'injected')
     GROUP BY b
),
fact AS MATERIALIZED (
    SELECT p.id AS point_id, p.name, coalesce(k.acks, 0) AS acks, coalesce(k.bytes, 0) AS bytes,
           coalesce(k.connections, 0) AS connections, k.first_id, k.last_id,
           coalesce((SELECT dropped FROM file WHERE point_id = p.id), 0) AS dropped,
           coalesce((SELECT broken FROM file WHERE point_id = p.id), 0) AS broken,
           (SELECT path FROM file WHERE point_id = p.id) AS path,
           (SELECT message FROM file WHERE point_id = p.id) AS message
      FROM point p
      LEFT JOIN lack k ON k.point_id = p.id
),
told AS MATERIALIZED (
    SELECT f.*, sum(l.segments_client + l.segments_server) AS segments
      FROM fact f
      LEFT JOIN leg l ON l.point_id = f.point_id
     WHERE f.acks >= :min_acks OR f.dropped > 0 OR f.broken > 0
     GROUP BY f.point_id
)
SELECT NULL AS connection_id,
       NULL AS leg_id,
       f.first_id AS first_segment,
       f.last_id AS last_segment,
       iif(f.dropped = 0 AND f.broken = 0 AND f.acks < :share_min * f.segments, 'info', 'notice')
           AS severity,
       iif(f.dropped > 0 OR f.broken > 0, 1.0, 0.8) AS confidence,
       'The capture at ' || f.name || ' has less than what passed:'
       || iif(f.dropped > 0, printf(' %d packets were dropped while it was taken;', f.dropped), '')
       || iif(f.broken > 0, printf(' %s (%s);', f.path, f.message), '')
       || iif(f.acks > 0, printf(' %d ACKs (of %d segments, %d connections) acknowledge %d bytes that are '
                                 || 'not in it, for it missed them or they took another way;', f.acks, f.segments, f.connections, f.bytes), '')
       || ' what is absent there proves little' AS summary,
       json_object('point', f.name, 'acks_of_unseen', f.acks, 'bytes_unseen', f.bytes,
                   'segments', coalesce(f.segments, 0), 'connections', f.connections, 'dropped', f.dropped,
                   'broken_files', f.broken, 'message', f.message,
                   'not_forwarded_by_it',
                   coalesce((SELECT not_forwarded FROM absent WHERE point_id = f.point_id), 0),
                   'injected_by_it',
                   coalesce((SELECT injected FROM absent WHERE point_id = f.point_id), 0))
           AS detail,
       coalesce((SELECT list FROM proof WHERE point_id = f.point_id), '[]') AS evidence
  FROM told f
 ORDER BY f.point_id
