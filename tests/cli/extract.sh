#!/bin/sh
# The packets of a finding or of a connection, taken out of the captures.
. tests/cli/tap

sample=$root/samples/docker-reset

# The rule, severity and confidence of each finding, in a stable order.
findings_of() {
    cut -d, -f2-4 "$1/findings.csv" | sort
}

same_findings() {
    findings_of "$1" >.findings.1
    findings_of "$2" >.findings.2
    [ "$(wc -l <.findings.1)" -gt 1 ] && diff .findings.1 .findings.2
}

# What the extract of finding 1 says of its frames is what the case says of the evidence.
lists_the_evidence() {
    "$ask_case" out/case.db "SELECT group_concat(f, ' ') FROM (SELECT segment_id || '=' ||
        (s.frame - c.first_frame + 1) AS f FROM evidence e JOIN segment s ON s.id = e.segment_id
        JOIN capture c ON s.frame >= c.first_frame AND s.frame < c.first_frame + c.packets
        WHERE e.finding_id = 1 ORDER BY s.id)" | tr ' ' '\n' >.want
    sed -e 1d -e 's/"//g' "$1" | awk -F, '{ print $8 "=" $5 }' >.have
    [ -s .have ] && diff .want .have
}

run analyze -o out --max-plots 0 container="$sample/container-eth0.pcap" \
    host="$sample/host-eth0.pcap"

# --- a finding ----------------------------------------------------------------------------

run extract out/case.db --finding 1 -o few.pcap
check "finding: done" exits_with 0
check "finding: it says where" says "$out" '^\./few\.pcap: 6 frames of host$'
check "finding: nothing on stderr" is_silent "$err"
check "finding: the list names the evidence and its frames" lists_the_evidence few.txt
check "finding: the times are those of the file" says few.txt \
    '"host-eth0\.pcap","6408","2026-11-20T23:30:20\.399018000Z"'
check "finding: headers only" [ "$(wc -c <few.pcap)" -eq $((24 + 6 * 16 + 4 * 66 + 2 * 54)) ]

run extract out/case.db --finding 1 --payload -o whole.pcap
check "payload: what was captured" [ "$(wc -c <whole.pcap)" -gt "$(wc -c <few.pcap)" ]

run extract out/case.db --finding 1 --context 2 -o more.pcap
check "context: segments around" says more.txt '"context"$'
check "context: not twice" [ "$(sort -u more.txt | wc -l)" -eq "$(wc -l <more.txt)" ]
# 5822 5823 [5824] 5825 [5826] 5827 5828, 6405 6406 [6407-6410] 6411 6412
check "context: two on each side" [ "$(grep -c context more.txt)" -eq 9 ]

run extract out/case.db --finding 99 -o none.pcap
check "no such finding: wrong usage" exits_with 2
check "no such finding: it says so" complains_once 'there is no finding 99'
check "no such finding: no file" absent none.txt

# --- a connection: the same conclusions from the headers alone ----------------------------

run extract out/case.db --connection 1 -o all.pcap
check "connection: a capture for each point" says "$out" '^\./all-container\.pcap: 6434 frames of container$'
run analyze -o again --max-plots 0 container=all-container.pcap host=all-host.pcap
check "connection: analysed again, the same findings" same_findings out again
check "connection: conntrack-invalid-reset among them" \
    says again/findings.csv '"error","conntrack-invalid-reset"'
run extract out/case.db --connection 1 -o all2.pcap
check "connection: the same bytes again" cmp all-host.pcap all2-host.pcap

# --- tunnels, ICMP errors and fragments ---------------------------------------------------

gue=$root/samples/tunnel-gue
run analyze -o gue --max-plots 0 --tunnel udp/5555=gue client="$gue/client.pcap" \
    director-in="$gue/director-in.pcap" director-out="$gue/director-out.pcap" \
    worker="$gue/worker.pcap"
run extract gue/case.db --connection 6 -o gue.pcap
check "tunnel: its port is known from the case" is_silent "$err"
run analyze -o gue2 --max-plots 0 --tunnel udp/5555=gue client=gue-client.pcap \
    director-in=gue-director-in.pcap director-out=gue-director-out.pcap worker=gue-worker.pcap
check "tunnel: legs in it are found again" case_has gue2/case.db \
    "SELECT count(*) > 0 FROM leg WHERE encap = 'gue'" 1

mtu=$root/samples/path-mtu-discovery
run analyze -o mtu --max-plots 0 client="$mtu/client.pcap" router-in="$mtu/router-in.pcap"
run extract mtu/case.db --connection 6 -o mtu.pcap
check "icmp: the errors are there" says mtu.txt '"","icmp"$'

"$make_capture" fragments pieces.pcap
run analyze -o pieces --max-plots 0 host=pieces.pcap
run extract pieces/case.db --connection 1 -o piece.pcap
check "fragments: all pieces" says piece.txt '"fragment"$'
run analyze -o pieces2 --max-plots 0 host=piece.pcap
check "fragments: put together again" case_has pieces2/case.db \
    "SELECT count(*) FROM segment WHERE marks & 8" 1

# --- captures that moved, changed or are gone ---------------------------------------------

mkdir old new
cp "$sample/container-eth0.pcap" "$sample/host-eth0.pcap" old/
run analyze -o moved --max-plots 0 container=old/container-eth0.pcap host=old/host-eth0.pcap
mv old/host-eth0.pcap new/renamed.pcap
run extract moved/case.db --finding 1 -o moved.pcap
check "gone: an input that cannot be read" exits_with 3
check "gone: it says which" complains_once 'old/host-eth0\.pcap: No such file'
run extract moved/case.db --finding 1 --captures new -o moved.pcap
check "moved and renamed: found by its hash" exits_with 0
check "moved and renamed: the same bytes" cmp moved.pcap few.pcap
mkdir empty
run extract moved/case.db --finding 1 --captures empty -o empty.pcap
check "not in the folder: it says so" complains_once 'no capture there is host-eth0\.pcap'
cp new/renamed.pcap old/host-eth0.pcap
printf x >>old/host-eth0.pcap
run extract moved/case.db --finding 1 -o changed.pcap
check "changed: refused" exits_with 3
check "changed: it says so" complains_once 'not the file that was analysed'
check "changed: no file" absent changed.pcap
run extract moved/case.db --finding 1 --force -o changed.pcap
check "changed, --force: taken" exits_with 0
check "changed, --force: a line" complains_once 'frames may be others'
head -c 100000 new/renamed.pcap >old/host-eth0.pcap
run extract moved/case.db --finding 1 --force -o short.pcap
check "shorter, --force: what is missing is told" says "$err" 'it has no frame 5824'

# --- a case that was tampered with --------------------------------------------------------

cp out/case.db strange.db
"$ask_case" -w strange.db "UPDATE leg SET point_id = 99999999"
run extract strange.db --finding 1 -o strange.pcap
check "a leg at no point: an input that cannot be read" exits_with 3
check "a leg at no point: it says so" complains_once 'it has no point 99999999'
check "a leg at no point: no file" absent strange.pcap

# --- usage and output ---------------------------------------------------------------------

run extract out/case.db -o none.pcap
check "neither finding nor connection: wrong usage" exits_with 2
run extract out/case.db --finding 1 --connection 1 -o none.pcap
check "both: wrong usage" exits_with 2
run extract out/case.db --finding 1
check "no output: wrong usage" exits_with 2
run extract few.pcap --finding 1 -o none.pcap
check "no case: an input that cannot be read" exits_with 3
run extract out/case.db --finding 1 -o missing/none.pcap
check "no folder: the output cannot be written" exits_with 4
(
    ulimit -f 1
    "$tcpmortem" extract out/case.db --connection 1 -o full.pcap >"$out" 2>"$err"
)
status=$?
check "disk full: the output cannot be written" exits_with 4
check "disk full: nothing is left" [ -z "$(find . -name '*full*')" ]

finish
