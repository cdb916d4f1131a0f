#!/bin/sh
# The tools of the benchmark do what the table of `make bench` rests on. No time is asserted.
. tests/cli/tap
generate=$root/$build/tests/bench/generate

# make_trace KIND SEGMENTS NAME: $legs is what the generator says.
make_trace() {
    last="generate $*"
    status=0
    legs=$("$generate" "$1" "$2" . "$3" 2>"$err") || status=$?
}

make_trace short 15000 short
check "a trace of many connections is made" exits_with 0
make_trace short 15000 again
check "the same arguments, the same bytes" cmp short.pcap again.pcap
run analyze --max-plots 0 --format csv -o short short.pcap
check "it has as many segments as asked for" case_has short/case.db \
    "SELECT count(*) FROM segment" 15000
check "most connections are whole" case_has short/case.db \
    "SELECT sum(outcome = 'closed') * 2 > count(*) AND count(*) > 1500 FROM connection" 1
check "of no more than 1000 at one time" case_has short/case.db \
    "SELECT max(n) BETWEEN 900 AND 1000 FROM (SELECT sum(by) OVER (ORDER BY at, by) AS n FROM
     (SELECT first_ns AS at, 1 AS by FROM connection UNION ALL SELECT last_ns, -1 FROM connection))" 1
check "what was lost is sent again" case_has short/case.db \
    "SELECT count(*) > 0 FROM event WHERE kind IN ('retransmission', 'syn-retransmission')" 1
check "the generator counts legs" test "$legs" -gt 1000

make_trace long 20000 long
check "a trace of few connections is made" exits_with 0
run analyze --max-plots 0 --format csv -o long long.pcap
check "all are opened and closed" case_has long/case.db \
    "SELECT count(*) || ' ' || sum(outcome = 'closed') FROM connection" '8 8'
check "what is lost is sent again once" case_has long/case.db \
    "SELECT count(*) BETWEEN 1 AND 30 FROM event WHERE kind = 'retransmission'" 1

make_trace nat 15000 nat
run analyze --max-plots 0 --format csv -o nat inside=nat.pcap outside=nat-outside.pcap
check "both sides of the NAT are one connection" case_has nat/case.db \
    "SELECT sum(legs = 2) * 100 > count(*) * 98 FROM connection" 1

last=floor
status=0
"$root/$build/tests/bench/floor" took long/case.db floor.db 2>"$err" || status=$?
check "the floor inserts" exits_with 0
check "as many rows" case_has floor.db "SELECT count(*) FROM segment" 20000
check "of the same content" case_has floor.db \
    "ATTACH 'long/case.db' AS c; SELECT count(*) FROM (SELECT * FROM segment EXCEPT SELECT * FROM c.segment)" 0
last=survey
status=0
"$root/$build/tests/bench/survey" took long.pcap 2>"$err" || status=$?
check "pass 1 can be timed alone" exits_with 0
last=measure
status=0
"$root/$build/tests/bench/measure" took sh -c 'exit 7' 2>"$err" || status=$?
check "a run that is measured keeps its exit status" exits_with 7
check "each leaves a line of seconds, CPU and kB" test \
    "$(grep -Ec '^[0-9]+\.[0-9]+ [0-9]+\.[0-9]+ [0-9]+$' took)" = 3

# Runs that took what the test says: three of each, out of order.
for run in '3 4' '1 3' '2 9'; do
    # shellcheck disable=SC2086 # two numbers
    set -- $run
    echo "long 1000 8 1 tcpmortem $1 1 1024" >>runs
    echo "long 1000 8 1 floor $2 1 0" >>runs
    echo "long 1000 8 1 floor $2 $2 0" >>idle
done
last=table.awk
status=0
awk -f "$root/tests/bench/table.awk" runs >"$out" 2>"$err" || status=$?
check "the table is made" exits_with 0
check "from the fastest and the middle run" says "$out" '^long +1000 +tcpmortem +1\.000 +2\.000'
check "a quotient is of the fastest, then of the medians" says "$out" \
    '^long: end to end, of the floor +0\.33x +0\.50x +at most +1\.60x +met'
check "a busy machine is named" says "$out" 'had a CPU for 33 %'
check "what is missing is not compared" says_not "$out" 'tshark|tcptrace|nat'
awk -f "$root/tests/bench/table.awk" idle >"$out" 2>"$err"
check "an idle one is not" says_not "$out" busy

finish
