-- title:     A RST ended a connection or tried to
-- severity:  warning
-- param:     ttl_slack = 2 -- hops by which the TTL of a RST may differ from that of its sender's
--            other segments
-- param:     evidence_max = 8 -- RSTs that are named as evidence
-- explain:   An application that aborts (close with unread data, SO_LINGER 0, a crash) sends a RST,
--            and it is seen at every point from the sender on: notice. It is another matter when a
--            RST first appears inside of the path: at a point that it reached without having passed
--            the point before, which recorded at that time. Then the end whose address it carries
--            did not send it. If the address changes between the two points (NAT), the device that
--            translates owns the address and answered by itself: typically Linux that was handed a
--            segment which conntrack called INVALID (see detail.answers and the finding
--            late-segment). If it does not change, a device between the two points forged it.
--            error: the connection was reset; warning: it survived, because the sequence number was
--            not the one expected. At a single point a RST is suspect when its TTL is not that of
--            its sender's other segments (64, 128 or 255 where those have less: it was sent at this
--            very point), when its sequence number is out of the window, when its sender or its
--            receiver went on after it, when it has a mark of a forged one (detail.forged: Weaver
--            et al.), or when it answers a late segment; the more of these, the surer. A RST
--            without ACK that copies the ACK number of a segment is no abort: its sender had no
--            such connection any more. RSTs of the other end that follow the first one are its
--            consequence and are counted in detail.peer_rsts. A RST after a FIN is the end of an
--            ordinary close and is not told.
-- remedy:    For a RST of the translating host itself see late-segment: drop INVALID on INPUT, or
--            nf_conntrack_tcp_be_liberal=1, each with its price. To prove it on a live system:
--            `conntrack -S` (invalid grows with each late segment) and `nstat -az TcpOutRsts` on
--            that host. For a RST with a foreign TTL look for the firewall or load balancer that
--            many hops away (traceroute) and for its idle timeout. For an abort by an application
--            ask that application: nothing in the network explains it.
-- reference: RFC 9293 §3.5.2, §3.5.3 and §3.10.7; RFC 5961 §3; Weaver, Sommer, Paxson: Detecting
--            Forged TCP Reset Packets (NDSS 2009)

-- What a RST or its answer may be besides: gathered once for all joins below, and only if there is a RST.
WITH sign AS MATERIALIZED (
    SELECT segment_id, kind, a, b
      FROM event
     WHERE kind IN ('injected', 'late-segment', 'not-forwarded')
     LIMIT (SELECT iif(EXISTS (SELECT 1 FROM reset), -1, 0))
),
each_rst AS MATERIALIZED (
    SELECT r.*, s.ts_ns, s.ttl, s.seq, s.seen_before, l.connection_id, l.point_id, l.path_position,
           l.client_addr, l.client_port, l.server_addr, l.server_port,
           i.b AS upstream_point_id, i.segment_id IS NOT NULL AS is_absent
      FROM reset r
      JOIN segment s ON s.id = r.segment_id
      JOIN leg l ON l.id = r.leg_id
      LEFT JOIN sign i ON i.segment_id = r.segment_id AND i.kind = 'injected'
),
-- RSTs that are alike to the TTL cannot be told apart: one that the network made twice was sent by whom
-- its twin was.
twin AS MATERIALIZED (
    SELECT DISTINCT leg_id, dir, seq, ttl
      FROM each_rst
     WHERE NOT is_absent AND seen_before IS NOT NULL
       AND leg_id IN (SELECT leg_id FROM each_rst WHERE is_absent)
),
all_rst AS MATERIALIZED (
    SELECT e.*, e.is_absent AND t.leg_id IS NULL AS is_injected
      FROM each_rst e
      LEFT JOIN twin t ON t.leg_id = e.leg_id AND t.dir = e.dir AND t.seq = e.seq AND t.ttl = e.ttl
),
-- First sightings. Two points on one interface may see an injected RST in either order.
rst AS MATERIALIZED (
    SELECT *
      FROM all_rst
     WHERE is_injected
        OR seen_before IS NULL
           AND segment_id NOT IN (SELECT seen_before FROM all_rst
                                   WHERE is_injected AND seen_before IS NOT NULL)
),
-- Injected for its leg, and seen at the point before the NAT between the untranslated addresses: the
-- end sent it, in answer to a segment that had come to it untranslated.
stray AS MATERIALIZED (
    SELECT o.segment_id, min(y.segment_id) AS stray_id, y.answers AS stray_answers
      FROM rst o
      JOIN each_rst y ON y.client_addr = o.client_addr AND y.client_port = o.client_port
                     AND y.server_addr = o.server_addr AND y.server_port = o.server_port
                     AND y.point_id = o.upstream_point_id AND y.connection_id <> o.connection_id
                     AND y.dir = o.dir AND y.seq = o.seq
     WHERE o.is_injected
     GROUP BY o.segment_id
),
fin AS MATERIALIZED (
    SELECT leg_id, min(segment_id) AS first, max(segment_id) AS last, count(*) AS fins
      FROM event
     WHERE kind = 'fin' AND leg_id IN (SELECT leg_id FROM reset)
     GROUP BY leg_id
),
-- A group is what one end sent, at one leg; its first RST (nth = 1) speaks for it.
numbered AS (
    SELECT *,
           row_number() OVER (PARTITION BY leg_id, dir, is_injected ORDER BY segment_id) AS nth,
           count(*) OVER one AS rsts,
           max(segment_id) OVER one AS last_segment,
           max(after = 'ignored') OVER one AS is_ignored,
           max(sender_after IS NOT NULL) OVER one AS has_gone_on,
           rtrim(iif(max(rst_seq_change) OVER one, 'RST_SEQ_CHANGE ', '')
                 || iif(max(rst_seq_data) OVER one, 'RST_SEQ_DATA ', '')
                 || iif(max(data_seq_rst) OVER one, 'DATA_SEQ_RST ', '')
                 || iif(max(rst_ack_change) OVER one, 'RST_ACK_CHANGE ', '')) AS forged,
           dense_rank() OVER (PARTITION BY connection_id, dir, is_injected
                              ORDER BY iif(dir, -path_position, path_position)) AS rank
      FROM rst
    WINDOW one AS (PARTITION BY leg_id, dir, is_injected)
),
-- What is not injected is told once, at the leg nearest to its sender.
origin AS MATERIALIZED (
    SELECT * FROM numbered WHERE is_injected OR rank = 1
),
-- The first RST of each connection; the other columns are those of the row with the minimum.
first AS MATERIALIZED (
    SELECT connection_id, min(segment_id) AS segment_id, dir, is_injected,
           is_injected OR place IN ('exact', 'in-window') AS is_effective
      FROM origin
     GROUP BY connection_id
),
-- After it those of the other end are its consequence.
peer AS MATERIALIZED (
    SELECT o.connection_id, count(*) AS rsts, min(o.segment_id) AS segment_id
      FROM origin o
      JOIN first f ON f.connection_id = o.connection_id
     WHERE o.dir <> f.dir AND NOT o.is_injected AND f.is_effective
     GROUP BY o.connection_id
),
-- A SYN that is sent again after the RST: the handshake was still open.
syn AS MATERIALIZED (
    SELECT leg_id, max(segment_id) AS last
      FROM event
     WHERE kind = 'syn-retransmission'
     GROUP BY leg_id
),
upstream AS MATERIALIZED (
    SELECT connection_id, path_position, client_addr, server_addr
      FROM leg
     WHERE connection_id IN (SELECT connection_id FROM rst WHERE is_injected)
),
fact AS MATERIALIZED (
    SELECT o.*, c.outcome, p.name AS point, u.name AS upstream,
           iif(o.dir, 'server', 'client') AS sender,
           iif(o.dir, l.server_addr, l.client_addr) AS source_addr,
           iif(o.dir, l.server_port, l.client_port) AS source_port,
           iif(o.dir, l.client_addr, l.server_addr) AS target_addr,
           iif(o.dir, l.client_port, l.server_port) AS target_port,
           iif(o.dir, x.server_addr, x.client_addr) AS upstream_addr,
           l.segments_client + l.segments_server = l.rsts_client + l.rsts_server AS is_alone,
           iif(o.dir, l.ttl_min_server, l.ttl_min_client) AS ttl_min,
           iif(o.dir, l.ttl_max_server, l.ttl_max_client) AS ttl_max,
           a.flags & 18 AS answers_flags, a.len AS answers_len,
           (o.ts_ns - a.ts_ns) / 1e6 AS after_ms,
           late.a AS behind, late.segment_id IS NOT NULL AS answers_late,
           dropped.segment_id IS NOT NULL AS answers_dropped,
           coalesce(fin.first < o.segment_id, 0) AS is_after_fin,
           coalesce(fin.fins = 2 AND fin.last < o.segment_id, 0) AS is_after_both,
           o.segment_id > f.segment_id AND NOT o.is_injected
               AND (f.is_injected OR f.is_effective AND o.dir <> f.dir) AS is_consequence,
           l.syns > 0 AND (l.synacks = 0 OR coalesce(syn.last > o.segment_id, 0)) AS is_opening,
           peer.rsts AS peer_rsts, peer.segment_id AS peer_segment, y.stray_id, y.stray_answers
      FROM origin o
      JOIN connection c ON c.id = o.connection_id
      JOIN leg l ON l.id = o.leg_id
      JOIN point p ON p.id = o.point_id
      LEFT JOIN point u ON u.id = o.upstream_point_id
      LEFT JOIN upstream x ON x.connection_id = o.connection_id
                          AND x.path_position = o.path_position + iif(o.dir, 1, -1)
      LEFT JOIN segment a ON a.id = o.answers
      LEFT JOIN sign late ON late.segment_id = o.answers AND late.kind = 'late-segment'
      LEFT JOIN sign dropped ON dropped.segment_id = o.answers AND dropped.kind = 'not-forwarded'
      LEFT JOIN fin ON fin.leg_id = o.leg_id
      LEFT JOIN syn ON syn.leg_id = o.leg_id
      JOIN first f ON f.connection_id = o.connection_id
      LEFT JOIN peer ON peer.connection_id = o.connection_id
      LEFT JOIN stray y ON y.segment_id = o.segment_id
     WHERE likely(o.nth = 1)
),
-- Hops from the initial TTL that is next above: 32, 64, 128 or 255. 0: sent where it was seen.
hops AS (
    SELECT *,
           iif(ttl <= 32, 32, iif(ttl <= 64, 64, iif(ttl <= 128, 128, 255))) - ttl AS rst_hops,
           iif(ttl_max <= 32, 32, iif(ttl_max <= 64, 64, iif(ttl_max <= 128, 128, 255))) - ttl_max
               AS data_hops
      FROM fact
),
judged AS MATERIALIZED (
    SELECT *,
           coalesce(ttl NOT BETWEEN ttl_min AND ttl_max
                    AND (rst_hops = 0 OR abs(rst_hops - data_hops) > :ttl_slack), 0) AS is_foreign,
           place IN ('below', 'above') AS is_outside,
           is_ignored OR outcome IN ('established', 'half-closed', 'closed') AND NOT is_after_fin
               AS is_survived,
           answers_by = 'own' AND ts_expected AND NOT has_ts AS is_unstamped,
           outcome = 'reset' OR outcome = 'midstream' AND peer_rsts > 0 AS is_dead,
           CASE
               WHEN is_injected THEN 'injected'
               WHEN is_consequence THEN 'consequence'
               WHEN is_after_fin THEN 'close'
               WHEN is_alone THEN 'alone'
               WHEN dir = 1 AND (answers_flags = 2 OR outcome = 'refused') THEN 'refused'
               WHEN dir = 0 AND answers_flags = 18 THEN 'rejected'
               WHEN dir = 0 AND answers_flags = 16 AND is_opening THEN 'half-open'
               WHEN answers_by = 'copied' THEN 'gone'
               ELSE 'abort'
           END AS class
      FROM hops
),
shown AS MATERIALIZED (
    SELECT o.leg_id, o.dir, o.is_injected,
           '[' || group_concat(json_array(o.segment_id, 'rst') || ','
                               || json_array(o.answers, iif(late.segment_id, 'late', 'answers'))
                               || ',' || json_array(late.b, 'copy')) || ']' AS evidence
      FROM origin o
      LEFT JOIN sign late ON late.segment_id = o.answers AND late.kind = 'late-segment'
     WHERE o.nth <= :evidence_max
     GROUP BY o.leg_id, o.dir, o.is_injected
),
suspected AS (
    SELECT *,
           class IN ('abort', 'gone')
               AND (is_foreign OR is_outside OR is_survived OR answers_late OR has_gone_on
                    OR forged <> '') AS is_suspect,
           is_foreign + is_outside + is_survived + answers_late + has_gone_on + (forged <> '')
               + is_unstamped AS signs
      FROM judged
),
single AS (
    SELECT j.connection_id, j.leg_id, j.segment_id AS first_segment, j.last_segment,
           CASE
               WHEN class = 'injected' THEN
                   iif(is_after_both, 'notice', iif(is_dead, 'error', 'warning'))
               ELSE iif(is_suspect, 'warning', 'notice')
           END AS severity,
           CASE WHEN class = 'injected' THEN 0.95
                WHEN is_suspect THEN min(0.6 + 0.1 * signs, 0.9) ELSE 0.85 END AS confidence,
           CASE iif(stray_id IS NULL, class, 'stray')
               WHEN 'stray' THEN
                   printf('%d RST%s from %s:%d to %s:%d, at %s and %s: that %s itself sent %s, in answer '
                          || 'to a segment that came to it without translation, from an address that '
                          || 'it has no connection with', rsts, iif(rsts = 1, '', 's'), source_addr,
                          source_port, target_addr, target_port, upstream, point, sender,
                          iif(rsts = 1, 'it', 'them'))
               WHEN 'injected' THEN
                   printf('%d RST%s from %s:%d first seen at %s, never %s: ', rsts,
                          iif(rsts = 1, '', 's'), source_addr, source_port, point,
                          iif(upstream = point, 'there from ' || upstream_addr, 'at ' || upstream))
                   || CASE
                          WHEN upstream_addr IS NULL THEN
                              printf('the %s did not send %s', sender, iif(rsts = 1, 'it', 'them'))
                          WHEN upstream_addr <> source_addr AND rst_hops = 0 THEN
                              printf('the host that translates %s to %s sent %s itself, not the %s',
                                     upstream_addr, source_addr, iif(rsts = 1, 'it', 'them'),
                                     sender)
                          WHEN upstream_addr <> source_addr THEN
                              printf('%s becomes %s between the two, and a machine there, %d hop%s '
                                     || 'away by its TTL, sent %s itself, not the %s',
                                     upstream_addr, source_addr, rst_hops,
                                     iif(rst_hops = 1, '', 's'), iif(rsts = 1, 'it', 'them'),
                                     sender)
                          ELSE printf('something between the two sent %s in the name of the %s',
                                      iif(rsts = 1, 'it', 'them'), sender)
                      END
               WHEN 'half-open' THEN
                   printf('%s:%d answered an ACK of %s:%d with a RST before its SYN was acknowledged: '
                          || 'the other end still holds an earlier connection on these ports',
                          source_addr, source_port, target_addr, target_port)
               ELSE
                   iif(is_suspect,
                       printf('%d RST%s from %s:%d to %s:%d, first seen at %s, may not be of that %s',
                              rsts, iif(rsts = 1, '', 's'), source_addr, source_port, target_addr,
                              target_port, point, sender),
                       printf(iif(class = 'gone',
                                  '%s:%d (%s) no longer had the connection to %s:%d and answered with '
                                  || '%d RST%s, first seen at %s',
                                  '%s:%d (%s) aborted the connection to %s:%d with %d RST%s, first '
                                  || 'seen at %s'),
                              source_addr, source_port, sender, target_addr, target_port, rsts,
                              iif(rsts = 1, '', 's'), point))
           END
           || iif(is_foreign AND (is_suspect OR class = 'injected')
                      OR class = 'gone' AND ttl > ttl_max,
                  printf('; the TTL is %d, that of the %s''s other segments %d', ttl, sender, ttl_max),
                  '')
           || iif(class = 'gone' AND ttl > ttl_max AND NOT is_suspect,
                  printf(': a machine nearer to %s may have sent %s', point,
                         iif(rsts = 1, 'it', 'them')), '')
           || iif(answers_late,
                  printf('; %s answers, after %.3f ms, a segment that came late (%d bytes below '
                         || 'the ACK)%s', iif(rsts = 1, 'it', 'the first'), after_ms, behind,
                         iif(answers_dropped AND stray_id IS NULL,
                                         ' and was never forwarded', '')), '')
           || CASE
                  WHEN class = 'injected' THEN
                      iif(is_after_both, '; the connection was closed already',
                          iif(is_dead, '; the connection was reset', '; the connection survived it'))
                      || iif(is_outside, printf(' (its sequence number lies %s the window)',
                                                place), '')
                  WHEN is_suspect THEN
                      iif(is_outside, printf('; its sequence number lies %s the window',
                                             place), '')
                      || iif(has_gone_on, printf('; that %s went on after it', sender), '')
                      || iif(is_ignored, '; the other end ignored it',
                             iif(is_survived, '; the connection survived it', ''))
                      || iif(forged <> '', '; it bears the marks of a forged one: ' || forged, '')
                  ELSE ''
              END AS summary,
           json_object('class', class, 'point', point, 'never_at', upstream, 'rsts', rsts,
                       'source', source_addr || ':' || source_port, 'source_upstream', upstream_addr,
                       'place', CASE place WHEN 'in-window' THEN 'in the window'
                                           WHEN 'unknown' THEN 'not known'
                                           WHEN 'exact' THEN place
                                           ELSE place || ' the window' END,
                       'ttl', ttl, 'ttl_of_sender', ttl_max,
                       'answers', CASE
                                      WHEN answers IS NULL THEN NULL
                                      WHEN answers_late THEN 'late segment'
                                      WHEN answers_flags = 2 THEN 'SYN'
                                      WHEN answers_flags = 18 THEN 'SYN-ACK'
                                      WHEN answers_len > 0 THEN 'data'
                                      ELSE 'ACK'
                                  END,
                       'answers_after_ms', round(after_ms, 6), 'bytes_behind', behind,
                       'not_forwarded', json(iif(answers_dropped, 'true', 'false')),
                       'after_fin', json(iif(is_after_fin, 'true', 'false')),
                       'peer_rsts', coalesce(peer_rsts, 0), 'outcome', outcome,
                       'distance', distance, 'ip_id_step', ip_id_step,
                       'timestamps', json(iif(has_ts, 'true', 'false')),
                       'timestamps_expected', json(iif(ts_expected, 'true', 'false')),
                       'forged', nullif(forged, ''), 'after', after) AS detail,
           json_insert(evidence, '$[#]', json_array(nullif(peer_segment, segment_id), 'peer-rst'),
                       '$[#]', json_array(stray_id, 'rst behind the NAT'),
                       '$[#]', json_array(stray_answers, 'untranslated'))
               AS evidence
      FROM suspected j
      JOIN shown USING (leg_id, dir, is_injected)
     WHERE class IN ('injected', 'half-open', 'abort', 'gone')
),
-- Answers to a SYN or SYN-ACK and RSTs without a connection: many are a scan, so they are counted.
counted AS MATERIALIZED (
    SELECT class, point_id, source_addr, iif(class = 'refused', source_port, 0) AS source_port,
           count(*) AS connections, min(segment_id) AS first_segment,
           max(last_segment) AS last_segment,
           min(connection_id) AS connection_id, point
      FROM judged
     WHERE class IN ('refused', 'rejected', 'alone')
     GROUP BY 1, 2, 3, 4
)
SELECT connection_id, leg_id, first_segment, last_segment, severity, confidence, summary, detail,
       evidence
  FROM single
UNION ALL
SELECT c.connection_id, r.leg_id, c.first_segment, c.last_segment, 'info',
       iif(c.class = 'alone', 0.5, 0.95),
       CASE c.class
           WHEN 'refused' THEN
               printf('%s:%d refused %d connection%s with a RST, seen at %s', c.source_addr,
                      c.source_port, c.connections, iif(c.connections = 1, '', 's'), c.point)
           WHEN 'rejected' THEN
               printf('%s answered the SYN-ACK of %d connection%s with a RST, seen at %s: given up or '
                      || 'a scan',
                      c.source_addr, c.connections, iif(c.connections = 1, '', 's'), c.point)
           ELSE
               printf('RSTs from %s at %s for %d connection%s of which nothing else was recorded',
                      c.source_addr, c.point, c.connections, iif(c.connections = 1, '', 's'))
       END,
       json_object('class', c.class, 'point', c.point, 'source', c.source_addr,
                   'connections', c.connections),
       s.evidence
  FROM counted c
  JOIN reset r ON r.segment_id = c.first_segment
  JOIN shown s ON s.leg_id = r.leg_id AND s.dir = r.dir AND NOT s.is_injected
 ORDER BY first_segment, connection_id
