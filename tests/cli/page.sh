#!/bin/sh
# report.html: one file that asks for nothing; what names and rules are in it; and, where node and
# Chromium are installed, how it behaves.
. tests/cli/tap

(cd "$root" && sh tests/case-arguments samples/docker-reset) >arguments
last="tcpmortem analyze -o incident $(cat arguments)"
status=0
# shellcheck disable=SC2046 # one argument a line, without blanks
(cd "$root" && exec "$tcpmortem" analyze -o "$SCRATCH/incident" --max-plots 1 $(cat "$SCRATCH/arguments")) \
    >"$out" 2>"$err" </dev/null || status=$?
check "the page can be made" exits_with 0

# The page without what is inside of its scripts and styles, one element a line.
elements() {
    sed -e 's/<script[ >]/\n&/g; s/<style[ >]/\n&/g' "$1" |
        awk '/^<script|^<style/ { inside = 1; sub(/>.*/, ">"); print } !inside { print }
             /<\/script>|<\/style>/ { inside = 0 }' | sed 's/</\n</g'
}

is_alone() { # is_alone PAGE: nothing in it leads or reaches out; pictures are in it
    elements "$1" | sed -E 's|^<img (width=[0-9]+ height=[0-9]+ alt="[^"<>]*") src="data:image/svg\+xml;base64,[A-Za-z0-9+/=]+">|<picture \1>|' >elements
    ! grep -Ein '^<[a-z]+[^>]*[ "](src|srcset|action|data|poster|background|style|on[a-z]+) *=' elements &&
        ! grep -Eio '^<[a-z]+[^>]*href *= *"?[^"# >][^>]*' elements &&
        ! grep -Ein '^<(link|iframe|object|embed|base|img|form)' elements &&
        ! grep -Ein 'url\(|@import' "$1"
}

is_whole() { # is_whole PAGE: what was opened is closed
    elements "$1" | grep -Eo '^</?(section|table|tr|td|th|pre|p|ul|li|figure|svg|g|text|main|h2|h3)\b' |
        awk '{ name = $0; gsub(/[<\/]/, "", name); depth[name] += /^<\// ? -1 : 1 }
             END { for (name in depth) if (depth[name] != 0) { print name, depth[name]; bad = 1 } exit bad }'
}

if command -v gnuplot >/dev/null 2>&1; then
    # shellcheck disable=SC2046 # one argument a line, without blanks
    (cd "$root" && exec "$tcpmortem" analyze -o "$SCRATCH/charts" --max-plots 4 \
        $(sh tests/case-arguments samples/ttl-story)) >"$out" 2>"$err" </dev/null || status=$?
    check "a page with charts: can be made" exits_with 0
    check "a page with charts: a picture with a name" says charts/report.html \
        'alt="TTLs by connection" src="data:image/svg\+xml;base64,'
    check "a page with charts: nothing in it reaches out" is_alone charts/report.html
    check "a page with charts: what is opened is closed" is_whole charts/report.html
    check "a page with charts: the policy lets images of the page in, and no others" says charts/report.html \
        "; img-src data:; base-uri 'none'; form-action 'none'\""
    sed -n 's|.*alt="TTLs[^>]*base64,\([^"]*\)".*|\1|p' charts/report.html | base64 -d >embedded.svg
    check "a page with charts: the picture of plots/" cmp embedded.svg charts/plots/ttl.svg
    run report charts/case.db -o once-more --max-plots 4 --format html
    check "a page with charts: the same bytes again" cmp charts/report.html once-more/report.html
fi

page=incident/report.html
check "the page: nothing in it reaches out" is_alone $page
check "the page: what is opened is closed" is_whole $page
check "the page: a policy that forbids all but its own scripts" says $page \
    "Content-Security-Policy content=\"default-src 'none'; script-src( 'sha256-[A-Za-z0-9+/=]{44}')+; style-src( 'sha256-[A-Za-z0-9+/=]{44}')+; base-uri 'none'; form-action 'none'\""
check "the page: the words of report.md" says $page 'conntrack on host called 2 late segments INVALID'
check "the page: what would have saved it" says $page '<strong>What would have saved it:</strong>'
check "the page: a ladder" says $page '<svg role=img'
check "report.md: the same ladder in Mermaid" says incident/report.md '^sequenceDiagram$'

run report incident/case.db -o again --max-plots 1 --format html
check "the page: the same bytes again" cmp incident/report.html again/report.html
run report incident/case.db -o none --max-plots 0 --format html
check "--max-plots 0: no graph" says_not none/report.html 'id=(data|graph)'
run report incident/case.db -o csv --format csv
check "--format csv: no page" absent csv/report.html

# --- names and rules that try to break out -------------------------------------------------------

break_out='"><script>window.pwned=1</script><img src=x onerror="window.pwned=1">'"'"'`|
</td></script><!-- ]]> &lt;b&gt;<b>-->'"$(printf '\342\200\256\342\200\250')"
mkdir mine
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
    long=$(printf "%1900s" '' | sed 's/ /word /g')
    {
        printf -- '-- title: A rule %s %s\n-- severity: warning\n' "$n" '<script>window.pwned=1</script>`|"'
        printf -- '-- explain: <img src=x onerror=window.pwned=1> </script> %s\n-- remedy: `</code><b>` %s\n' "$long" "$long"
        cat <<'EOF'
SELECT l.connection_id, l.id AS leg_id, l.first_segment, l.last_segment, 0.5 AS confidence,
       '</td><script>window.pwned=1</script><img src=x onerror="window.pwned=1">' || char(8238, 10, 96, 124) AS summary,
       json_object('</script><b>', '</script><b>"', 'cause', '<b>x</b>', 'what_if', json_array('</li><b>', '`')) AS detail,
       json_array(json_array(l.first_segment, '</text></svg></script><b>' || char(34, 39, 35, 59)),
                  json_array(l.last_segment, 'end')) AS evidence
  FROM leg l
EOF
    } >"mine/rule-$n.sql"
done
for n in 1 2 3; do
    "$make_capture" conversation "good-$n.pcap"
    "$make_capture" unanswered "silent-$n.pcap"
done
name=$(printf '%s' "$break_out" | tr '/,=\n' '____')
cp silent-1.pcap "$name.pcap"
run analyze -o hostile --rules mine "<b>point\"'&\`|<script>=$name.pcap" one=silent-2.pcap,good-1.pcap two=good-2.pcap
check "hostile: done" exits_with 0
page=hostile/report.html
check "hostile: nothing in the page reaches out" is_alone $page
check "hostile: what is opened is closed" is_whole $page
check "hostile: no element of theirs" says_not elements '^<(b|img)\b'
check "hostile: no script of theirs" test "$(grep -o '<script' $page | wc -l)" -eq \
    "$(grep -o '</script>' $page | wc -l)"
check "hostile: report.md stays below 60 kB" test "$(wc -c <hostile/report.md)" -lt 60000
awk '/^```mermaid/ { inside = 1; next } /^```/ { inside = 0 } inside' hostile/report.md >ladders
check "hostile: there is a ladder" says ladders '^sequenceDiagram'
check "hostile: nothing in it but plain signs and codes" says_not ladders "[<\"'\`|{}\\\\]|^[^ s%]"

run analyze -o silent silent-1.pcap
check "SYNs alone: done" exits_with 0

# --- in a browser --------------------------------------------------------------------------------

chromium=
for candidate in chromium chromium-browser google-chrome; do
    [ -n "$chromium" ] || chromium=$(command -v "$candidate") || chromium=
done
case $build in
*san*) why="the page is the same as without sanitizers" ;;
*)
    why=
    command -v node >/dev/null 2>&1 || why="no node"
    [ -n "$chromium" ] || why="no Chromium"
    grep -q 'id=graph-view' incident/report.html || why="built without dygraphs"
    ;;
esac
if [ -n "$why" ]; then
    tests=$((tests + 1))
    echo "ok $tests - the page in a browser # SKIP $why"
else
    last="node tests/browser/report.mjs"
    status=0
    node "$root/tests/browser/report.mjs" "$chromium" incident/report.html hostile/report.html \
        silent/report.html >in-browser 2>"$err" || status=$?
    # Its tests are tests of this script, numbered on.
    sed -n -E "s/^(not )?ok [0-9]+ - /\1ok N - in a browser: /p; /^#/p" in-browser | awk -v n="$tests" '
        { if (sub(/ok N -/, "ok " (n + 1) " -")) n++; print }'
    tests=$((tests + $(grep -Ec '^(not )?ok ' in-browser)))
    failed=$((failed + $(grep -c '^not ok ' in-browser)))
    check "in a browser: to the end" says in-browser '^1\.\.'
fi
finish
