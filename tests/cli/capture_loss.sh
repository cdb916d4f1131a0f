#!/bin/sh
# What a capture missed, and what the diagnoses that stand on its gaps make of it.
. tests/cli/tap

folder=$root/samples/docker-reset
# reset FILTER: the download that the host reset, without what the filter takes out.
reset() {
    rm -rf out
    run analyze -o out --max-plots 0 --filter "$1" \
        "container=$folder/container-eth0.pcap" "host=$folder/host-eth0.pcap"
}
sure="SELECT confidence, detail ->> '\$.missing[0]' LIKE '% missed packets %' FROM finding
       WHERE rule_id = 'conntrack-invalid-reset'"
lossy="SELECT detail ->> 'point' FROM finding WHERE rule_id = 'capture-loss' AND severity = 'notice'"

reset tcp
check "all packets: nothing of it" case_has out/case.db "$lossy" ''
check "all packets: the diagnosis is sure" case_has out/case.db "$sure" '0.97|0'
# One of sixteen that the container got is not in its capture.
reset 'not (dst net 172.16.0.0/12 and ip[4:2] & 15 = 3)'
check "one point missed packets" case_has out/case.db "$lossy" container
check "what was not seen there: less sure, and says why" case_has out/case.db "$sure" '0.85|1'

finish
