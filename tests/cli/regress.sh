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

# --- several at one time ------------------------------------------------------------------------

mkdir -p many
for name in a b c d e; do
    cp -r mine/silent many/$name
done
cp kept.csv many/b/expected.csv
rm many/d/host.pcap
run regress many --jobs 1
check "--jobs 1: what differs" exits_with 1
cp "$out" one
cp "$err" one-err
run regress many --jobs 4
check "--jobs 4: the same exit status" exits_with 1
check "--jobs 4: the same output" cmp one "$out"
check "--jobs 4: the same messages" cmp one-err "$err"
check "--jobs 4: one that fails is no end" says "$out" '^FAILED  d: .*host\.pcap'
check "--jobs 4: all are told" says "$out" '^5 samples, 4 differ$'
run regress many --jobs 4 --update
check "--jobs --update: writes" cmp kept.csv many/a/expected.csv
run regress many --timings --junit junit.xml
check "--timings: seconds" says "$out" '^ok +[0-9]+\.[0-9]{3} s  a$'
check "--junit: seconds" says junit.xml 'name="a" time="[0-9]+\.[0-9]{3}"/>'
run regress many --junit -
check "--junit -: stdout is the XML, and nothing else" says "$out" '^<\?xml'
check "--junit -: nothing stands before it" [ "$(head -c 5 "$out")" = '<?xml' ]
check "--junit -: nothing stands behind it" [ "$(tail -n 1 "$out")" = '</testsuite>' ]
check "--junit -: the rest is on stderr" says "$err" '^5 samples, '
check "--junit -: no file has that name" [ ! -e ./- ]
run regress many --junit no-such-folder/junit.xml
check "--junit: a file that can't be written" exits_with 4
run regress many --jobs 0
check "--jobs 0: wrong usage" exits_with 2

# --- the options of analyze in case.conf ------------------------------------------------------------

cp -r mine/silent many/f
echo 'filter = udp' >>many/f/case.conf
run regress --update many/f
check "filter: done" exits_with 0
check "filter: nothing is left to find" [ "$(wc -l <many/f/expected.csv)" -eq 1 ]
printf 'host = host.pcap\nfilter = not an expression\n' >many/f/case.conf
run regress many/f
check "a filter that is none: names the line" says "$out" 'case\.conf:2: '
printf 'host = host.pcap\npath = host,router\n' >many/f/case.conf
run regress many/f
check "path: of a point that there is not" says "$out" '^FAILED .*router'
printf 'host = host.pcap\nconntrack = host=nonsense\n' >many/f/case.conf
run regress many/f
check "conntrack: of a kernel that there is not" says "$out" 'case\.conf:2: .*nonsense'

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
