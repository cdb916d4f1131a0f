#!/bin/sh
# A run that is interrupted, and what a terminal sees of one that is not.
. tests/cli/tap

# Long enough to be met in the middle.
"$root/$build/tests/bench/generate" long 1200000 . big >/dev/null

# Sends a signal as soon as a file or folder is there, and leaves the exit status.
interrupt() { # interrupt SIGNAL PATTERN CAPTURE...
    last="interrupt $*"
    rm -rf out
    signal=$1
    pattern=$2
    shift 2
    # A shell lets its background ignore SIGINT; a terminal does not.
    env --default-signal=INT "$tcpmortem" analyze -o out "$@" >"$out" 2>"$err" &
    pid=$!
    # shellcheck disable=SC2086 # a pattern
    while kill -0 $pid 2>"$SCRATCH/.gone" && ! ls -d out/$pattern >"$SCRATCH/.there" 2>&1; do
        sleep 0.01
    done
    kill -s "$signal" $pid
    status=0
    wait $pid || status=$?
}

nothing_in() {
    [ -d "$1" ] && [ -z "$(ls -A "$1")" ]
}

interrupt INT case.db.part big.pcap
check "SIGINT: exit status" exits_with 130
check "SIGINT: nothing is left" nothing_in out
interrupt TERM case.db.part big.pcap
check "SIGTERM: exit status" exits_with 143
check "SIGTERM: nothing is left" nothing_in out

# In the pictures: the case is whole, and nothing else is there.
sample=$root/samples/docker-reset
interrupt INT '.plots-*' host="$sample/host-eth0.pcap" container="$sample/container-eth0.pcap"
check "pictures: exit status" exits_with 130
check "pictures: the case is there, and no temporary folder" [ "$(ls -A out)" = case.db ]
check "pictures: it is whole" case_has out/case.db 'PRAGMA integrity_check' ok

# In the background of a shell, where SIGINT is ignored, it goes on being ignored.
last="SIGINT in the background"
rm -rf out
"$tcpmortem" analyze -o out --max-plots 0 big.pcap >"$out" 2>"$err" &
pid=$!
while kill -0 $pid 2>"$SCRATCH/.gone" && [ ! -e out/case.db.part ]; do
    sleep 0.01
done
kill -s INT $pid
status=0
wait $pid || status=$?
check "background: goes on" exits_with 0
check "background: a case" exists out/case.db

# Progress is for a terminal, and for nothing else.
run analyze -o out --max-plots 0 big.pcap
check "no terminal: nothing on stderr" [ ! -s "$err" ]
if script -qec true seen >"$SCRATCH/.screen" 2>&1 </dev/null; then # a container may have no terminals
    last="analyze on a terminal"
    script -qec "$tcpmortem analyze -o out --max-plots 0 big.pcap" seen >"$SCRATCH/.screen" </dev/null
    check "terminal: how far" says seen '(survey|segments) +[0-9]+ %, .* of .*/s'
fi

finish
