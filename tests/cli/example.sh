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

finish
