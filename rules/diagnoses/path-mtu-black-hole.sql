-- title:     The path loses large packets and nobody says so
-- severity:  error
-- param:     safe_mtu = 1280 -- an MTU that nearly every path has: the least of IPv6
-- param:     least_mtu = 576 -- what passed below it says nothing of use about the path
-- explain:   A link on the way has a smaller MTU than the sender's segments need, and the ICMP error
--            that should tell it does not come: filtered, never sent, or not believed. The handshake
--            and small requests work; the first full segments are sent again and again until the
--            program gives up. error: two points show between which of them every large segment is
--            lost. warning: one point only, so that it is told by what is never acknowledged, or nearly
--            nothing small was sent after the first loss.
--            detail.missing says what would prove it.
-- remedy:    Let the errors through: on every firewall of the way `iptables -A FORWARD -p icmp --icmp-type
--            fragmentation-needed -j ACCEPT` and `ip6tables -A FORWARD -p icmpv6 --icmpv6-type
--            packet-too-big -j ACCEPT`; in clouds, in the security group. This is the cure; it opens
--            nothing that TCP does not check itself (RFC 5927).
--            Where the way is not yours: `iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j
--            TCPMSS --clamp-mss-to-pmtu` on the router before the small link, or `--set-mss` with the
--            value of detail.what_if; it helps new TCP connections only, and neither UDP nor IPsec.
--            On the sender: `sysctl -w net.ipv4.tcp_mtu_probing=1` (finds the size after a few
--            timeouts; every connection pays for them anew), `ip route change … mtu lock SIZE`
--            (this destination only; has to be undone when the path is better), or `ip link set dev
--            IFACE mtu SIZE` (all that leaves the interface gets smaller).
-- reference: RFC 2923 §2.1; RFC 1191 §3; RFC 4821; RFC 5927

-- What two points show, and what one of them makes likely.
WITH hole AS MATERIALIZED (
    SELECT f.id AS finding_id, f.connection_id, f.leg_id, 1 AS is_bracketed,
           f.detail ->> 'from' AS from_point, f.detail ->> 'to' AS to_point,
           f.detail ->> 'lost' AS lost, f.detail ->> 'lost_min' AS lost_min,
           f.detail ->> 'passed_max' AS passed_max, f.detail ->> 'connections' AS connections,
           f.detail ->> 'headers' AS headers, f.detail ->> 'mtu' AS mtu,
           f.detail -> 'explained_by' AS explained_by, f.confidence,
           f.detail ->> 'is_sure' AS is_sure, f.detail ->> 'others' AS others, f.detail ->> 'passed_after' AS passed_after
      FROM finding f
     WHERE f.rule_id = 'size-dependent-loss'
       AND f.detail ->> 'from_encap_bytes' = 0
       AND coalesce(f.detail ->> 'to_encap_bytes', 0) = 0
       AND f.detail ->> 'super_frames' = 0
    UNION ALL
    SELECT f.id, f.connection_id, f.leg_id, 0,
           f.detail ->> 'point', NULL, f.detail ->> 'repeats', f.detail ->> 'lost_min',
           f.detail ->> 'passed_max', f.detail ->> 'connections', f.detail ->> 'headers', NULL, '[]',
           f.confidence, 0, 0, 0
      FROM finding f
     WHERE f.rule_id = 'path-mtu' AND f.severity = 'warning' AND f.detail ->> 'state' = 'suspected'
),
proof AS MATERIALIZED (
    SELECT e.finding_id, min(e.segment_id) FILTER (WHERE e.role <> 'passed') AS first_segment,
           max(e.segment_id) AS last_segment,
           json_group_array(json_array(e.segment_id, e.role)) AS evidence
      FROM (SELECT * FROM evidence
             WHERE finding_id IN (SELECT finding_id FROM hole)
             ORDER BY finding_id, segment_id) e
     GROUP BY e.finding_id
),
-- Points whose capture has less than what passed: that something is absent there proves less.
lossy AS MATERIALIZED (
    SELECT DISTINCT detail ->> 'point' AS point
      FROM finding
     WHERE rule_id = 'capture-loss' AND severity <> 'info'
)
SELECT h.connection_id,
       h.leg_id,
       p.first_segment,
       p.last_segment,
       iif(h.is_sure, 'error', 'warning') AS severity,
       iif(y.point IS NULL, 1, 0.8)
           * iif(h.is_bracketed, min(0.9, h.confidence), h.confidence - 0.1) AS confidence,
       iif(h.is_bracketed,
           printf('The path from %s to %s %s packets of %d bytes and more (%d of them), takes those of '
                  || 'up to %d, and no ICMP error came', h.from_point, h.to_point,
                  iif(h.is_sure, 'loses', 'seems to lose'), h.lost_min, h.lost, h.passed_max),
           printf('Beyond %s the path seems to lose packets of %d bytes and more (sent again %d times), '
                  || 'takes those of up to %d, and no ICMP error came', h.from_point, h.lost_min, h.lost,
                  h.passed_max))
       || iif(h.connections = 1, '', printf(' (%d connections)', h.connections)) AS summary,
       json_object(
           'cause', 'a link on the way has a smaller MTU than these packets need, and the ICMP error that '
                    || 'should tell the sender does not reach it',
           'from', h.from_point, 'to', h.to_point, 'lost', h.lost, 'lost_min', h.lost_min,
           'passed_max', h.passed_max, 'mtu_least', h.passed_max, 'mtu_most', h.lost_min - 1,
           'explained_by', json(h.explained_by), 'connections', h.connections,
           'what_if', json_array(
               CASE
                   WHEN h.mtu IS NOT NULL
                   THEN printf('an MSS of %d (MTU %d less %d of IP and TCP): full segments just fit',
                               h.mtu - h.headers, h.mtu, h.headers)
                   WHEN h.passed_max < :safe_mtu AND h.lost_min > :safe_mtu
                   THEN printf('an MSS of %d (MTU %d): very likely to fit; the MTU of the path is from '
                               || '%d to %d', :safe_mtu - h.headers, :safe_mtu, h.passed_max,
                               h.lost_min - 1)
                   ELSE printf('the MTU of the path is from %d to %d', h.passed_max, h.lost_min - 1)
               END,
               iif(h.passed_max >= :least_mtu,
                   printf('an MSS of %d: proven to pass', h.passed_max - h.headers), NULL),
               'net.ipv4.tcp_mtu_probing=1 on the sender: smaller segments after a few timeouts'),
           'missing', json_array(
               iif(h.others = 0, NULL,
                   printf('%d other connections to the same addresses got such large ones through: by '
                          || 'another route, to another machine, or at another time? Compare ports and '
                          || 'times', h.others)),
               iif(y.point IS NULL, NULL,
                   h.to_point || ' missed packets (capture-loss): if it misses large ones rather than small '
                   || 'ones, nothing was lost'),
               iif(h.is_bracketed,
                   printf('which machine between %s and %s drops them: `tracepath`, or its counters '
                          || '(`nstat -az IpFragFails`)', h.from_point, h.to_point),
                   'a capture behind the small link: large segments there would overturn it (the ACKs '
                   || 'would be lost then, or the receiver be silent)'),
               iif(h.is_bracketed AND NOT h.is_sure,
                   printf('only %d small segments with data passed after the first loss: that the way was '
                          || 'blocked for a time would look alike; `ping -M do -s SIZE` tells',
                          h.passed_after), NULL),
               'an ICMP error that was sent and not captured: were the captures taken with a filter for '
               || 'TCP only?',
               printf('no size between %d and %d was sent: the exact edge is not known', h.passed_max,
                      h.lost_min))) AS detail,
       p.evidence
  FROM hole h
  JOIN proof p ON p.finding_id = h.finding_id
  LEFT JOIN lossy y ON y.point = h.to_point
 ORDER BY p.first_segment, h.finding_id
