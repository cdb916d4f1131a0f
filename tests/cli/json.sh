#!/bin/sh
# report.json: what its schema promises, and the whole case in it.
. tests/cli/tap

schema=$root/analyzer/report/report.schema.json

valid() {
    "$check_json" "$schema" "$1"
}

# Another opinion, where somebody has installed one.
python_valid() {
    python3 - "$schema" "$1" <<'END'
import json, sys, jsonschema
schema, report = (json.load(open(path)) for path in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.validate(report, schema, jsonschema.Draft202012Validator)
END
}

# A value in the report, by its path in SQLite's words.
json_has() {
    case_has :memory: "SELECT json_extract(CAST('$(sed "s/'/''/g" "$1")' AS TEXT), '$2')" "$3"
}

"$make_capture" unanswered silent.pcap
"$make_capture" conversation good.pcap
run analyze -o usual --max-plots 0 host=silent.pcap,good.pcap
check "report.json: not without being asked for" absent usual/report.json
run analyze -o out --format json host=silent.pcap,good.pcap
check "report.json: done" exits_with 0
check "report.json: as its schema says" valid out/report.json
check "report.json: no other file" absent out/report.md
check "report.json: all connections" json_has out/report.json '$.counts.connections' \
    "$("$ask_case" out/case.db 'SELECT count(*) FROM connection')"
check "report.json: a finding's evidence by its frame" json_has out/report.json \
    '$.findings[0].evidence[0].frame' "$("$ask_case" out/case.db \
    'SELECT s.frame - c.first_frame + 1 FROM finding f JOIN evidence e ON e.finding_id = f.id
     JOIN segment s ON s.id = e.segment_id JOIN capture c ON s.frame >= c.first_frame
     AND s.frame < c.first_frame + c.packets ORDER BY f.severity, e.segment_id LIMIT 1')"
check "report.json: whole nanoseconds" json_has out/report.json '$.connections[0].first_ns' \
    "$("$ask_case" out/case.db 'SELECT first_ns FROM connection WHERE id = 1')"

# The check itself can fail.
sed 's/"severity":"warning"/"severity":"awful"/' out/report.json >wrong.json
check "the schema: not every word is a severity" sh -c '! "$0" "$@"' "$check_json" "$schema" wrong.json
sed 's/"sha256":/"sha":/' out/report.json >wrong.json
check "the schema: nothing is missing or unknown" sh -c '! "$0" "$@"' "$check_json" "$schema" wrong.json

# A name that is not UTF-8 does not spoil the file.
odd=$(printf 'a\377"\\.pcap')
cp good.pcap "$odd"
run analyze -o odd --format json "host=$odd"
check "a file name that is not UTF-8: done" exits_with 0
check "a file name that is not UTF-8: still as the schema says" valid odd/report.json
check "a file name that is not UTF-8: U+FFFD" says odd/report.json "$(printf 'a\357\277\275')"

for sample in docker-reset ttl-ecmp tunnel-gue; do
    # shellcheck disable=SC2046 # words are wanted
    set -- $(cd "$root" && sh tests/case-arguments samples/$sample | sed "s|samples/|$root/samples/|g")
    run analyze -o $sample --format json "$@"
    check "$sample: as the schema says" valid $sample/report.json
    run report $sample/case.db -o again --format json
    check "$sample: the same again" cmp $sample/report.json again/report.json
    if python3 -c 'import jsonschema' 2>"$err"; then
        check "$sample: python's jsonschema agrees" python_valid $sample/report.json
    else
        check "$sample: python's jsonschema # SKIP not installed" true
    fi
done

finish
