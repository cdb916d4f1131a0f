-- title:     A connect was refused
-- severity:  notice
-- param:     ttl_slack = 2 -- hops by which the TTL of the refusal may differ from that of the
--            server's other segments
-- param:     evidence_max = 8 -- connects that are named as evidence
-- explain:   The SYN was answered at once, with no. RST with an ACK of the SYN: connect() says
--            ECONNREFUSED; nothing listens on that port, the listener's queue is full and
--            net.ipv4.tcp_abort_on_overflow is set, or a firewall rejects with a RST in the server's
--            name. Such a firewall is as many hops away as its TTL says: detail.ttl is that of the
--            RST, detail.ttl_of_server that of the server's segments on other connections, both at
--            the same point. info: they agree, or there is nothing to compare with. notice: they do
--            not, or the RST was first seen inside the path (detail.first_seen), so the server may
--            never have got the SYN. ICMP unreachable: notice; its sender is detail.by: the server
--            itself (its firewall: `-j REJECT`), or a router that has no route (codes 0, 1) or
--            forbids it (9, 10, 13). Linux gives up a connect at the first such message
--            (EHOSTUNREACH, ENETUNREACH, ECONNREFUSED for port unreachable), others count it as a
--            hint and go on (RFC 5461).
-- remedy:    On the server: `ss -ltnp 'sport = :PORT'` (does anything listen, and on this address,
--            not 127.0.0.1 only), `nstat -az TcpExtListenOverflows`, `sysctl
--            net.ipv4.tcp_abort_on_overflow`, `iptables -vnL` or `nft list ruleset` for REJECT. On the
--            client, to see who answers: `traceroute -T -p PORT HOST` ends at the machine that does.
--            For ICMP: `ip route get ADDRESS` and the rules of the machine in detail.by.
-- reference: RFC 9293 §3.10.7.1 and §3.9.2.2; RFC 792; RFC 4443 §3.1; RFC 1812 §5.2.7; RFC 5461;
--            Linux tcp_v4_err(), icmp_err_convert

-- The leg nearest to the server where the first answer to the SYN was a RST, or that it cannot be
-- delivered (ICMP type 3; ICMPv6 type 1, whose type 3 is time exceeded), and no connection came of it.
WITH failed AS MATERIALIZED (
    SELECT id, outcome FROM connection WHERE outcome IN ('refused', 'unanswered')
),
no AS MATERIALIZED (
    SELECT l.id AS leg_id, l.connection_id, l.point_id, l.path_position, l.client_addr, l.server_addr,
           l.server_port, l.syns - l.sightings_syns AS syns, l.syn_answer, l.syn_icmp_type AS type,
           l.syn_icmp_code AS code, l.first_segment, l.last_segment, f.outcome,
           max(l.path_position) OVER (PARTITION BY l.connection_id) AS farthest
      FROM leg l
     CROSS JOIN failed f ON f.id = l.connection_id
     WHERE l.connection_id IN (SELECT id FROM failed)
       AND (l.syn_answer = 'rst' AND f.outcome = 'refused'
            OR l.syn_answer = 'icmp' AND f.outcome = 'unanswered'
               AND l.syn_icmp_type = iif(instr(l.client_addr, ':'), 1, 3))
),
injected AS MATERIALIZED (
    SELECT segment_id, b AS never_at FROM event WHERE kind = 'injected'
),
-- The RST at each point, the answer of one SYN; first_seen is the point where it began.
rst AS MATERIALIZED (
    SELECT n.*, r.segment_id, s.ttl, s.seen_before, r.answers, r.answer_ns,
           row_number() OVER (PARTITION BY n.leg_id ORDER BY r.segment_id) AS nth,
           i.segment_id IS NOT NULL AS is_injected, i.never_at
      FROM no n
      JOIN reset r ON r.leg_id = n.leg_id AND r.dir = 1
      JOIN segment s ON s.id = r.segment_id
      LEFT JOIN injected i ON i.segment_id = r.segment_id
     WHERE n.syn_answer = 'rst'
),
origin AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY connection_id
                                 ORDER BY is_injected DESC, path_position DESC) AS place
      FROM rst
     WHERE likely(nth = 1)
),
-- What the server's segments on other connections have at that point.
server AS MATERIALIZED (
    SELECT l.point_id, l.server_addr, min(l.ttl_min_server) AS ttl_min, max(l.ttl_max_server) AS ttl_max,
           count(*) AS connections
      FROM leg l
     WHERE EXISTS (SELECT 1 FROM origin)
       AND (l.point_id, l.server_addr) IN (SELECT point_id, server_addr FROM origin WHERE place = 1)
       AND l.ttl_max_server IS NOT NULL
     GROUP BY l.point_id, l.server_addr
),
hops AS (
    SELECT o.*, v.ttl_min, v.ttl_max, v.connections AS others,
           iif(o.ttl <= 64, 64, iif(o.ttl <= 128, 128, 255)) - o.ttl AS rst_hops,
           iif(v.ttl_max <= 64, 64, iif(v.ttl_max <= 128, 128, 255)) - v.ttl_max AS server_hops
      FROM origin o
      LEFT JOIN server v ON v.point_id = o.point_id AND v.server_addr = o.server_addr
     WHERE likely(o.place = 1)
),
-- The first ICMP error of each SYN at the first point that has one.
told AS MATERIALIZED (
    SELECT n.connection_id, n.leg_id, n.point_id, n.client_addr, n.server_addr, n.server_port, n.syns,
           n.type, n.code, n.first_segment, n.last_segment, i.src, i.ttl, i.ts_ns, i.version,
           row_number() OVER (PARTITION BY n.connection_id ORDER BY i.ts_ns, i.id) AS nth
      FROM icmp i
      JOIN no n ON n.leg_id = i.leg_id
     WHERE n.syn_answer = 'icmp' AND i.type = n.type AND i.code = n.code
),
-- Why, if it was a RST, and who.
one AS MATERIALIZED (
    SELECT connection_id, leg_id, point_id, client_addr, server_addr, server_port, syns,
           first_segment, segment_id AS last_segment, segment_id, 'rst' AS how, server_addr AS by,
           ttl, ttl_max, others, 0 AS version, 0 AS type, 0 AS code, never_at, answer_ns,
           CASE
               WHEN is_injected THEN 'inside'
               WHEN ttl NOT BETWEEN ttl_min AND ttl_max AND abs(rst_hops - server_hops) > :ttl_slack
                   THEN 'other ttl'
               WHEN ttl_max IS NULL THEN 'nothing to compare'
               ELSE 'server'
           END AS who
      FROM hops
     UNION ALL
    SELECT connection_id, leg_id, point_id, client_addr, server_addr, server_port, syns,
           first_segment, last_segment, NULL, 'icmp', src, ttl, NULL, NULL, version, type, code, NULL,
           NULL, CASE
                     WHEN src <> server_addr THEN 'router'
                     WHEN code IN (0, iif(version = 4, 1, 3)) THEN 'translated'
                     ELSE 'server'
                 END
      FROM told
     WHERE nth = 1
),
-- One finding for all connects of a client to a port that were refused alike.
grouped AS MATERIALIZED (
    SELECT min(connection_id) AS connection_id, leg_id, point_id, client_addr, server_addr,
           server_port, how, by, who, version, type, code, never_at,
           count(*) AS connects, sum(syns) AS syns, min(ttl) AS ttl, max(ttl_max) AS ttl_of_server,
           max(others) AS others, min(first_segment) AS first_segment,
           max(last_segment) AS last_segment, min(answer_ns) AS answer_ns,
           '[' || group_concat(json_array(first_segment, 'syn')
                               || coalesce(',' || json_array(segment_id, 'rst'), ''))
                      FILTER (WHERE nth <= :evidence_max) || ']' AS evidence
      FROM (SELECT *, row_number() OVER (PARTITION BY point_id, client_addr, server_addr, server_port,
                                                      how, by, who, version, type, code, never_at
                                         ORDER BY first_segment) AS nth
              FROM one)
     GROUP BY point_id, client_addr, server_addr, server_port, how, by, who, version, type, code,
              never_at
)
SELECT g.connection_id,
       g.leg_id,
       g.first_segment,
       g.last_segment,
       iif(how = 'icmp' OR who IN ('inside', 'other ttl'), 'notice', 'info') AS severity,
       CASE who WHEN 'other ttl' THEN 0.7 WHEN 'nothing to compare' THEN 0.8 ELSE 0.95 END
           AS confidence,
       printf('%d connect%s of %s to %s:%d, %d SYN%s, refused', connects,
              iif(connects = 1, '', 's'), client_addr, server_addr, server_port, syns,
              iif(syns = 1, '', 's'))
           || CASE
                  WHEN how = 'icmp' THEN
                      printf(' %s with ICMP%s %s',
                             CASE who WHEN 'translated' THEN 'in the name of the server'
                                      WHEN 'server' THEN 'by the server'
                                      ELSE 'by ' || by END,
                             iif(version = 6, 'v6', ''),
                             CASE
                                 WHEN version = 6 THEN
                                     CASE code WHEN 0 THEN 'no route' WHEN 1 THEN 'prohibited'
                                               WHEN 3 THEN 'address unreachable'
                                               WHEN 4 THEN 'port unreachable'
                                               WHEN 6 THEN 'reject route'
                                               ELSE printf('unreachable, code %d', code) END
                                 ELSE
                                     CASE code WHEN 0 THEN 'net unreachable'
                                               WHEN 1 THEN 'host unreachable'
                                               WHEN 2 THEN 'protocol unreachable'
                                               WHEN 3 THEN 'port unreachable'
                                               WHEN 9 THEN 'net prohibited'
                                               WHEN 10 THEN 'host prohibited'
                                               WHEN 13 THEN 'administratively prohibited'
                                               ELSE printf('unreachable, code %d', code) END
                             END)
                  ELSE ' with a RST'
              END
           || printf(', seen at %s', p.name)
           || CASE who
                  WHEN 'inside' THEN printf(', never at %s: something between the two sent it',
                                            coalesce(u.name, 'the point before'))
                  WHEN 'translated' THEN
                      ': no machine says that of itself, so one that translates the address cannot '
                      || 'reach the server'
                  WHEN 'other ttl' THEN
                      printf('; its TTL is %d, that of the server''s segments on %d other '
                             || 'connection%s %d: a device on the way may have sent it',
                             ttl, others, iif(others = 1, '', 's'), ttl_of_server)
                  ELSE ''
              END AS summary,
       json_object('how', how, 'by', by, 'who', who, 'first_seen', p.name, 'never_at', u.name,
                   'connects', connects, 'syns', syns, 'ttl', ttl, 'ttl_of_server', ttl_of_server,
                   'compared_with', others, 'answer_ms', round(answer_ns / 1e6, 3),
                   'icmp_type', nullif(type, 0), 'icmp_code', iif(how = 'icmp', code, NULL))
           AS detail,
       g.evidence
  FROM grouped g
  JOIN point p ON p.id = g.point_id
  LEFT JOIN point u ON u.id = g.never_at
 ORDER BY g.first_segment, g.connection_id, summary
