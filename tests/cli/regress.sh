#!/bin/sh
# The samples against their expected findings, and the machinery that compares them.
. tests/cli/tap

last="tcpmortem regress samples"
status=0
(cd "$root" && exec "$tcpmortem" regress samples --junit "$SCRATCH/junit.xml") \
    >"$out" 2>"$err" </dev/null || status=$?
check "every sample as expected" exits_with 0
check "every sample: is in the JUnit file" test "$(grep -c '<testcase' junit.xml)" -eq \
    "$(find "$root/samples" -name case.conf | wc -l)"

# --- a sample of our own --------------------------------------------------------------------------

mkdir -p mine/silent
"$make_capture" unanswered mine/silent/host.pcap
echo 'host = host.pcap' >mine/silent/case.conf

run regress mine
check "no expectation yet: differs" exits_with 1
run regress mine --update
check "--update: done" exits_with 0
check "--update: writes the expectation" says mine/silent/expected.csv 'syn-retransmitted'
cp mine/silent/expected.csv kept.csv
run regress mine
check "as expected: done" exits_with 0
check "as expected: the expectation is untouched" diff kept.csv mine/silent/expected.csv

sed 's/syn-retransmitted/something-else/' kept.csv >mine/silent/expected.csv
run regress mine --junit junit.xml
check "not as expected: differs" exits_with 1
check "not as expected: what is missing" says "$out" '^-.*something-else'
check "not as expected: what is new" says "$out" '^\+.*syn-retransmitted'
check "not as expected: a failure for CI" says junit.xml '<failure'
check "not as expected: the expectation is untouched" says mine/silent/expected.csv 'something-else'

echo 'tunnel = udp/5555=rope' >>mine/silent/case.conf
run regress mine
check "a tunnel that there is not: fails" exits_with 1
check "a tunnel that there is not: names the line" says "$out" "case\.conf:2: .*rope"

run regress no-such-folder
check "no such folder: cannot be read" exits_with 3
mkdir none
run regress none
check "no sample at all is no success" test "$status" -ne 0

finish
