#!/bin/sh
# Reports and pictures from a case that is there already.
. tests/cli/tap

"$make_capture" unanswered silent.pcap
"$make_capture" conversation good.pcap
run analyze -o out host=silent.pcap,good.pcap
mkdir again
cp out/case.db again/case.db

run report again/case.db
check "report: done" exits_with 0
for file in findings.csv connections.csv report.md report.html; do
    check "report: the same $file as analyze" diff out/$file again/$file
done

mkdir csv
cp out/case.db csv/
run report csv/case.db --format csv
check "report --format csv: done" exits_with 0
check "report --format csv: tables" exists csv/findings.csv
check "report --format csv: and nothing else" absent csv/report.md

run report out/case.db --format csv,papyrus
check "an unknown format: wrong usage" exits_with 2
check "an unknown format: is named" complains_once 'papyrus'

run report missing.db
check "a case that is not there: cannot be read" exits_with 3
check "a case that is not there: is named" complains_once 'missing.db: '
run report good.pcap
check "a file that is no case: cannot be read" exits_with 3

# The tables: RFC 4180, a head, one row for each finding and connection.
check "connections.csv: a head and a row for each" test "$(wc -l <out/connections.csv)" -eq \
    $((1 + $("$ask_case" out/case.db 'SELECT count(*) FROM connection')))
check "findings.csv: a head and a row for each" test "$(wc -l <out/findings.csv)" -eq \
    $((1 + $("$ask_case" out/case.db 'SELECT count(*) FROM finding')))
check "connections.csv: the client" says out/connections.csv '10\.0\.0\.1'

# What is no warning may be what a person looks for all the same.
run analyze -o refused --max-plots 0 "$root/samples/healthy-refused/host-eth0.pcap"
check "nothing unusual, but it says that connections failed" says refused/report.md \
    '^\*\*Nothing unusual was found in 3 connections, though all of them were refused\.\*\*$'

# A rule that finds very much does not hide the others.
mkdir many
cp "$root/rules/connect-timeout.sql" many/
cat >many/each-segment.sql <<'END'
-- title:     A segment
-- severity:  error
-- explain:   There is one.
-- remedy:    none
-- reference: none
SELECT l.connection_id, l.id AS leg_id, s.id AS first_segment, s.id AS last_segment, 1.0 AS confidence,
       'a segment' AS summary, '{}' AS detail, json_array(json_array(s.id, 'it')) AS evidence
  FROM segment s JOIN leg l ON l.id = s.leg_id JOIN (VALUES (1), (2))
END
"$make_capture" crowd crowd.pcap
run analyze -o crowd --max-plots 0 --rules many crowd.pcap
check "a rule that finds much: it could be run" exits_with 0
check "a rule that finds much: ten of it" eval '[ "$(grep -c "^|.* a segment | *$" crowd/report.md)" -eq 10 ]'
check "a rule that finds much: and the other one" says crowd/report.md '^\| 1 \| info \| `connect-timeout` '
check "a rule that finds much: how many are left out" says crowd/report.md '^86 more in \[findings\.csv\]'
check "failed connections: counted by outcome" says crowd/report.md '^12 unanswered\.$'

# The command can be typed again, whatever the files are called.
odd=$(printf "new\nline.pcap")
cp silent.pcap "$odd"
cp silent.pcap "back\`tick.pcap"
run analyze -o odd --max-plots 0 "one=$odd" "two=back\`tick.pcap"
check "the command: quotes that bring both names back" says odd/report.md \
    "^tcpmortem analyze -o odd --max-plots 0 \\$'one=new\\\\012line\.pcap' \\$'two=back\\\\140tick\.pcap'\$"

# Both points have each segment at the same time: the path says which was first.
"$make_capture" conversation one.pcap
run analyze -o same --max-plots 0 --path two,one one=one.pcap two=one.pcap
check "delays: one way" says same/report.md '^\| `two` \| `one` \| client to server \| 6 \| 0 ns '
check "delays: and the other" says same/report.md '^\| `one` \| `two` \| server to client \| 4 \| 0 ns '
check "delays: no other row" eval '[ "$(grep -c "to \(client\|server\) |" same/report.md)" -eq 2 ]'

# A ladder of many points: a SYN is followed to the last of them.
run analyze -o points --max-plots 0 p1=silent.pcap p2=silent.pcap p3=silent.pcap p4=silent.pcap \
    p5=silent.pcap p6=silent.pcap p7=silent.pcap p8=silent.pcap
check "a ladder of eight points: all SYNs" eval '[ "$(grep -c "s: SYN 0, p1#" points/report.md)" -eq 4 ]'
check "… at all of them" eval '[ "$(grep -c "s: SYN 0, p1#.* p8#" points/report.md)" -eq 4 ]'

# Without TCP there is nothing to judge.
"$make_capture" no-tcp no-tcp.pcap
run analyze -o no-tcp --max-plots 0 no-tcp.pcap
check "no TCP: the verdict says so" says no-tcp/report.md '^\*\*There is no TCP connection: nothing was judged\.\*\*$'

# A file's name is a stranger's text: the point is called after it.
cp silent.pcap '@SUM(A1).pcap'
run analyze -o formula --format csv '@SUM(A1).pcap'
check "connections.csv: no formula" says formula/connections.csv "\"'@SUM\(A1\)\""
check "findings.csv: no formula" says formula/findings.csv "\"'@SUM\(A1\)\""

finish
