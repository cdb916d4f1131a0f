#!/bin/sh
# The life of connections in the case: states, openings, what a tuple's former connection did.
. tests/cli/tap

"$make_capture" leaking leak.pcap
run analyze -o out host=leak.pcap
check "states" case_has out/case.db \
    "SELECT id, opening, syn_answer, state_client, state_server,
            state_ns_client / 1000 - 1700000000000000, state_ns_server / 1000 - 1700000000000000
       FROM leg ORDER BY id" \
    '1|handshake|syn-ack|FIN-WAIT-2|CLOSE-WAIT|1100|1100
2|handshake|syn-ack|FIN-WAIT-2|CLOSE-WAIT|2100|2100
3|handshake|challenge-ack|ESTABLISHED|ESTABLISHED|7200008200|7200008200
4|none|icmp|SYN-SENT|unknown|7200009000|'
check "an answer by ICMP" case_has out/case.db \
    'SELECT id, syn_icmp_type, syn_icmp_code FROM leg WHERE syn_icmp_type IS NOT NULL' '4|3|10'
check "outcomes: a RST to the old socket resets nothing" case_has out/case.db \
    "SELECT group_concat(outcome || coalesce(' after ' || reuse_of, ''), ', ') FROM connection" \
    'half-closed, half-closed, established after 1, unanswered'
check "the tuple used again, after hours" case_has out/case.db \
    "SELECT segment_id, leg_id, kind, a, b, cause, decided_by FROM event
      WHERE kind IN ('tuple-reuse', 'challenge-ack', 'syn-swallowed') ORDER BY id" \
    '11|3|tuple-reuse|1|7199998900000|close-wait|fin-acknowledged
12|3|syn-swallowed|1|7199999000000|close-wait|old-numbers
12|3|challenge-ack|11|100000|syn|old-numbers'
check "the ledger of half-closed ends" case_has out/case.db \
    "SELECT leg_id, dir, addr, port, peer_addr, peer_port, state, age_ns / 1000, reused_by,
            reuse_segment, last_segment
       FROM half_closed ORDER BY leg_id, dir" \
    '1|0|10.0.0.1|40000|10.0.0.2|80|FIN-WAIT-2|7199998900|3|11|8
1|1|10.0.0.2|80|10.0.0.1|40000|CLOSE-WAIT|7199998900|3|11|8
2|0|10.0.0.1|40001|10.0.0.2|80|FIN-WAIT-2|7200007900|||10
2|1|10.0.0.2|80|10.0.0.1|40001|CLOSE-WAIT|7200007900|||10'
rm -rf out

finish
