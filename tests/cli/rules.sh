#!/bin/sh
# Rules: listed, checked, run; the broken and the malicious.
. tests/cli/tap

"$make_capture" conversation good.pcap
"$make_capture" unanswered silent.pcap
run analyze -o out host=silent.pcap
cp out/case.db case.db

# --- list, check, run --------------------------------------------------------------------------

run rules list
check "list: done" exits_with 0
for rule in syn-retransmitted late-segment unexpected-rst ttl-anomaly; do
    check "list: $rule" says "$out" "^ *$rule\b"
done

run rules check
check "check: all rules are sound" exits_with 0

run rules run case.db
check "run: done" exits_with 0
check "run: the same findings again" case_has case.db \
    "SELECT count(*) FROM finding WHERE rule_id = 'syn-retransmitted'" 1

run rules run case.db --set syn-retransmitted.min_gap_us=9000000
check "run --set: done" exits_with 0
check "run --set: the parameter counts" case_has case.db \
    "SELECT count(*) FROM finding WHERE rule_id = 'syn-retransmitted'" 0
check "run --set: and is kept" case_has case.db \
    "SELECT json_extract(params, '\$.min_gap_us') FROM rule WHERE id = 'syn-retransmitted'" 9000000

run rules run case.db --set no-such-rule.x=1
check "run --set of an unknown rule: wrong usage" exits_with 2
run rules run case.db --set syn-retransmitted.no_such=1
check "run --set of an unknown parameter: wrong usage" exits_with 2
run rules run good.pcap
check "run on what is no case: cannot be read" exits_with 3
check "run on what is no case: one line that names it" complains_once 'good.pcap: '
run rules run missing.db
check "run on what is not there: cannot be read" exits_with 3
check "run on what is not there: not made" absent missing.db

# --- a rule from somebody else -------------------------------------------------------------------

mkdir mine
cp "$root"/rules/syn-retransmitted.sql mine/

try_rule() { # try_rule WHAT SELECT
    printf -- '-- title: A rule of our own\n-- severity: warning\n%s\n' "$2" >mine/ours.sql
    cp out/case.db try.db
    run rules run try.db --rules mine
}

refuses() { # refuses WHAT SELECT
    try_rule "$@"
    check "$1: a broken rule" exits_with 5
    check "$1: is named" says "$err" 'ours\.sql'
    check "$1: the others still run" case_has try.db \
        "SELECT count(*) FROM finding WHERE rule_id = 'syn-retransmitted'" 1
    check "$1: the case says so" case_has try.db \
        "SELECT count(*) FROM remark WHERE kind = 'broken-rule' AND text LIKE 'The rule ours is broken%ours.sql:%'" 1
    check "$1: the segments are untouched" case_has try.db 'SELECT count(*) FROM segment' 4
}

columns="NULL AS leg_id, 1 AS first_segment, 1 AS last_segment, 1.0 AS confidence,
    'x' AS summary, NULL AS detail, '[[1, \"y\"]]' AS evidence"

try_rule "a sound rule" "SELECT 1 AS connection_id, $columns;"
check "a sound rule: done" exits_with 0
check "a sound rule: its finding" case_has try.db \
    "SELECT count(*) FROM finding WHERE rule_id = 'ours'" 1

refuses "no SQL" "This is no SQL."
refuses "nothing at all" ""
refuses "an unknown column" "SELECT no_such, $columns FROM segment;"
refuses "too few columns" "SELECT 1 AS connection_id;"
refuses "two statements" "SELECT 1 AS connection_id, $columns; SELECT 2;"
refuses "a rule that deletes" "DELETE FROM segment;"
refuses "a rule that drops" "DROP TABLE segment;"
refuses "a rule that attaches" "ATTACH 'stolen.db' AS stolen;"
refuses "a rule that copies the case away" "VACUUM INTO 'stolen.db';"
refuses "a rule that sets a pragma" "PRAGMA writable_schema = 1;"
refuses "a rule that loads code" "SELECT load_extension('evil') AS connection_id, $columns;"
check "nothing was stolen" absent stolen.db

rm mine/ours.sql
cp out/case.db try.db
printf -- '-- title: Endless\n-- severity: warning\n%s\n' "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
    SELECT i + 1 FROM n) SELECT max(i) AS connection_id, $columns FROM n;" >mine/endless.sql
run rules run try.db --rules mine --rule-budget 1000000
check "an endless rule: is stopped" exits_with 5
check "an endless rule: is named" says "$err" 'endless'
check "an endless rule: the case says so, and once" case_has try.db \
    "SELECT group_concat(text) FROM remark WHERE kind = 'broken-rule'" \
    'The rule endless is broken and found nothing: endless.sql: the rule used up its budget of steps (--rule-budget)'
run report try.db -o reported
check "an endless rule: the report says so" says reported/report.md 'The rule endless is broken and found'
check "an endless rule: the verdict counts it" says reported/report.md '1 broken rule found nothing'
run rules run try.db
check "the sound rules after it: done" exits_with 0
check "the sound rules after it: none is broken" case_has try.db \
    "SELECT count(*) FROM remark WHERE kind = 'broken-rule'" 0

run rules check mine/syn-retransmitted.sql
check "check of a file: done" exits_with 0
run rules check mine/endless.sql --rule-budget 1000000
check "check of an endless rule: a broken rule" exits_with 5
printf -- '-- title: Broken\n-- severity: warning\nSELEKT 1;\n' >broken.sql
run rules check broken.sql
check "check of a broken file: a broken rule" exits_with 5
cat "$out" "$err" >both
check "check of a broken file: path, line and reason" says both 'broken\.sql:[0-9]+: '

# --- a diagnosis ----------------------------------------------------------------------------------

rm -f mine/*.sql
cp "$root"/rules/syn-retransmitted.sql mine/
mkdir mine/diagnoses
cat >mine/diagnoses/host-is-down.sql <<'EOF'
-- title:    The server does not answer
-- severity: error
SELECT f.connection_id, f.leg_id, min(e.segment_id) AS first_segment,
       max(e.segment_id) AS last_segment, f.confidence, 'From ' || f.rule_id AS summary,
       NULL AS detail, json_group_array(json_array(e.segment_id, 'from ' || e.role)) AS evidence
  FROM finding f
  JOIN evidence e ON e.finding_id = f.id
 GROUP BY f.id
 ORDER BY f.id
EOF
run rules list --rules mine
check "list: a diagnosis with its kind" says "$out" '^host-is-down  *error  *diagnosis '
run rules check --rules mine
check "check: a diagnosis is sound" exits_with 0
cp out/case.db try.db
run rules run try.db --rules mine
check "a diagnosis: done" exits_with 0
check "a diagnosis: drawn from a finding of this run" case_has try.db \
    "SELECT group_concat(summary) FROM finding WHERE rule_id = 'host-is-down'" 'From syn-retransmitted'
check "a diagnosis: its evidence is that of the finding" case_has try.db \
    "SELECT count(*) > 1 AND count(*) = 2 * count(DISTINCT segment_id) FROM evidence" 1
printf -- '-- title: Broken\n-- severity: error\nSELECT 1;\n' >mine/diagnoses/broken.sql
run rules run try.db --rules mine
check "a broken diagnosis: exits with 5" exits_with 5
check "a broken diagnosis: the case calls it one" case_has try.db \
    "SELECT text LIKE 'The diagnosis broken is broken%: broken.sql:3: a finding has no column%' FROM remark" 1

# --- --fail-on -------------------------------------------------------------------------------------

run analyze -o failing --fail-on warning host=silent.pcap
check "--fail-on with a finding: 1" exits_with 1
check "--fail-on with a finding: the report is there" exists failing/report.md
run analyze -o passing --fail-on warning host=good.pcap
check "--fail-on without: done" exits_with 0

run analyze -o with-broken --rules mine host=good.pcap --rule-budget 1000000
check "analyze with a broken rule" exits_with 5
check "analyze with a broken rule: the report is there" exists with-broken/report.md

finish
