#!/bin/sh
# What one point records several times is one segment: no retransmission, and not lost anywhere.
. tests/cli/tap

events="SELECT coalesce(group_concat(kind || ' ' || n, ', '), 'none')
          FROM (SELECT kind, count(*) AS n FROM event GROUP BY kind ORDER BY kind)"
sightings="SELECT count(*), sum(marks & 32 > 0), count(seen_before) FROM segment"

"$make_capture" conversation good.pcap
run analyze -o out host=good.pcap
check "once: events" case_has out/case.db "$events" 'fin 2'
check "once: sightings" case_has out/case.db "$sightings" '10|0|0'
rm -rf out

run analyze -o out host=good.pcap,good.pcap
check "the same file twice: events" case_has out/case.db "$events" 'fin 2'
check "the same file twice: sightings" case_has out/case.db "$sightings" '20|10|10'
check "the same file twice: all are counted" case_has out/case.db \
    'SELECT segments_client, sightings_client, bytes_server, sightings_server, syns, sightings_syns,
            synacks, sightings_synacks, fins_client, sightings_fins_client FROM leg' \
    '12|6|2000|4|2|1|2|1|2|1'
check "the same file twice: each names the first" case_has out/case.db \
    'SELECT count(*) FROM segment s JOIN segment f ON f.id = s.seen_before
      WHERE s.marks & 32 AND f.marks = 0 AND f.seq = s.seq AND f.dir = s.dir AND f.len = s.len' 10
rm -rf out

"$make_capture" -l sll translating any.pcap
run analyze -o out any.pcap
check "-i any with NAT: one connection" case_has out/case.db \
    "SELECT group_concat(client_addr || ' ' || nat, ', ') FROM leg WHERE connection_id = 1" \
    '10.0.0.1 none, 192.0.2.1 snat'
check "-i any with NAT: events" case_has out/case.db "$events" none
check "-i any with NAT: sightings" case_has out/case.db "$sightings" '15|5|10'
check "-i any with NAT: no findings" case_has out/case.db 'SELECT count(*) FROM finding' 0
rm -rf out

finish
