-- title:     A tunnel lost whatever is larger than a size
-- severity:  error
-- param:     least_mtu = 576 -- what passed below it says nothing of use about the path
-- param:     chain_max = 2 -- lost segments whose way is named whole
-- param:     sighting_max = 1000 -- rows that may lie between two sightings of a segment
-- explain:   A tunnel adds headers to each packet. What is full size before is too large after, and
--            who cannot send it drops it, often without a word: small requests work, large ones
--            hang until retransmissions of another size get through, or for ever. There are two
--            places. Between the machine that encapsulates and the one that takes it apart, a link
--            has a smaller MTU than the outer packets need (seen at the egress in their tunnel, never
--            at the worker). Or the machine that encapsulates loses them itself (seen before, never
--            at its egress in the tunnel): if all of them are super-frames of GRO or GSO, larger
--            than the MSS, they died where the kernel cuts them up again, and no link ever had them
--            to carry. IPVS with GUE or IPIP tunnels does so in kernels without the fix of 2023:
--            it does not mark where the inner headers begin, the length of the tunnel's header comes
--            out negative, and skb_udp_tunnel_segment() drops the packet. warning in place of error: nearly
--            nothing small was sent after the first loss, so that size is the likely reason only.
-- remedy:    If a machine lost super-frames: a kernel with the fix of June 2023 ("ipvs: align inner_mac_header
--            for encapsulation") is the cure. Until then `ethtool -K
--            IN gro off lro off` on the interface that they come in by: no super-frames, so nothing to
--            cut up; it costs CPU on a busy director (`ethtool -K IN rx-gro-hw off` too, where it is
--            there). Or a tunnel device (`ip link add … type fou|gue`) in place of the IPVS tunnel.
--
--            If the underlay is too small: raise its MTU on every link and switch between both ends
--            (`ip link set dev OUT mtu 1600`; one forgotten port drops as before). Or make the
--            inner packets smaller: `ip link set dev TUNNEL mtu N` (only what is sent or routed by
--            this machine learns of it), `ip route change … mtu lock N advmss M` on the workers, or clamp
--            the MSS where the SYNs pass: `iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j
--            TCPMSS --set-mss M` (nftables: `tcp flags syn tcp option maxseg size set M`); it helps new
--            TCP connections only, and with a direct return the SYN-ACK has to be clamped on the worker.
--            detail.what_if has the values. And let ICMP type 3 code 4 (ICMPv6 type 2) through, and
--            not only TCP profits.
-- reference: RFC 2923 §2.1; RFC 4459 §3; Linux net/netfilter/ipvs/ip_vs_xmit.c, ip_vs_tunnel_xmit(),
--            net/ipv4/udp_offload.c, __skb_udp_tunnel_segment()

-- The facts are those of size-dependent-loss; here they get a place.
WITH loss AS MATERIALIZED (
    SELECT f.id AS finding_id, f.connection_id, f.leg_id, f.confidence, f.detail,
           f.detail ->> 'from' AS from_point, f.detail ->> 'to' AS to_point,
           f.detail ->> 'dir' AS dir, f.detail ->> 'encap' AS encap,
           f.detail ->> 'from_encap_bytes' AS from_bytes,
           coalesce(f.detail ->> 'to_encap_bytes', 0) AS to_bytes,
           f.detail ->> 'super_frames' AS is_super,
           f.detail ->> 'lost' AS lost, f.detail ->> 'lost_min' AS lost_min, f.detail ->> 'lost_max' AS lost_max,
           f.detail ->> 'passed' AS passed, f.detail ->> 'passed_max' AS passed_max,
           f.detail ->> 'connections' AS connections, f.detail ->> 'headers' AS headers,
           f.detail ->> 'mtu' AS mtu,
           f.detail ->> 'is_sure' AS is_sure, f.detail ->> 'others' AS others, f.detail ->> 'passed_after' AS passed_after,
           max(f.detail ->> 'from_encap_bytes', coalesce(f.detail ->> 'to_encap_bytes', 0)) AS over
      FROM finding f
     WHERE f.rule_id = 'size-dependent-loss'
),
-- 'machine': lost by the one that encapsulates; 'underlay': on the way in the tunnel; 'either': both
-- lie between the two points.
place AS MATERIALIZED (
    SELECT l.*,
           CASE
               WHEN l.is_super THEN 'machine'
               WHEN l.from_bytes > 0 THEN 'underlay'
               ELSE 'either'
           END AS place
      FROM loss l
     WHERE l.over > 0
),
-- The way of some of them, in order of time: sent, lost, sent again, and that at the next point.
named AS MATERIALIZED (
    SELECT p.finding_id, s.id, s.seen_before, s.leg_id, s.off,
           row_number() OVER (PARTITION BY p.finding_id ORDER BY s.id) AS nth
      FROM place p
      JOIN evidence e ON e.finding_id = p.finding_id AND e.role = 'lost'
      JOIN segment s ON s.id = e.segment_id
),
again AS MATERIALIZED (
    SELECT r.leg_id, r.segment_id, s.off, s.len
      FROM event r
      JOIN segment s ON s.id = r.segment_id
     WHERE r.kind = 'retransmission' AND r.leg_id IN (SELECT leg_id FROM named)
),
chain AS MATERIALIZED (
    SELECT n.finding_id, n.id, n.seen_before, n.nth, min(a.segment_id) AS again_id
      FROM named n
      LEFT JOIN again a ON a.leg_id = n.leg_id AND a.segment_id > n.id AND a.off <= n.off
                       AND a.off + a.len > n.off
     WHERE n.nth <= :chain_max
     GROUP BY n.finding_id, n.id
),
arrived AS MATERIALIZED (
    SELECT c.*, (SELECT min(x.id) FROM segment x
                  WHERE x.id BETWEEN c.again_id AND c.again_id + :sighting_max
                    AND x.seen_before = c.again_id AND x.marks & 32 = 0) AS arrived_id
      FROM chain c
),
proof AS MATERIALIZED (
    SELECT finding_id, min(id) AS first_segment, max(coalesce(arrived_id, again_id, id)) AS last_segment,
           max(seen_before) IS NOT NULL AS is_forwarded,
           '[' || group_concat(json_array(seen_before, 'sent') || ',' || json_array(id, 'lost') || ','
                               || json_array(again_id, 'sent again') || ','
                               || json_array(arrived_id, 'came through')) || ']' AS evidence
      FROM arrived
     GROUP BY finding_id
),
-- Points whose capture has less than what passed: that something is absent there proves less.
lossy AS MATERIALIZED (
    SELECT DISTINCT detail ->> 'point' AS point
      FROM finding
     WHERE rule_id = 'capture-loss' AND severity <> 'info'
)
SELECT p.connection_id,
       p.leg_id,
       f.first_segment,
       f.last_segment,
       iif(p.is_sure, 'error', 'warning') AS severity,
       iif(y.point IS NULL, 1, 0.8) * iif(p.others = 0, 1, 0.9)
           * CASE iif(p.is_sure, p.place, 'unsure')
           WHEN 'unsure' THEN p.confidence
           WHEN 'machine' THEN iif(p.from_bytes = 0 AND f.is_forwarded, 0.95, 0.85)
           WHEN 'underlay' THEN iif(p.mtu IS NULL, 0.85, 0.95)
           ELSE 0.75
       END AS confidence,
       CASE p.place
           WHEN 'machine'
           THEN printf('The machine that puts packets into %s between %s and %s lost every super-frame '
                       || 'of GRO or GSO (%d, of %d bytes and more); all %d of up to %d bytes left it '
                       || 'in the tunnel: the kernel could not cut the large ones up again', p.encap,
                       p.from_point, p.to_point, p.lost, p.lost_min, p.passed, p.passed_max)
           WHEN 'underlay'
           THEN printf('The underlay between %s and %s takes no outer packet of %d bytes: %d left %s in '
                       || '%s and none came to %s; %d of up to %d bytes, %d with the tunnel, did',
                       p.from_point, p.to_point, p.lost_min + p.over, p.lost, p.from_point, p.encap,
                       p.to_point, p.passed, p.passed_max, p.passed_max + p.over)
           ELSE printf('Between %s and %s, where packets are put into %s, %d of %d bytes and more were '
                       || 'lost and %d of up to %d bytes came through: with %d bytes of headers %d '
                       || 'bytes become %d', p.from_point, p.to_point, p.encap, p.lost, p.lost_min,
                       p.passed, p.passed_max, p.over, p.lost_min, p.lost_min + p.over)
       END
       || iif(p.connections = 1, '', printf(' (%d connections)', p.connections)) AS summary,
       json_object(
           'cause', CASE p.place
                        WHEN 'machine' THEN 'the machine that encapsulates drops super-frames of GRO: it '
                                            || 'cannot cut them up inside the tunnel'
                        WHEN 'underlay' THEN 'a link under the tunnel has a smaller MTU than the outer '
                                             || 'packets need, and who drops them does not say so'
                        ELSE 'the tunnel makes packets too large for a link under it, or the machine '
                             || 'that encapsulates drops them'
                    END,
           'place', p.place,
           'from', p.from_point, 'to', p.to_point, 'encap', p.encap, 'overhead', p.over,
           'lost', p.lost, 'lost_min', p.lost_min, 'lost_min_outer', p.lost_min + p.over,
           'passed', p.passed, 'passed_max', p.passed_max, 'passed_max_outer', p.passed_max + p.over,
           'mtu', p.mtu, 'connections', p.connections,
           'what_if', CASE p.place
               WHEN 'machine' THEN json_array(
                   printf('GRO off where they come in: no segment above %d bytes, and all %d of up to '
                          || 'that size passed', p.passed_max, p.passed),
                   'a kernel with the fix: all of them cut up and sent',
                   'clamping the MSS: no help, since GRO joins smaller segments as well')
               ELSE json_array(
                   printf('an underlay with an MTU of %d: room for all of %d bytes', p.lost_max + p.over,
                          p.lost_max),
                   CASE
                       WHEN p.mtu IS NULL
                       THEN iif(p.passed_max < :least_mtu, NULL, printf('an MSS of %d: what such segments need is proven to pass',
                                   p.passed_max - p.headers))
                       ELSE printf('an MSS of %d (MTU %d less %d of the tunnel less %d of IP and TCP): '
                                   || 'full segments just fit, if %d is the MTU%s',
                                   p.mtu - p.over - p.headers, p.mtu, p.over, p.headers, p.mtu,
                                   iif(p.passed_max < :least_mtu, '',
                                       printf('; %d is proven to pass', p.passed_max - p.headers)))
                   END)
               END,
           'missing', json_array(
               iif(p.others = 0, NULL,
                   printf('%d other connections to the same addresses got such large ones through: by '
                          || 'another route, to another machine, or at another time? Compare ports and '
                          || 'times', p.others)),
               iif(y.point IS NULL, NULL,
                   p.to_point || ' missed packets (capture-loss): if it misses large ones rather than small '
                   || 'ones, nothing was lost'),
               iif(p.is_sure, NULL,
                   printf('only %d small segments with data passed after the first loss: that the way was '
                          || 'blocked for a time would look alike; `ping -M do -s SIZE` tells',
                          p.passed_after)),
               CASE p.place
                   WHEN 'machine' THEN
                       printf('a lost segment at %s or behind it would overturn it: none of %d is there',
                              p.to_point, p.lost)
                   WHEN 'underlay' THEN
                       printf('where between %s and %s: a capture on each link, or the counters of its '
                              || 'ports (`ethtool -S`, "giants", "oversize") tell', p.from_point, p.to_point)
                   ELSE printf('a capture at the egress, after encapsulation, tells whether the machine '
                               || 'or the underlay loses them')
               END,
               CASE p.place
                   WHEN 'machine' THEN 'that the kernel dropped them is not said by itself: `ip -s link show '
                                       || 'dev OUT` (TX dropped), or the tracepoint skb:kfree_skb'
                   ELSE printf('no size between %d and %d was sent, so that the exact edge is not known: '
                               || '`ping -M do -s SIZE` between the tunnel''s ends', p.passed_max,
                               p.lost_min)
               END)) AS detail,
       f.evidence
  FROM place p
  JOIN proof f ON f.finding_id = p.finding_id
  LEFT JOIN lossy y ON y.point = p.to_point
 ORDER BY f.first_segment, p.finding_id
