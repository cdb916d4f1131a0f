#!/bin/sh
# Pictures of every kind.
. tests/cli/tap

if ! command -v gnuplot >/dev/null 2>&1; then
    check "pictures # SKIP no gnuplot" true
    finish
fi

"$make_capture" unanswered silent.pcap
"$make_capture" conversation good.pcap
run analyze -o out --max-plots 0 host=silent.pcap,good.pcap
run plot out/case.db --connection 1 -o one.svg
check "plot: done" exits_with 0
check "plot: an SVG picture" says one.svg '<svg'
run plot out/case.db --connection 1 -o one.png
check "plot: a PNG picture" test "$(head -c 4 one.png | tail -c 3)" = PNG
run plot out/case.db --connection 99 -o none.svg
check "plot of an unknown connection: wrong usage or input" test "$status" -eq 2 -o "$status" -eq 3
check "plot of an unknown connection: no picture" absent none.svg

# FACTOR: the picture of a connection whose SYNs offer that window scale (octal), as scale-FACTOR.svg.
draw_scaled() {
    LC_ALL=C sed "s/\x03\x03\x07/\x03\x03\o$1/g" good.pcap >scaled.pcap
    run analyze -o "scaled-$1" --format html --max-plots 1 host=scaled.pcap
    run plot "scaled-$1/case.db" --connection 1 -o "scale-$1.svg"
}
draw_scaled 016
draw_scaled 310
check "a window scale of 200: done" exits_with 0
check "a window scale of 200: drawn as 14 (RFC 7323 2.3)" cmp scale-016.svg scale-310.svg
check "a window scale of 200: 14 in the graph" says scaled-310/report.html '"scale":\[14,14\]'

# KIND SAMPLE [OPTION…]: drawn, whole, with its axes and legend, and the same again.
is_well_formed() {
    if command -v xmllint >/dev/null 2>&1; then
        xmllint --nonet --noout "$1"
    else
        # gnuplot ends it with an empty line.
        head -n 1 "$1" | grep -q '^<?xml' && [ "$(tail -n 2 "$1")" = '</svg>' ]
    fi
}

draws() {
    kind=$1
    sample=$2
    words=$3
    shift 3
    if [ ! -e "$sample/case.db" ]; then
        # shellcheck disable=SC2046 # words are wanted
        run analyze -o "$sample" --max-plots 0 \
            $(cd "$root" && sh tests/case-arguments "samples/$sample" | sed "s|samples/|$root/samples/|g")
    fi
    run plot "$sample/case.db" --kind "$kind" -o "$kind.svg" "$@"
    check "$kind: done" exits_with 0
    check "$kind: silent" is_silent "$err"
    check "$kind: an SVG picture" is_well_formed "$kind.svg"
    check "$kind: says $words" says "$kind.svg" "$words"
    run plot "$sample/case.db" --kind "$kind" -o again.svg "$@"
    check "$kind: the same again" cmp "$kind.svg" again.svg
    run plot "$sample/case.db" --kind "$kind" -o "$kind.png" "$@"
    check "$kind: a PNG picture" test "$(head -c 4 "$kind.png" | tail -c 3)" = PNG
    run plot "$sample/case.db" --kind "$kind" -o again.png "$@"
    check "$kind: the same PNG again" cmp "$kind.png" again.png
}

draws sequence docker-reset 'bytes since ISN' --connection 1
draws zoom docker-reset 'around the evidence' --connection 1
draws ladder ttl-ecmp 'not recorded there' --connection 3
check "a ladder: the point where its SYN never came has a lane" says ladder.svg '>server/if2<'
check "… before which all four SYNs end" test "$(grep -o 'rgb(136,  34,  85)\|#882255' ladder.svg | wc -l)" -ge 4
check "… and what is said of the first has two lines" says ladder.svg 'seen at router-mid, …'
draws syn-series ttl-ecmp '5 of 18 connections: never answered'
draws ttl ttl-ecmp 'router-far'
draws delay docker-reset 'container to host' --connection 1
draws size tunnel-gue 'director-in to director-out'
draws flight docker-reset 'in flight' --connection 1 --from -0.3

run plot ttl-ecmp/case.db --kind ttl
check "plot: a name by default" exists ttl.png
run plot ttl-ecmp/case.db --kind pie
check "an unknown kind: wrong usage" exits_with 2
check "an unknown kind: is named" complains_once 'pie'
run plot docker-reset/case.db --kind flight
check "a kind of one connection: which?" exits_with 2
run plot docker-reset/case.db --kind ladder --connection 1 -o none.svg
check "too long for a ladder: wrong usage" exits_with 2
check "too long for a ladder: is said" complains_once 'too many segments'
# shellcheck disable=SC2046 # one argument a line, without blanks
(cd "$root" && exec "$tcpmortem" analyze --max-plots 0 -o "$SCRATCH/ttl-icmp" \
    $(sh tests/case-arguments samples/ttl-icmp)) >"$out" 2>"$err" </dev/null
check "the ladder of report.md ends there, too" says ttl-icmp/report.md '^ *c-xs: 0\.000000000 s: SYN 0,'
check "… and says why" says ttl-icmp/report.md '^ *Note over p[0-9]: .*ICMP time exceeded from 172\.30\.20\.2'
run plot ttl-icmp/case.db --kind ladder --connection 1 -o icmp.svg
check "a ladder has the ICMP error that came last" says icmp.svg 'ICMP time exceeded from 172\.30\.20\.2'
run plot docker-reset/case.db --kind ladder --connection 1 --from 0.9575 --to 0.9626 -o part.svg
check "a part of it has a ladder: done" exits_with 0
check "… with what is in that part" says part.svg '#6408, ttl 64'
check "… and nothing of before" says_not part.svg '#6400<'
for kind in sequence ladder ttl syn-series delay; do
    run plot ttl-ecmp/case.db --kind $kind --connection 3 --from 100 --to 200 -o none.svg
    check "$kind of a range beside the connection: wrong usage" exits_with 2
    check "$kind of a range beside the connection: is said" complains_once 'nothing'
done
check "and what there has to be" complains_once 'nothing there for a plot of delay: no data was acknowledged'
run plot docker-reset/case.db --kind size --connection 99 -o none.svg
check "a chart of an unknown connection: wrong usage" exits_with 2
check "no picture of what is not there" absent none.svg
run plot --help
for kind in sequence zoom ladder syn-series ttl delay size flight; do
    check "plot --help: names $kind" says "$out" "^  $kind "
done

# In a report: charts of the case where a rule asks for them, among --max-plots.
run report ttl-ecmp/case.db -o few --format md --max-plots 3
check "few pictures: a chart of the case" exists few/plots/syn-series.png
check "few pictures: no second one" absent few/plots/ttl.png
check "few pictures: connections, too" exists few/plots/connection-3.png
run report ttl-ecmp/case.db -o few --format md
check "the report: shows the chart" says few/report.md 'plots/ttl\.png'
run report ttl-ecmp/case.db -o few --format md --max-plots 0
check "no pictures: none is left" test -z "$(ls few/plots)"
run report docker-reset/case.db -o other --format md
check "a chart no rule asks for: not there" absent other/plots/ttl.png
run analyze -o closed --format md "host=$root/samples/zero-window/host-eth0.pcap"
check "a closed window: bytes in flight of that connection" exists closed/plots/connection-1-flight.svg
run report ttl-ecmp/case.db -o closed --format md
check "a chart of an earlier report: not left" absent closed/plots/connection-1-flight.svg

finish
