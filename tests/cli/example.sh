#!/bin/sh
# The example report is what the program writes today; only its command names another folder.
. tests/cli/tap

(cd "$root" && sh tests/case-arguments samples/docker-reset) >arguments
last="tcpmortem analyze -o example $(cat arguments)"
status=0
# shellcheck disable=SC2046 # one argument a line, without blanks
(cd "$root" && exec "$tcpmortem" analyze -o "$SCRATCH/example" $(cat "$SCRATCH/arguments")) \
    >"$out" 2>"$err" </dev/null || status=$?
check "the example can be made" exits_with 0

grep -v '^tcpmortem analyze ' "$root/reports/example/report.md" >kept.md
grep -v '^tcpmortem analyze ' example/report.md >today.md
check "the example report is up to date" diff kept.md today.md

# The page also has in it what gnuplot and dygraphs of this machine make: only its words can be compared.
verdict='s/.*<p class="verdict[^>]*>\([^<]*\)<.*/\1/p'
sed -n "$verdict" "$root/reports/example/report.html" >kept.txt
sed -n "$verdict" example/report.html >today.txt
check "the example page has today's verdict" eval '[ -s today.txt ] && diff kept.txt today.txt'

finish
