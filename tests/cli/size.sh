#!/bin/sh
# Rules about loss that the size decides, on parts of the samples.
. tests/cli/tap

# found EXPECTED: the diagnoses in out/case.db, and what they counted.
found() {
    case_has out/case.db "SELECT f.severity, f.rule_id, f.detail ->> 'lost', f.detail ->> 'connections'
                            FROM finding f JOIN rule r ON r.id = f.rule_id
                           WHERE r.kind = 'diagnosis' ORDER BY f.id" "$1"
}
# sample NAME [FILTER]: analyses it, or what a filter leaves of it.
sample() {
    rm -rf out
    # shellcheck disable=SC2046  # arguments without blanks
    run analyze -o out --max-plots 0 --filter "${2:-tcp or udp or icmp}" \
        $(cd "$root" && sh tests/case-arguments "samples/$1" | sed "s,=samples/,=$root/samples/,")
}

sample path-mtu-black-hole
check "a black hole, and small requests meanwhile" found 'error|path-mtu-black-hole|36|2'
sample path-mtu-black-hole 'port 54286'
check "one connection, nothing small after the loss: less sure" found 'warning|path-mtu-black-hole|18|1'
check "what would overturn it" case_has out/case.db \
    "SELECT count(*) FROM finding f, json_each(f.detail, '\$.missing') m
      WHERE f.rule_id = 'path-mtu-black-hole' AND m.value LIKE 'only 0 small segments with data passed%'" 1
sample path-mtu-black-hole 'port 54286 and tcp[tcpflags] & tcp-rst = 0'
check "nothing at all after the loss: no conclusion" found ''

sample tunnel-gue
check "super-frames lost by two connections" found 'error|tunnel-size-loss|18|2'
# Before the director only the super-frames of one connection are left: it cannot be joined.
sample tunnel-gue 'udp port 5555 or not port 37454 or greater 2000'
check "large segments of a connection that the other side is not known of" found \
    'error|tunnel-size-loss|7|1'

# Other connections to the same address, which super-frames come through of: a repaired kernel.
bug=$root/samples/tunnel-gue
fixed=$root/samples/tunnel-gue-fixed
rm -rf out
run analyze -o out --max-plots 0 --tunnel udp/5555=gue \
    "client=$bug/client.pcap,$fixed/client.pcap" \
    "director-in=$bug/director-in.pcap,$fixed/director-in.pcap" \
    "director-out=$bug/director-out.pcap,$fixed/director-out.pcap" \
    "worker=$bug/worker.pcap,$fixed/worker.pcap"
check "large segments of other connections came through" found 'error|tunnel-size-loss|18|2'
check "how many, and that it should be looked at" case_has out/case.db \
    "SELECT count(*) FROM finding f, json_each(f.detail, '\$.missing') m
      WHERE f.rule_id = 'tunnel-size-loss' AND m.value LIKE '2 other connections %got %'" 1

finish
