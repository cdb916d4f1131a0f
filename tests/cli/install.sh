#!/bin/sh
# make install and uninstall, and the program where it was put.
. tests/cli/tap

make_here() {
    last="make $*"
    status=0
    (cd "$root" && ${MAKE:-make} --no-print-directory "$@") >"$out" 2>"$err" </dev/null || status=$?
}

san=
case $build in
*/san) san=SAN=1 ;;
esac

make_here install DESTDIR="$SCRATCH/stage" ${san:+"$san"}
check "install: done" exits_with 0
installed=$SCRATCH/stage/usr/local
check "install: the program" test -x "$installed/bin/tcpmortem"
check "install: the rules" diff -r -x '*.md' "$root/rules" "$installed/share/tcpmortem/rules"
check "install: the schema of report.json" diff "$root/analyzer/report/report.schema.json" \
    "$installed/share/tcpmortem/report.schema.json"

last="the installed program"
status=0
"$installed/bin/tcpmortem" rules list >"$out" 2>"$err" </dev/null || status=$?
check "installed: runs" exits_with 0
check "installed: finds its rules" says "$out" 'syn-retransmitted'
"$make_capture" unanswered silent.pcap
"$installed/bin/tcpmortem" analyze -o out silent.pcap >"$out" 2>"$err" </dev/null || status=$?
check "installed: analyses" exits_with 0
check "installed: and finds" case_has out/case.db 'SELECT count(*) > 0 FROM finding' 1

make_here uninstall DESTDIR="$SCRATCH/stage"
check "uninstall: done" exits_with 0
check "uninstall: leaves no file" test -z "$(find "$SCRATCH/stage" -type f)"

finish
