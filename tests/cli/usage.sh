#!/bin/sh
# The command line itself: help, and what is said when it is wrong.
. tests/cli/tap

run
check "no arguments: wrong usage" exits_with 2
check "no arguments: nothing on stdout" is_silent "$out"
check "no arguments: the usage on stderr" says "$err" 'analyze'

run no-such-command
check "unknown command: wrong usage" exits_with 2
run analyze -o steered "$(printf 'no\033[31m\nsuch\342\200\256.pcap')"
check "a missing file with a name that steers terminals: one line" complains_once 'no.+\[31m such'
check "… without what steers" says_not "$err" "$(printf '\033')|$(printf '\342\200\256')"
run no-such-command
check "unknown command: one line that names it" complains_once 'no-such-command'

run --no-such-option
check "unknown option: wrong usage" exits_with 2

run --help
check "--help: done" exits_with 0
check "--help: nothing on stderr" is_silent "$err"
for command in analyze rules report contrast extract plot regress; do
    check "--help: names $command" says "$out" "$command"
done

run --version
check "--version: done" exits_with 0
check "--version: the version" says "$out" "$(cat "$root/analyzer/VERSION")"

for command in analyze rules report contrast extract plot regress; do
    run "$command" --help
    check "$command --help: done" exits_with 0
    check "$command --help: its usage on stdout" says "$out" "tcpmortem $command"
    check "$command --help: nothing on stderr" is_silent "$err"

    cp "$out" usage
    run "$command" -h
    check "$command -h: the same" cmp usage "$out"

    run "$command" --no-such-option
    check "$command with an unknown option: wrong usage" exits_with 2
    check "$command with an unknown option: names it" says "$err" 'no-such-option'
done

for command in analyze report contrast extract plot regress; do
    run "$command"
    check "$command alone: wrong usage" exits_with 2
    check "$command alone: nothing on stdout" is_silent "$out"
done

"$make_capture" conversation good.pcap
run analyze good.pcap
check "analyze without -o: wrong usage" exits_with 2

run analyze -o out --max-plots many good.pcap
check "a number that is none: wrong usage" exits_with 2
check "a number that is none: names it" complains_once 'many'

run analyze -o out --fail-on terrible good.pcap
check "a severity that is none: wrong usage" exits_with 2
check "a severity that is none: names it" complains_once 'terrible'
check "wrong usage: nothing was made" absent out

finish
