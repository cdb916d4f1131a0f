#!/bin/sh
# conntrack's verdicts: what the kernel's own log named (conntrack.txt of a sample: how many it counted, then frames
# of the host's capture with the reason), no packet more and none less; and what is asked for.
. tests/cli/tap

# As in conntrack.txt. What the machine sent itself is counted and not logged.
named="SELECT 'counted ' || count(*) FROM event WHERE kind = 'ct-invalid'
       UNION ALL
       SELECT * FROM (SELECT (s.frame - k.first_frame + 1) || ' ' || c.reason
         FROM event e JOIN segment s ON s.id = e.segment_id
         JOIN conntrack c ON c.segment_id = s.id AND c.kernel = '5.10'
         JOIN capture k ON s.frame BETWEEN k.first_frame AND k.first_frame + k.packets - 1
        WHERE e.kind = 'ct-invalid' AND c.reason <> 'no-entry' ORDER BY s.id)"

for expected in "$root"/samples/*/conntrack.txt; do
    folder=$(dirname "$expected")
    sample=$(basename "$folder")
    run analyze -o alone --max-plots 0 --conntrack host "host=$folder/host-eth0.pcap"
    "$ask_case" alone/case.db "$named" >alone.txt
    check "$sample: the host's capture alone" diff "$expected" alone.txt

    # The options of SYNs end behind byte 74: scale and SACK have to be told from what follows.
    "$cut_capture" 68 "$folder/host-eth0.pcap" cut.pcap
    run analyze -o cut --max-plots 0 --conntrack host host=cut.pcap
    "$ask_case" cut/case.db "$named" >cut.txt
    check "$sample: with a snaplen of 68" diff "$expected" cut.txt

    # shellcheck disable=SC2046 # one argument a line, without blanks
    (cd "$root" && exec "$tcpmortem" analyze -o "$SCRATCH/whole" --max-plots 0 \
        $(sh tests/case-arguments "samples/$sample")) >"$out" 2>"$err" </dev/null || status=$?
    last="tcpmortem analyze, $sample"
    "$ask_case" whole/case.db "$named" >whole.txt
    check "$sample: all captures, by default" diff "$expected" whole.txt
    check "$sample: nowhere but on the host" case_has whole/case.db \
        "SELECT group_concat(DISTINCT p.name) FROM conntrack c JOIN leg l ON l.id = c.leg_id
           JOIN point p ON p.id = l.point_id" host
done

host=$root/samples/docker-reset/host-eth0.pcap
late="FROM conntrack c JOIN segment s ON s.id = c.segment_id WHERE s.frame = 6407"

run analyze -o out --max-plots 0 "host=$host"
check "no NAT is seen, nobody asks" case_has out/case.db "SELECT count(*) FROM conntrack" 0

run analyze -o out --max-plots 0 --conntrack host=6.18.3 "host=$host"
check "every kernel is asked" case_has out/case.db \
    "SELECT group_concat(kernel || '=' || verdict) FROM (SELECT kernel, verdict $late ORDER BY kernel)" \
    "5.10=invalid,5.10,be_liberal=accept,6.1=ignore"
check "with bound and margin" case_has out/case.db \
    "SELECT count(DISTINCT bound) || ' ' || count(DISTINCT margin) || ' ' ||
            min((c.bound - s.seq - s.len) & 0xffffffff = c.margin) $late" "1 1 1"
check "the event is the chosen kernel's" case_has out/case.db \
    "SELECT kind || ' ' || a || ' ' || (b = (SELECT max(margin) $late)) FROM event e
      WHERE segment_id IN (SELECT segment_id $late) AND kind LIKE 'ct-%'" "ct-ignored 8 1"
check "and 6.1 would have let it live" case_has out/case.db \
    "SELECT count(*) FROM event WHERE kind = 'ct-invalid' AND a = 8" 0

run analyze -o out --max-plots 0 --conntrack host=5.10,be_liberal "host=$host"
check "be_liberal lets the late ones pass, but not the RST" case_has out/case.db \
    "SELECT group_concat(DISTINCT a) FROM (SELECT a FROM event WHERE kind = 'ct-invalid' ORDER BY a)" "2,6"

run analyze -o out --max-plots 0 --conntrack host=6.1,loose=0,timeout_close=3 "host=$host"
check "a configuration of one's own is a fourth" case_has out/case.db \
    "SELECT count(DISTINCT kernel) FROM conntrack" 4

run analyze -o out --conntrack router "host=$host"
check "a point that is not there" exits_with 2
check "  says so" complains_once "--conntrack router"
check "  leaves nothing" absent out/case.db.part
for wrong in host=new host= host=5.10,liberal host=5.10,loose=x; do
    run analyze -o out --conntrack "$wrong" "host=$host"
    check "--conntrack $wrong" exits_with 2
    check "  says why" complains_once "--conntrack $wrong"
done

finish
