#!/bin/sh
# What is written, and that it is there whole or not at all.
. tests/cli/tap

"$make_capture" conversation good.pcap
"$make_capture" unanswered silent.pcap

no_more_than_a_report() { # no_more_than_a_report FOLDER
    # shellcheck disable=SC2010 # the names are ours
    ! ls -A "$1" | grep -Ev '^(case\.db|findings\.csv|connections\.csv|report\.md|report\.html|plots)$'
}

# --- the files of an output folder -------------------------------------------------------------

run analyze -o out host=silent.pcap
check "analyze: done" exits_with 0
for file in case.db findings.csv connections.csv report.md; do
    check "analyze: writes $file" exists out/$file
done
check "analyze: says on stdout what it found" says "$out" 'SYN'
check "analyze: and how many connections failed" says "$out" 'in 1 connection \(1 failed\), [0-9]+ segments at 1 point'
check "analyze: the verdict is not said twice" says "$out" ': the verdict above \(connection 1\)'
check "analyze: what to do about it" says "$out" '^What to do: [A-Z]'
check "analyze: in whole sentences" says "$out" '^What to do: .*\.( …)?$'
check "analyze: and where the report is" says "$out" '^Report: out/report\.md, out/report\.html$'
check "analyze: nothing on stdout that steers a terminal" says_not "$out" "$(printf '[\001-\011\013-\037]')"
check "analyze: a finding" case_has out/case.db \
    "SELECT count(*) > 0 FROM finding WHERE rule_id = 'syn-retransmitted'" 1
check "analyze: with its evidence" case_has out/case.db \
    "SELECT count(*) >= 2 FROM evidence JOIN finding ON finding_id = finding.id
      WHERE rule_id = 'syn-retransmitted'" 1
check "analyze: a sound database" case_has out/case.db 'PRAGMA integrity_check' ok
check "analyze: every reference leads somewhere" case_has out/case.db 'PRAGMA foreign_key_check' ''
check "analyze: its application id" case_has out/case.db 'PRAGMA application_id' "$((0x5443504d))"
check "analyze: nothing temporary is left" no_more_than_a_report out

check "report.md: what its command needs elsewhere" says out/report.md 'In another folder put the paths of your copies'
check "report.md: packets that two findings share are there once" test \
    "$(grep -c '^[0-9:.]* host#1 ' out/report.md)" -eq 1
check "… and the other one says where" says out/report.md '^\*\*The packets of the first one\*\* are among those of finding [0-9]+, above\.$'
run analyze -o tables --format csv host=silent.pcap
check "analyze --format csv: no report is named that is not there" says "$out" '^Report: tables/findings\.csv, tables/connections\.csv$'

# --- the same input, the same bytes -------------------------------------------------------------

mkdir here there
cp ./*.pcap here
cp ./*.pcap there
cd here || exit 1
run analyze -o out host=silent.pcap,good.pcap
check "one run: done" exits_with 0
cd ../there || exit 1
last="tcpmortem analyze in another place, time zone and language"
status=0
TZ=Asia/Kolkata LC_ALL=C.UTF-8 LANG=de_DE.UTF-8 COLUMNS=20 \
    "$tcpmortem" analyze -o out host=silent.pcap,good.pcap >../there.out 2>"$err" </dev/null || status=$?
cd .. || exit 1
check "another run: done" exits_with 0
check "two runs: the same bytes in every file" same_folder here/out there/out
check "two runs: the same on stdout" diff "$out" there.out
cp -R here/out before
cd here || exit 1
run analyze -o out host=silent.pcap,good.pcap
cd .. || exit 1
check "again into the same folder: done" exits_with 0
check "again into the same folder: the same bytes" same_folder here/out before

run analyze -o here/out host=good.pcap
check "another incident into the same folder: takes its place" case_has here/out/case.db \
    'SELECT count(*) FROM segment' 10

# --- not to be written ---------------------------------------------------------------------------

echo 'keep me' >file
run analyze -o file good.pcap
check "output is a file: cannot be written" exits_with 4
check "output is a file: one line that names it" complains_once 'file'
check "output is a file: left as it was" says file 'keep me'

run analyze -o file/folder good.pcap
check "output below a file: cannot be written" exits_with 4
check "output below a file: one line that names it" complains_once 'file/folder'

if [ "$(id -u)" -ne 0 ]; then
    mkdir -m 555 locked
    run analyze -o locked/out good.pcap
    check "output in a locked folder: cannot be written" exits_with 4
fi

# A full disk, by a limit on the size of files: 8 kB.
last="tcpmortem analyze with a full disk"
status=0
(
    ulimit -f 16
    trap '' XFSZ
    exec "$tcpmortem" analyze -o full good.pcap
) >"$out" 2>"$err" </dev/null || status=$?
check "disk full: cannot be written" exits_with 4
check "disk full: one line about it" complains_once 'full'
check "disk full: no case" absent full/case.db
check "disk full: nothing temporary is left" no_more_than_a_report full

# The same when most of the rows are still to come: the thread that stores them has to tell the one
# that reads. 80,000 segments, 1 MB.
{
    head -c 24 good.pcap
    tail -c +25 good.pcap >body
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
        cat body body >twice && mv twice body
    done
    cat body && rm body
} >long.pcap
last="tcpmortem analyze with a disk that is full half-way"
status=0
(
    ulimit -f 2048
    trap '' XFSZ
    exec "$tcpmortem" analyze -o half good=long.pcap
) >"$out" 2>"$err" </dev/null || status=$?
check "disk full half-way: cannot be written" exits_with 4
check "disk full half-way: one line about it" complains_once 'case.db.part: .*(full|too large)'
check "disk full half-way: no case" absent half/case.db
check "disk full half-way: nothing temporary is left" no_more_than_a_report half
run analyze -o half good=long.pcap
check "disk full half-way: with room for it it is done" exits_with 0

# --- interrupted -----------------------------------------------------------------------------------

# Reads from a pipe that stays open, until it is told to stop.
mkfifo pipe
sleep 60 >pipe &
writer=$!
"$tcpmortem" analyze -o stopped host=- <pipe >"$out" 2>"$err" &
reader=$!
sleep 1
kill -TERM "$reader"
last="tcpmortem analyze, then SIGTERM"
status=0
wait "$reader" || status=$?
kill "$writer" 2>/dev/null
check "SIGTERM: ends with 143" exits_with 143
check "SIGTERM: no case" absent stopped/case.db
check "SIGTERM: nothing temporary is left" test ! -d stopped -o -z "$(ls -A stopped 2>/dev/null)"

# --- names that mean something to somebody ---------------------------------------------------------

# To a spreadsheet, to HTML and Markdown, to SQL, to the shell.
name="=1+1|<b>x'\"; \$(touch pwned) \`id\`"
cp silent.pcap "$name.pcap"
run analyze -o hostile "./$name.pcap"
check "hostile file name: done" exits_with 0
check "hostile file name: as it is in the case" case_has hostile/case.db \
    'SELECT path FROM capture' "./$name.pcap"
awk '/^```/ { code = !code } !code { gsub(/`[^`]*`/, ""); print }' hostile/report.md >prose
check "hostile file name: HTML in the report is code or escaped" says_not prose '<b>x'
check "hostile file name: and is there" says prose '&lt;b&gt;x'
check "hostile file name: no formula in the tables" says_not hostile/findings.csv '(^|,)"?='
check "hostile file name: nothing was run" absent pwned

finish
