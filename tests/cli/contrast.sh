#!/bin/sh
# What sets the connections that failed apart from those that worked.
. tests/cli/tap

first_value() { # the first line of the table
    sed -n '/^failed .* what$/{n;p;}' "$1"
}

# --- twelve fail, and all of them have another TTL ----------------------------------------------

"$make_capture" crowd crowd.pcap
run analyze -o crowd host=crowd.pcap
run contrast crowd/case.db
check "done" exits_with 0
check "says nothing on stderr" is_silent "$err"
check "how many failed and worked" says "$out" '^12 connections failed, 12 worked\. 1 value sets them apart\.'
first_value "$out" >first
check "the TTL is first" says first 'ttl = 42$'
check "with its counts, lift, p and what Holm makes of it" \
    says first '^12 of 12 +0 of 12 +2\.00 +3\.7e-07 +3\.0e-06 '
check "two SYNs side by side: the TTL differs" says "$out" '^  time to live +42 +64 +<-- differs$'
check "and nothing else that is not each connection's own" \
    [ "$(grep -c -- '<-- differs' "$out")" -eq 1 ]
check "each connection has a port of its own" \
    says "$out" '^  source port +40100 +4000[0-9] +other in each connection$'
check "options by name" says "$out" '^  mss +1460 +1460$'
check "bytes: the TTL in both" says "$out" '^  IP  00  .* 2a 06 .*\|.* 40 06 '
check "which packets these are" says "$out" '^failed: connection 2, host#4$'
check "the report says so too" says crowd/report.md '^\| ttl = 42 \| 12 of 12 \| 0 of 12 \| 2\.00 '
check "the page says so too" says crowd/report.html "What sets them apart"
check "the report shows the SYNs" says crowd/report.md '^  time to live +42 +64 +<-- differs$'
cp "$out" once
run contrast crowd/case.db
check "the same output again" cmp "$out" once

run contrast crowd/case.db --failed unanswered
check "--failed OUTCOME" says "$out" '^12 connections failed, 12 worked\.'
run contrast crowd/case.db --failed established
check "--failed OUTCOME: what failed otherwise is left out" \
    says "$out" '^No connection worked: there is nothing to compare in 24 connections\.$'
run contrast crowd/case.db --failed late-segment
check "--failed RULE that found nothing: one line" \
    says "$out" '^No connection failed: there is nothing to compare in 24 connections\.$'
check "--failed RULE that found nothing: done" exits_with 0
run contrast crowd/case.db --all
check "--all: what is more frequent among those that worked, too" says "$out" '^0 of 12 .* ttl = 64$'

# --- too few for a proof: still the first -------------------------------------------------------

# shellcheck disable=SC2046 # arguments
run analyze -o ecmp $(cd "$root" && sh tests/case-arguments samples/ttl-ecmp | sed "s|samples/|$root/samples/|g")
run contrast ecmp/case.db
first_value "$out" >first
check "5 of 18: the TTL is first" says first '^5 of 5 +7 of 13 .* - +ttl = 42$'
check "5 of 18: which proves nothing" says "$out" 'No value sets them apart beyond chance'
check "5 of 18: the SYNs" says "$out" '^  time to live +42 +64 +<-- differs$'
check "5 of 18: nothing of it in the report" says_not ecmp/report.md 'What sets them apart'

# Here all that failed share what the one that worked has as well, which sets nothing apart.
# shellcheck disable=SC2046 # arguments
run analyze -o story $(cd "$root" && sh tests/case-arguments samples/ttl-story | sed "s|samples/|$root/samples/|g")
run contrast story/case.db
first_value "$out" >first
check "3 of 4: the TTL is first" says first '^2 of 3 +0 of 1 .* - +ttl = 42$'
check "3 of 4: the SYNs differ in it" says "$out" '^  time to live +42 +64 +<-- differs$'

# shellcheck disable=SC2046 # arguments
run analyze -o abort $(cd "$root" && sh tests/case-arguments samples/healthy-abort | sed "s|samples/|$root/samples/|g")
check "healthy traffic: nothing of it in the report" says_not abort/report.md 'What sets them apart'

# --- nothing failed, nothing worked -----------------------------------------------------------

"$make_capture" conversation good.pcap
run analyze -o good host=good.pcap
run contrast good/case.db
check "nothing failed: done" exits_with 0
check "nothing failed: one line" [ "$(wc -l <"$out")" -eq 1 ]
check "nothing failed: which says so" says "$out" '^No connection failed: .* 1 connection\.$'
check "nothing failed: nothing of it in the report" says_not good/report.md 'What sets them apart'
"$make_capture" unanswered silent.pcap
run analyze -o silent host=silent.pcap
run contrast silent/case.db
check "nothing worked: one line" says "$out" '^No connection worked: .* 1 connection\.$'
"$make_capture" empty empty.pcap
run analyze -o empty host=empty.pcap
run contrast empty/case.db
check "an empty case: done" exits_with 0
check "an empty case: one line" says "$out" '^No connection failed: .* 0 connections\.$'

# --- wrong usage -----------------------------------------------------------------------------------

run contrast --help
check "--help" says "$out" '^Usage: tcpmortem contrast '
run contrast
check "without a case: wrong usage" exits_with 2
run contrast crowd/case.db --failed no-such
check "--failed of neither rule nor outcome: wrong usage" exits_with 2
check "--failed of neither: one line" complains_once 'no-such: neither a rule'
run contrast good.pcap
check "no case: cannot be read" exits_with 3

finish
