-- title:     conntrack called a segment INVALID, and the host answered it with a RST of its own
-- severity:  error
-- param:     evidence_max = 4 -- RSTs of the host that are named as evidence, each with its cause
-- param:     prompt_us = 2000 -- a host answers by itself within this time
-- param:     alone_us = 10000 -- the same where its TTL shows that it was the host
-- explain:   A NAT translates only what conntrack takes for part of a connection. A segment that it
--            calls INVALID (late by more than a window, or with numbers that fit nothing) keeps the
--            host's own address as its destination, so it is delivered to the host itself. The host
--            has no such connection and answers as RFC 9293 asks: with a RST, whose sequence number
--            is the one that the segment acknowledges, which is just what the other end expects. It
--            believes it, and a connection that was well is dead; the program behind the NAT learns
--            of it by "connection reset by peer" when it sends next. error: the connection was
--            reset. notice: the RST was ignored, because newer bytes had been acknowledged
--            meanwhile; the next one may not be. detail.what_if tells which kernel or setting would
--            have let the segment through, by a model of conntrack's test.
-- remedy:    Any of these ends it.
--            `iptables -I INPUT -m conntrack --ctstate INVALID -j DROP` (nftables: `ct state invalid
--            drop` in the input chain, before the rule that accepts): the late segment dies
--            silently, and the sender has had its ACK already. It also hides whatever else is
--            INVALID, so count it. Where the NAT translates the server's address (a load balancer, a
--            service of kubernetes), the segment is forwarded with the server's own, and it is the
--            client's machine that answers: the same rule in FORWARD (detail.drop_invalid says which).
--            `sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1`: conntrack translates such
--            segments and lets the container's own TCP judge them. It gives up the window check for
--            every connection of the host, RSTs below the ACK excepted.
--            A kernel from 6.1 on ignores segments below the window instead of calling them INVALID.
--            To see it live: `conntrack -S` (the counter `invalid`), `nstat -az TcpOutRsts`, and
--            `sysctl -w net.netfilter.nf_conntrack_log_invalid=6` (noisy).
--            None of them cures why segments come late: look for the long queue upstream.
-- reference: RFC 9293 §3.10.7.1; Linux nf_conntrack_proto_tcp.c, tcp_in_window(); moby/libnetwork
--            #1090, kubernetes #74839 and #117924

-- RSTs that answer a segment which did not belong, at the leg where conntrack would have judged it.
WITH seen_again AS MATERIALIZED (
    SELECT s.seen_before AS segment_id
      FROM reset r
     CROSS JOIN segment s ON s.id = r.segment_id
     WHERE s.seen_before IS NOT NULL
    UNION
    SELECT s.seen_before
      FROM event e
     CROSS JOIN segment s ON s.id = e.segment_id
     WHERE e.kind = 'late-segment' AND s.seen_before IS NOT NULL
),
-- What a RST or its answer may be besides: gathered once for all joins below, and only if there is a RST.
sign AS MATERIALIZED (
    SELECT segment_id, kind, a, b
      FROM event
     WHERE kind IN ('injected', 'late-segment', 'not-forwarded', 'ct-invalid')
     LIMIT (SELECT iif(EXISTS (SELECT 1 FROM reset), -1, 0))
),
answer AS MATERIALIZED (
    SELECT r.segment_id AS rst_id, r.leg_id, r.dir, r.answers, r.answer_ns, r.ttl_step, r.after,
           r.after_id, l.connection_id, c.legs, l.path_position, l.point_id, s.ts_ns,
           i.b AS upstream_point_id,
           late.a AS behind, late.b AS copy_id,
           c.legs > 1 AND r.answers_by = 'late' AND a.tsval IS NOT NULL AND NOT r.has_ts
               AND r.answer_ns < :prompt_us * 1000 AND s.seen_before IS NULL
               AND r.segment_id NOT IN (SELECT segment_id FROM seen_again)
               AND r.answers NOT IN (SELECT segment_id FROM seen_again) AS is_alone,
           l.path_position = iif(r.dir, c.legs - 1, 0) AS is_edge,
           r.answers_by = 'late' AND NOT r.has_ts AND r.ttl_step > 0 AND s.ttl IN (64, 128, 255)
               AND r.answer_ns < :alone_us * 1000 AS is_nearer,
           nf.segment_id IS NOT NULL AS is_dropped,
           ct.segment_id IS NOT NULL AS is_invalid
      FROM reset r
      JOIN segment s ON s.id = r.segment_id
      JOIN segment a ON a.id = r.answers
      JOIN leg l ON l.id = r.leg_id
      JOIN connection c ON c.id = l.connection_id
      LEFT JOIN sign i ON i.segment_id = r.segment_id AND i.kind = 'injected'
      LEFT JOIN sign late ON late.segment_id = r.answers AND late.kind = 'late-segment'
      LEFT JOIN sign nf ON nf.segment_id = r.answers AND nf.kind = 'not-forwarded'
      LEFT JOIN sign ct ON ct.segment_id = r.answers AND ct.kind = 'ct-invalid'
     WHERE r.answers IS NOT NULL AND r.fin_sender = 0
),
-- It is the host's own: it has no sighting behind the NAT; or nothing was recorded there (`is_edge`) and
-- its TTL is a host's first value, higher than that of the end which it speaks for (`is_nearer`). Where it
-- is only not known whether the other point recorded then (`is_alone`), neither it nor what it answers was
-- seen there, it came at once, and without the timestamps of its connection.
own AS MATERIALIZED (
    SELECT *,
           upstream_point_id IS NOT NULL AS is_bracketed,
           row_number() OVER (PARTITION BY connection_id, dir, answers ORDER BY is_invalid DESC, rst_id) AS copy
      FROM answer
     WHERE (is_invalid OR behind IS NOT NULL)
       AND (upstream_point_id IS NOT NULL AND (is_dropped OR is_invalid)
            OR is_edge AND (is_nearer OR coalesce(ttl_step, 0) <> 0 AND is_invalid)
            OR is_alone)
),
-- The same RST behind the NAT, between the addresses before it: the segment was forwarded as it was, and
-- the machine that it came to, which knows its own connection under another address, answered.
stray AS MATERIALIZED (
    SELECT o.rst_id, min(y.segment_id) AS stray_id, y.answers AS stray_answers
      FROM own o
      JOIN leg l ON l.id = o.leg_id
      JOIN segment s ON s.id = o.rst_id
     CROSS JOIN leg x ON x.client_addr = l.client_addr AND x.client_port = l.client_port
                      AND x.server_addr = l.server_addr AND x.server_port = l.server_port
                      AND x.point_id = o.upstream_point_id AND x.connection_id <> l.connection_id
     CROSS JOIN reset y ON y.leg_id = x.id AND y.dir = o.dir
     CROSS JOIN segment z ON z.id = y.segment_id AND z.seq = s.seq
     GROUP BY o.rst_id
),
-- Of several points that saw it, the one where conntrack was asked speaks for the connection.
place AS MATERIALIZED (
    SELECT connection_id, leg_id, count(*) AS rsts, sum(after = 'reset') AS effective,
           row_number() OVER (PARTITION BY connection_id
                              ORDER BY sum(is_invalid) DESC, sum(is_bracketed) DESC, leg_id) AS nth
      FROM own
     GROUP BY connection_id, leg_id
),
cause AS MATERIALIZED (
    SELECT o.*, y.stray_id, y.stray_answers,
           row_number() OVER (PARTITION BY o.leg_id ORDER BY o.rst_id) AS nth
      FROM own o
      LEFT JOIN stray y ON y.rst_id = o.rst_id
     WHERE o.leg_id IN (SELECT leg_id FROM place WHERE nth = 1)
),
-- What each kernel that was asked would have done with the segments that were answered.
what_if AS MATERIALIZED (
    SELECT t.connection_id, k.kernel, count(*) AS segments,
           sum(k.verdict <> 'invalid') AS saved, min(k.reason) AS reason
      FROM cause t
      JOIN conntrack k ON k.segment_id = t.answers
     GROUP BY t.connection_id, k.kernel
),
saved AS MATERIALIZED (
    SELECT w.connection_id,
           json_group_array(
               printf('%s: %s', CASE
                          WHEN w.kernel LIKE '%,be_liberal%' THEN 'nf_conntrack_tcp_be_liberal=1 on '
                               || replace(w.kernel, ',be_liberal', '')
                          ELSE 'Linux ' || w.kernel END,
                      CASE w.saved
                          WHEN w.segments THEN printf('translated all %d: no RST', w.segments)
                          WHEN 0 THEN printf('INVALID all %d: as it happened', w.segments)
                          ELSE printf('translated %d of %d', w.saved, w.segments) END)) AS lines,
           max(w.reason) AS reason
      FROM (SELECT * FROM what_if ORDER BY connection_id, kernel) w
     GROUP BY w.connection_id
),
-- Over all connections that were reset this way.
tally AS MATERIALIZED (
    SELECT w.kernel, sum(w.saved = w.segments) AS saved, count(*) AS resets
      FROM what_if w
      JOIN connection c ON c.id = w.connection_id AND c.outcome = 'reset'
     GROUP BY w.kernel
),
-- Points whose capture has less than what passed: that something is absent there proves less.
lossy AS MATERIALIZED (
    SELECT id FROM point
     WHERE name IN (SELECT detail ->> 'point' FROM finding
                     WHERE rule_id = 'capture-loss' AND severity <> 'info')
),
proof AS MATERIALIZED (
    SELECT t.leg_id, t.connection_id, count(*) AS rsts,
           min(t.rst_id) AS first_rst, max(t.rst_id) AS last_rst, min(t.answers) AS first_answer,
           max(t.is_bracketed) AS is_bracketed, min(t.is_dropped) AS all_dropped,
           max(t.is_invalid) AS is_invalid, max(t.is_edge) AS is_edge, max(t.behind) AS behind,
           count(t.behind) AS lates, count(t.stray_id) AS strays,
           min(t.answer_ns) AS answer_ns, max(t.answer_ns) AS answer_most_ns,
           min(t.after_id) AS peer_id,
           max(t.upstream_point_id) AS upstream_point_id, t.dir,
           coalesce(max(t.upstream_point_id) IN (SELECT id FROM lossy), 0) AS is_lossy,
           '[' || group_concat(iif(t.copy_id IS NULL, '', json_array(t.copy_id, 'copy') || ',')
                               || json_array(t.answers, 'late') || ',' || json_array(t.rst_id, 'rst')
                               || iif(t.stray_id IS NULL, '',
                                      ',' || json_array(t.stray_id, 'rst behind the NAT'))
                               || iif(t.stray_answers IS NULL, '',
                                      ',' || json_array(t.stray_answers, 'untranslated'))
                               || iif(t.after <> 'reset' OR t.after_id IS NULL, '',
                                      ',' || json_array(t.after_id, 'reset')))
                      FILTER (WHERE t.nth <= :evidence_max) || ']' AS evidence
      FROM cause t
     GROUP BY t.leg_id
),
reach AS MATERIALIZED (
    SELECT connection_id, min(path_position) AS first, max(path_position) AS last, count(*) AS legs
      FROM leg
     WHERE connection_id IN (SELECT connection_id FROM own)
     GROUP BY connection_id
)
SELECT f.connection_id,
       f.leg_id,
       f.first_answer AS first_segment,
       f.last_rst AS last_segment,
       CASE
           WHEN c.outcome <> 'reset' THEN 'notice'
           WHEN f.is_bracketed OR f.is_invalid THEN 'error'
           ELSE 'warning'
       END AS severity,
       CASE
           WHEN f.is_bracketed AND f.is_invalid AND f.all_dropped THEN iif(f.is_lossy, 0.85, 0.97)
           WHEN f.is_bracketed AND f.is_invalid THEN iif(f.is_lossy, 0.8, 0.9)
           WHEN f.is_bracketed THEN iif(f.is_lossy, 0.65, 0.8)
           WHEN f.is_invalid THEN 0.7
           ELSE 0.6
       END AS confidence,
       printf('%s:%d to %s:%d: conntrack on %s %s %s INVALID%s and did not translate %s; %s '
              || 'answered, %s ms later, with a RST%s; %s',
              c.client_addr, c.client_port, c.server_addr, c.server_port, p.name,
              iif(f.is_bracketed OR f.is_invalid, 'called', 'probably called'),
              CASE
                  WHEN f.lates = f.rsts AND f.rsts = 1 THEN 'a late segment'
                  WHEN f.lates = f.rsts THEN printf('%d late segments', f.rsts)
                  ELSE iif(f.rsts = 1, 'a segment', printf('%d segments', f.rsts))
                       || CASE iif(f.lates, '', s.reason)
                              WHEN 'seq-over' THEN ' from above the window'
                              WHEN 'ack-over' THEN ' with an ACK of what was never sent'
                              ELSE ''
                          END
              END,
              iif(f.behind IS NULL, '', printf(' (up to %d bytes below the ACK)', f.behind)),
              iif(f.rsts = 1, 'it', 'them'),
              iif(f.strays,
                  printf('%s came to %s with the address %s, and that machine itself',
                         iif(f.rsts = 1, 'it', 'they'), iif(f.dir, l.server_addr, l.client_addr),
                         iif(f.dir, l.client_addr, l.server_addr)), 'the host itself'),
              iif(f.answer_ns / 1000 = f.answer_most_ns / 1000, printf('%.3f', f.answer_ns / 1e6),
                  printf('%.3f to %.3f', f.answer_ns / 1e6, f.answer_most_ns / 1e6)),
              iif(f.strays, '',
                  printf(' in the name of %s:%d', iif(f.dir, l.server_addr, l.client_addr),
                         iif(f.dir, l.server_port, l.client_port))),
              iif(c.outcome = 'reset', 'that reset the connection',
                  'the other end ignored it, and the connection survived'))
           AS summary,
       json_object(
           'cause', 'a segment that conntrack calls INVALID is '
                    || iif(f.strays, 'forwarded with the address that it came with, and the end behind '
                                     || 'the NAT, which has no connection with that, resets it',
                           'delivered to the NAT host, which has no such connection and resets it'),
           'point', p.name,
           'rsts', f.rsts,
           'behind_max', f.behind,
           'reason', s.reason,
           'outcome', c.outcome,
           'what_if', json(coalesce(s.lines, '[]')),
           'what_if_all', (SELECT json_group_object(kernel, printf('%d of %d resets saved', saved, resets))
                             FROM (SELECT * FROM tally ORDER BY kernel)),
           'drop_invalid', printf('dropping INVALID on %s: no RST for any of the %d',
                                iif(f.strays, 'FORWARD', 'INPUT'), f.rsts),
           'missing', json_array(
               iif(f.strays, 'nothing: ' || u.name || ' has the RST, and it goes to '
                             || iif(f.dir, l.client_addr, l.server_addr),
               iif(f.is_bracketed, 'a sighting of the RST behind the NAT would overturn it: '
                                   || u.name || ' recorded then and has none'
                                   || iif(f.is_lossy, ', but missed packets (capture-loss)', ''),
                   iif(NOT f.is_edge,
                       'it is not known for sure whether the other point recorded at that moment: '
                       || 'captures that begin earlier and end later would tell',
                       'nothing was recorded behind the NAT: a capture there that has the RST would '
                       || 'overturn it'))),
               iif(r.last > l.path_position,
                   'the server''s side was recorded as well',
                   'no capture on the server''s side: that the segment was sent long before is told '
                   || 'by its timestamp only'),
               iif(f.is_invalid, 'that it was INVALID is said by a model of conntrack, not by the '
                                 || 'kernel: `nf_conntrack_log_invalid` would prove it',
                   'conntrack was not asked at this point: `--conntrack ' || p.name || '`')))
           AS detail,
       f.evidence
  FROM proof f
  JOIN connection c ON c.id = f.connection_id
  JOIN leg l ON l.id = f.leg_id
  JOIN point p ON p.id = l.point_id
  JOIN reach r ON r.connection_id = f.connection_id
  LEFT JOIN point u ON u.id = f.upstream_point_id
  LEFT JOIN saved s ON s.connection_id = f.connection_id
 ORDER BY f.first_answer, f.leg_id
