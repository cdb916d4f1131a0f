#!/bin/sh
# Which legs are one connection: what links.txt of a sample says, and no other link.
. tests/cli/tap

links="SELECT group_concat(leg, ' = ') FROM (
         SELECT l.connection_id, p.name || ' ' || l.client_addr || ':' || l.client_port || ' > '
                || l.server_addr || ':' || l.server_port AS leg
           FROM leg l JOIN point p ON p.id = l.point_id
          ORDER BY l.connection_id, l.path_position)
        GROUP BY connection_id ORDER BY 1"

for expected in "$root"/samples/*/links.txt; do
    sample=$(basename "$(dirname "$expected")")
    # shellcheck disable=SC2046 # one argument a line, without blanks
    (cd "$root" && exec "$tcpmortem" analyze -o "$SCRATCH/out" --max-plots 0 \
        $(sh tests/case-arguments "samples/$sample")) >"$out" 2>"$err" </dev/null || status=$?
    last="tcpmortem analyze, $sample"
    "$ask_case" out/case.db "$links" >links.txt
    check "$sample: every link, and no other" diff "$expected" links.txt
done

finish
