#!/bin/sh
# What can be read, what cannot, and what is said of it.
. tests/cli/tap

"$make_capture" conversation good.pcap

# --- not to be read at all -------------------------------------------------------------------

cannot_read() { # cannot_read WHAT FILE
    run analyze -o out "$2"
    check "$1: cannot be read" exits_with 3
    check "$1: one line that names it" complains_once "$2: "
    check "$1: nothing on stdout" is_silent "$out"
    check "$1: no case" absent out/case.db
    rm -rf out
}

cannot_read "missing file" missing.pcap
mkdir folder
cannot_read "folder" folder
: >nothing.pcap
cannot_read "file of 0 bytes" nothing.pcap
echo 'This is a text about captures, and none itself.' >text.pcap
cannot_read "not a capture" text.pcap
head -c 10 good.pcap >header-cut.pcap
cannot_read "file that ends in its header" header-cut.pcap
head -c 4 good.pcap >magic-only.pcap
cannot_read "file of four bytes" magic-only.pcap

run analyze -o out good.pcap missing.pcap
check "one of two missing: cannot be read" exits_with 3
check "one of two missing: names it" complains_once 'missing.pcap: '
check "one of two missing: no case" absent out/case.db
rm -rf out

# --- nothing to say about them ---------------------------------------------------------------

"$make_capture" empty empty.pcap
run analyze -o out empty.pcap
check "no packets: done" exits_with 0
check "no packets: says so" says "$err" 'empty.pcap: .*no packets'
check "no packets: an empty case" case_has out/case.db 'SELECT count(*) FROM segment' 0
check "no packets: a report" exists out/report.md
rm -rf out

"$make_capture" no-tcp other.pcap
run analyze -o out other.pcap
check "no TCP: done" exits_with 0
check "no TCP: says so" says "$err" 'other.pcap: none of its 4 packets is TCP'
check "no TCP: packets are counted" case_has out/case.db 'SELECT packets, segments FROM capture' '4|0'
check "no TCP: by reason" case_has out/case.db \
    "SELECT group_concat(reason || ' ' || packets, ', ') FROM (SELECT * FROM skipped ORDER BY reason)" \
    'not IP 1, not TCP 3'
rm -rf out

"$cut_capture" 40 good.pcap cut.pcap
run analyze -o out cut.pcap
check "cut before TCP: done" exits_with 0
check "cut before TCP: says so" says "$err" 'cut.pcap: none of its 10 packets .* 10 are cut before it'
rm -rf out

# --- whatever the format ---------------------------------------------------------------------

run analyze -o reference good.pcap
check "pcap: done" exits_with 0
check "pcap: nothing on stderr" is_silent "$err"
check "pcap: every segment" case_has reference/case.db 'SELECT count(*) FROM segment' 10
check "pcap: the time" case_has reference/case.db \
    'SELECT min(ts_ns), max(ts_ns) - min(ts_ns) FROM segment' '1700000000000000000|40200000'
check "pcap: one connection, closed" case_has reference/case.db \
    "SELECT client_addr, client_port, server_addr, server_port, outcome, legs FROM connection" \
    '10.0.0.1|40000|10.0.0.2|80|closed|1'
check "pcap: bytes of both" case_has reference/case.db \
    'SELECT bytes_client, bytes_server FROM leg' '100|1000'
check "pcap: called after the file" case_has reference/case.db 'SELECT name FROM point' 'good'

segments='SELECT ts_ns, leg_id, dir, frame, seq, off, ack_off, len, flags, win, ttl, tsval, marks FROM segment ORDER BY id'
"$ask_case" reference/case.db "$segments" >reference.rows

reads_the_same() { # reads_the_same WHAT FILE
    run analyze -o out "$2"
    check "$1: done" exits_with 0
    "$ask_case" out/case.db "$segments" >rows 2>&1
    check "$1: the same segments" diff reference.rows rows
    rm -rf out
}

for format in pcap-ns pcap-swapped pcapng pcapng-swapped; do
    "$make_capture" -f $format conversation good.$format
    reads_the_same $format good.$format
done
for link in sll sll2 raw null; do
    "$make_capture" -l $link conversation good.$link
    reads_the_same "link type $link" good.$link
done
for packing in gzip zstd lz4; do
    "$make_capture" -z $packing conversation packed.pcap # the name does not say it
    reads_the_same "pcap in $packing" packed.pcap
    "$make_capture" -f pcapng -z $packing conversation packed.pcapng
    reads_the_same "pcapng in $packing" packed.pcapng
done
last="tcpmortem analyze -o out - <good.pcap"
status=0
"$tcpmortem" analyze -o out host=- <good.pcap >"$out" 2>"$err" || status=$?
check "stdin: done" exits_with 0
"$ask_case" out/case.db "$segments" >rows 2>&1
check "stdin: the same segments" diff reference.rows rows
rm -rf out

# --- cut or damaged part-way -----------------------------------------------------------------

size=$(wc -c <good.pcap)
head -c $((size - 5)) good.pcap >cut.pcap
run analyze -o out cut.pcap
check "cut in the last frame: done" exits_with 0
check "cut in the last frame: says after which" complains_once 'cut.pcap: .*\b9\b'
check "cut in the last frame: the earlier are kept" case_has out/case.db \
    'SELECT count(*) FROM segment' 9
check "cut in the last frame: capture.status" case_has out/case.db \
    'SELECT status, packets, message IS NOT NULL FROM capture' 'truncated|9|1'
check "cut in the last frame: the report says it" says out/report.md 'cut.pcap'
rm -rf out

run analyze --strict -o out cut.pcap
check "cut, --strict: cannot be read" exits_with 3
check "cut, --strict: names it" says "$err" 'cut.pcap: '
rm -rf out

run analyze --strict -o out good.pcap
check "whole, --strict: done" exits_with 0
rm -rf out

# The length of the third record becomes 4 GB: 24 bytes of header, then 16 before each frame.
{
    head -c $((24 + 16 + 74 + 16 + 74 + 8)) good.pcap
    printf '\377\377\377\377'
    tail -c +$((24 + 16 + 74 + 16 + 74 + 8 + 5)) good.pcap
} >damaged.pcap
run analyze -o out damaged.pcap
check "damaged record: done" exits_with 0
check "damaged record: says after which" complains_once 'damaged.pcap: .*\b[23]\b'
check "damaged record: the earlier are kept" case_has out/case.db 'SELECT count(*) FROM segment' 2
check "damaged record: capture.status" case_has out/case.db \
    "SELECT status IN ('damaged', 'truncated') FROM capture" 1
rm -rf out

# In pcapng it is told where. The second packet's block begins at 0x44 + 0x6c, its length 4 later.
{
    head -c $((0x44 + 0x6c + 4)) good.pcapng
    printf '\3'
    tail -c +$((0x44 + 0x6c + 4 + 1 + 1)) good.pcapng
} >damaged.pcapng
run analyze -o out damaged.pcapng
check "damaged block: done" exits_with 0
check "damaged block: says where" complains_once 'damaged.pcapng: damaged after frame 1: at offset 0xb0: '
check "damaged block: the earlier are kept" case_has out/case.db 'SELECT count(*) FROM segment' 1
check "damaged block: capture.status" case_has out/case.db \
    "SELECT status, message FROM capture" \
    'damaged|after frame 1: at offset 0xb0: a block of 3 bytes, no multiple of 4'
rm -rf out

"$make_capture" -z gzip conversation whole.gz
head -c $(($(wc -c <whole.gz) - 9)) whole.gz >cut.gz
run analyze -o out cut.gz
check "cut gzip: done" exits_with 0
check "cut gzip: says so" complains_once 'cut.gz: truncated after frame .*: gzip: the data end too early'
check "cut gzip: capture.status" case_has out/case.db 'SELECT status FROM capture' truncated
rm -rf out

# Every length from the end of the header to the whole file.
bad=
for length in $(seq 24 7 "$size"); do
    head -c "$length" good.pcap >part.pcap
    run analyze -o out part.pcap
    exits_with 0 || bad="$bad $length"
    rm -rf out
done
check "cut at every length: done" test -z "$bad"

# --- one point, many files; many points --------------------------------------------------------

"$make_capture" unanswered later.pcap
run analyze -o out host=good.pcap,later.pcap
check "two files of a point: done" exits_with 0
check "two files of a point: one point" case_has out/case.db \
    'SELECT count(*), min(name) FROM point' '1|host'
check "two files of a point: all segments" case_has out/case.db 'SELECT count(*) FROM segment' 14
rm -rf out

run analyze -o out a=good.pcap b=good.pcap
check "the same at two points: done" exits_with 0
check "the same at two points: one connection, two legs" case_has out/case.db \
    'SELECT count(*), sum(legs) FROM connection' '1|2'
rm -rf out

finish
