#!/bin/sh
# Reports and extracts that tell no addresses and no names.
. tests/cli/tap

printf '0123456789abcdefFEDCBA9876543210' >key
printf 'another key of thirty-two bytes.' >other-key

# The rule, severity and confidence of each finding, in a stable order.
findings_of() {
    sed 's/^"[0-9]*",//' "$1/findings.csv" | cut -d, -f1-3 | sort
}

same_findings() {
    findings_of "$1" >.findings.1
    findings_of "$2" >.findings.2
    [ "$(wc -l <.findings.1)" -gt 1 ] && diff .findings.1 .findings.2
}

# The verdict of the report, without the names and numbers of ends and points.
verdict_of() {
    grep -m 1 '^\*\*' "$1/report.md" | sed -E 's/[0-9a-f.:]+:[0-9]+/END/g; s/(secret|point)-[a-z0-9]+/POINT/g'
}

same_verdict() {
    verdict_of "$1" >.verdict.1
    verdict_of "$2" >.verdict.2
    [ -s .verdict.1 ] && diff .verdict.1 .verdict.2
}

# The files below a folder, a line each: the name, and the bytes in hexadecimal.
dump() {
    find "$1" -type f | sort | while read -r file; do
        printf '%s: ' "$file"
        od -An -v -tx1 "$file" | tr -d ' \n'
        echo
    done >".dump-$1"
    [ -s ".dump-$1" ]
}

# No file below the folder has the text in its content or in its name, whatever the case of letters.
nowhere() {
    ! grep -raiF -- "$2" "$1" && ! find "$1" | grep -iF -- "$2"
}

# No file below the folder that was dumped has the bytes, which are in hexadecimal.
no_bytes() {
    ! grep -F -- "$2" ".dump-$1" | cut -d: -f1 | grep .
}

# The pattern that no_bytes() looks for is in that file: else it would prove nothing.
has_bytes() {
    od -An -v -tx1 "$1" | tr -d ' \n' | grep -qF -- "$2"
}

# macs_of FILE OFFSET: two MAC addresses at an offset of a file.
macs_of() {
    od -An -v -tx1 "-j$2" -N12 "$1" | tr -d ' \n' | sed 's/^.\{12\}/& /'
}

# All addresses that a case has in its columns.
addresses_of() {
    "$ask_case" "$1" "SELECT group_concat(a, ' ') FROM (SELECT client_addr AS a FROM leg
        UNION SELECT server_addr FROM leg UNION SELECT client_addr FROM connection
        UNION SELECT server_addr FROM connection UNION SELECT src FROM icmp)"
}

# The bytes of those that are in the headers of SYNs, in hexadecimal.
address_bytes_of() {
    "$ask_case" "$1" "SELECT group_concat(lower(a), ' ') FROM (
        SELECT hex(substr(ip_header, 13, 4)) AS a FROM syn WHERE hex(ip_header) GLOB '4*'
        UNION SELECT hex(substr(ip_header, 17, 4)) FROM syn WHERE hex(ip_header) GLOB '4*'
        UNION SELECT hex(substr(ip_header, 9, 16)) FROM syn WHERE hex(ip_header) GLOB '6*'
        UNION SELECT hex(substr(ip_header, 25, 16)) FROM syn WHERE hex(ip_header) GLOB '6*')"
}

# hides FOLDER CASE: nothing below the folder has an address of the case, as text, as bytes or as
# their hexadecimal digits.
hides() {
    check "$1: was written" dump "$1"
    for secret in $(addresses_of "$2"); do
        check "$1: nowhere $secret" nowhere "$1" "$secret"
    done
    for secret in $(address_bytes_of "$2"); do
        check "$1: nowhere the bytes $secret" no_bytes "$1" "$secret"
        check "$1: nowhere the digits $secret" nowhere "$1" "$secret"
        check "$1: but in the original: $secret" has_bytes "$2" "$secret"
    done
}

tuples_of() {
    "$ask_case" "$1" "SELECT group_concat(t, ' ') FROM (SELECT DISTINCT client_addr || '#' ||
        client_port || '>' || server_addr || '#' || server_port AS t FROM leg ORDER BY 1)"
}

same_tuples() {
    tuples_of "$1" >.tuples.1
    tuples_of "$2" >.tuples.2
    diff .tuples.1 .tuples.2
}

# --- two points and a NAT -----------------------------------------------------------------

sample=$root/samples/docker-reset
mkdir secret-folder
cp "$sample/container-eth0.pcap" secret-folder/secret-one.pcap
cp "$sample/host-eth0.pcap" secret-folder/secret-two.pcap

analyze() {
    run analyze --max-plots 1 --format csv,md,html,json "$@" \
        secret-inside=secret-folder/secret-one.pcap secret-outside=secret-folder/secret-two.pcap
}

analyze -o plain
analyze -o hidden --anonymize=key
check "analyze: done" exits_with 0
check "analyze: the same findings" same_findings plain hidden
check "analyze: the case says what it is" case_has hidden/case.db \
    "SELECT value FROM meta WHERE key = 'anonymized'" yes
run report plain/case.db --anonymize=key --max-plots 1 --format csv,md,html,json -o reported
check "report: done" exits_with 0
check "report: the same bytes as analyze" same_folder hidden reported
run extract plain/case.db --connection 1 --anonymize=key -o extracted.pcap
mkdir extract
mv extracted* extract/
check "extract: done" exits_with 0
check "extract: names of files and points" says extract/extracted.txt \
    '^"extracted-point-1\.pcap","1","point-1","file-1\.pcap","1",'

for folder in hidden extract; do # `reported` is as `hidden`
    hides $folder plain/case.db
    for text in secret 52217 64836; do
        check "$folder: nowhere $text" nowhere $folder $text
        check "$folder: but in the original: $text" eval "! nowhere plain $text"
    done
    for file in secret-one secret-two; do
        for mac in $(macs_of secret-folder/$file.pcap 40); do
            check "$folder: nowhere the MAC address $mac" no_bytes $folder "$mac"
        done
    done
    check "$folder: nothing of the payload" nowhere $folder lab-data
done
check "all is there: csv md html json svg png" \
    eval '[ "$(find hidden -type f | sed "s/.*\.//" | sort -u | tr "\n" " ")" = "csv db html json md png svg " ]'
check "analyze: the same verdict" same_verdict plain hidden
check "the server's port stays" case_has hidden/case.db "SELECT DISTINCT server_port FROM leg" 8443

run analyze -o again --max-plots 0 a=extract/extracted-point-1.pcap b=extract/extracted-point-2.pcap
check "extract: analysed again, the same findings" same_findings plain again
check "extract: the same tuples as in the report" same_tuples hidden/case.db again/case.db

# --- keys ---------------------------------------------------------------------------------

analyze -o hidden2 --anonymize=key
check "one key: the same bytes" same_folder hidden hidden2
analyze -o other --anonymize=other-key
check "another key: other tuples" eval '! same_tuples hidden/case.db other/case.db'
analyze -o random1 --anonymize
check "no key: done" exits_with 0
analyze -o random2 --anonymize
check "no key: each time another" eval '! same_tuples random1/case.db random2/case.db'
check "no key: the same findings" same_findings plain random2
printf 'too short' >short-key
analyze -o bad --anonymize=short-key
check "a key of another size: cannot be read" exits_with 3
check "a key of another size: it says so" complains_once 'short-key: a key is a file of 32 bytes'
check "a key of another size: no case" eval '[ -z "$(ls bad)" ]'
analyze -o bad --anonymize=no-such-key
check "no such key: cannot be read" exits_with 3

# --- usage --------------------------------------------------------------------------------

run report plain/case.db --anonymize=key
check "report without -o: wrong usage" exits_with 2
run report plain/case.db --anonymize=key -o plain
check "report onto itself: wrong usage" exits_with 2
check "report onto itself: it says so" complains_once 'would replace this case'
run extract plain/case.db --finding 1 --anonymize=key --payload -o none.pcap
check "extract with payload: wrong usage" exits_with 2

# --- the parameters of the rules ----------------------------------------------------------

analyze -o set --set late-segment.evidence_max=7
run report set/case.db --anonymize=key -o set-hidden --max-plots 0
check "rules run with what they were set to" case_has set-hidden/case.db \
    "SELECT params FROM rule WHERE id = 'late-segment'" \
    "$("$ask_case" set/case.db "SELECT params FROM rule WHERE id = 'late-segment'")"

# --- what somebody wrote into a file ------------------------------------------------------

"$make_capture" -f pcapng conversation secret-note.pcapng
# A section that has only a comment.
printf '\012\015\015\012\100\0\0\0\115\074\053\032\1\0\0\0\377\377\377\377\377\377\377\377' \
    >>secret-note.pcapng
printf '\1\0\032\0secret comment of 10.0.0.1\0\0\0\0\0\0\100\0\0\0' >>secret-note.pcapng
run analyze -o note --max-plots 0 secret-note.pcapng
check "comment: it is in the original" case_has note/case.db "SELECT text FROM comment" \
    "secret comment of 10.0.0.1"
run analyze -o note-hidden --max-plots 0 --format csv,md,html,json --anonymize=key secret-note.pcapng
hides note-hidden note/case.db
check "comment: nowhere in what is hidden" nowhere note-hidden secret
check "comment: nor the MAC address" no_bytes note-hidden 020000000001

# --- tunnels, IPv6, ICMP errors -----------------------------------------------------------

# hidden_sample NAME CONNECTION: analyses a sample, then what is extracted of it.
hidden_sample() {
    (cd "$root" && sh tests/case-arguments "samples/$1") |
        sed "s,samples/,$root/samples/,g" >.arguments
    # shellcheck disable=SC2046 # names have no blanks there
    run analyze -o "$1" --max-plots 0 $(cat .arguments)
    run report "$1/case.db" --anonymize=key -o "$1-hidden" --max-plots 0 --format csv,md,html,json
    check "$1: the same findings" same_findings "$1" "$1-hidden"
    mkdir "$1-extract"
    run extract "$1/case.db" --connection "$2" --anonymize=key -o "$1-extract/x.pcap"
    check "$1: extract says nothing on stderr" is_silent "$err"
    hides "$1-hidden" "$1/case.db"
    hides "$1-extract" "$1/case.db"
}

hidden_sample tunnel-vxlan 6
# The tunnel's ends are in no column, nor are the addresses of the frame inside.
for bytes in ac136c01 ac136c02 $(macs_of "$root/samples/tunnel-vxlan/director-out.pcap" 90); do
    check "tunnel-vxlan: the original has $bytes" \
        has_bytes "$root/samples/tunnel-vxlan/director-out.pcap" "$bytes"
    check "tunnel-vxlan: nowhere the bytes $bytes" no_bytes tunnel-vxlan-extract "$bytes"
    check "tunnel-vxlan: nor in the case: $bytes" no_bytes tunnel-vxlan-hidden "$bytes"
done
hidden_sample tunnel-gue 6
check "tunnel-gue: the tunnel is found again" has_bytes tunnel-gue-extract/x-point-3.pcap 15b3
hidden_sample ttl-ipv6 1
hidden_sample ttl-icmp 1
# The roles of evidence are words of rules, and name points.
mkdir ttl-icmp-roles
for id in $("$ask_case" ttl-icmp/case.db "SELECT group_concat(id, ' ') FROM finding"); do
    run extract ttl-icmp/case.db --finding "$id" --anonymize=key -o "ttl-icmp-roles/$id.pcap"
done
hides ttl-icmp-roles ttl-icmp/case.db
check "ttl-icmp: a role names a point" eval 'grep -q "at point-[0-9]" ttl-icmp-roles/*.txt'
check "ttl-icmp: but not as it is called" nowhere ttl-icmp-roles router
check "ttl-icmp: the errors are there" says ttl-icmp-extract/x.txt '"icmp"$'

finish
