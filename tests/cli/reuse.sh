#!/bin/sh
# Rules about tuples that are used again and sockets that are left behind, on what the samples have not.
. tests/cli/tap

# found RULES EXPECTED: the findings of these rules (a quoted list) in out/case.db.
found() {
    case_has out/case.db "SELECT severity, rule_id, coalesce(connection_id, '') FROM finding
                           WHERE rule_id IN ($1) ORDER BY id" "$2"
}
nat="'nat-port-collision', 'conntrack-expiry'"
leak="'half-closed-socket', 'leaked-socket-collision'"

"$make_capture" -l sll sharing sharing.pcap
run analyze -o out any=sharing.pcap
check "a NAT that gives a port away within TIME-WAIT" found "$nat" 'notice|nat-port-collision|2'
rm -rf out

"$make_capture" -l sll expiring expiring.pcap
run analyze -o out any=expiring.pcap
check "a NAT that forgets a silent connection" found "$nat" 'error|conntrack-expiry|1'
rm -rf out
run analyze -o out --set conntrack-expiry.idle_s=500 any=expiring.pcap
check "a silence that is too short for that" found "$nat" ''
rm -rf out

"$make_capture" -l sll translating translating.pcap
run analyze -o out any=translating.pcap
check "a NAT that works" found "$nat" ''
rm -rf out

"$make_capture" leaking leak.pcap
run analyze -o out host=leak.pcap
check "a socket that is left for hours" found "$leak" \
    'notice|half-closed-socket|
warning|leaked-socket-collision|3'
check "its age, and what the collision cost" case_has out/case.db \
    "SELECT detail ->> 'silent_s_max', detail ->> 'half_closed', detail ->> 'used_again',
            detail ->> 'gap_ms', detail ->> 'connect_ms' FROM finding
      WHERE rule_id IN ($leak) ORDER BY rule_id" \
    '7200.008|2|1||
|||7|8.2'
rm -rf out

# The server's FIN is taken away and its data of 2.5 s is left: half-closed to the end, and lawful.
run analyze -o out --set half-closed-socket.age_s=1 --set half-closed-socket.long_s=1 \
    --filter 'not (src port 5432 and tcp[tcpflags] & tcp-fin != 0)' \
    host="$root/samples/healthy-half-close/host-eth0.pcap"
check "half-closed when the capture ends" case_has out/case.db \
    "SELECT count(*) FROM half_closed WHERE state = 'CLOSE-WAIT'" 1
check "data after the FIN of the other end" found "$leak" ''
rm -rf out

finish
