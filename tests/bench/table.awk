# Reads the runs of tests/bench/bench, one a line: trace, segments, legs, points, tool, seconds, CPU
# seconds, peak kB. Prints a line for each trace and tool, then the targets. With `csv`, a file, the
# first table is written there too.

{
    key = $1 " " $5
    if (!(key in runs))
        keys[++count] = key
    segments[$1] = $2
    legs[$1] = $3 * $4
    seconds[key, ++runs[key]] = $6
    if (!(key in cpu) || $7 < cpu[key])
        cpu[key] = $7
    if ($8 > peak[key])
        peak[key] = $8
}

# Puts the runs of a key in order, the fastest first.
function order(key,    i, k, value) {
    for (i = 2; i <= runs[key]; i++) {
        value = seconds[key, i]
        for (k = i - 1; k > 0 && seconds[key, k] > value; k--)
            seconds[key, k + 1] = seconds[key, k]
        seconds[key, k + 1] = value
    }
    least[key] = seconds[key, 1]
    i = runs[key]
    median[key] = (seconds[key, int((i + 1) / 2)] + seconds[key, int((i + 2) / 2)]) / 2
}

function row(key,    part, rate) {
    split(key, part, " ")
    rate = segments[part[1]] / (least[key] > 0 ? least[key] : 0.0001)
    printf "%-12s %9d  %-9s %8.3f %8.3f %8.3f %9.3f %11.0f", part[1], segments[part[1]], part[2],
        least[key], median[key], cpu[key], 1e6 / rate, rate
    if (peak[key] > 0)
        printf " %8.1f\n", peak[key] / 1024
    else
        printf " %8s\n", "-"
    if (csv)
        printf "%s,%d,%d,%s,%d,%.4f,%.4f,%.4f,%.0f,%d\n", part[1], segments[part[1]],
            legs[part[1]], part[2], runs[key], least[key], median[key], cpu[key], rate,
            peak[key] > csv
}

# One target: its name, the figure (from the fastest runs, and from the medians if `middle` is not
# ""), the limit, and whether the figure must be at least or at most that.
function target(name, figure, middle, unit, sense, limit,    met) {
    met = sense == "at most" ? figure <= limit : figure >= limit
    printf "%-46s %8.2f%s %8s  %-8s %7.2f%s  %s\n", name, figure, unit,
        middle == "" ? "" : sprintf("%.2f%s", middle, unit), sense, limit, unit,
        met ? "met" : "NOT met"
}

function has(key) {
    return key in runs
}

function quotient(name, a, b, sense, limit) {
    if (has(a) && has(b) && least[b] > 0)
        target(name, least[a] / least[b], median[a] / median[b], "x", sense, limit)
}

# Seconds that a tool takes for a segment, without its start, which is long for tshark.
function per_segment(took, trace, tool) {
    return (took[trace " " tool] - took["start " tool]) / segments[trace]
}

function beside_tshark(trace,    part) {
    part = trace "-25th"
    if (has(part " tshark") && per_segment(least, trace, "tcpmortem") > 0 &&
        per_segment(median, trace, "tcpmortem") > 0)
        target(trace ": tshark, of tcpmortem (per segment)",
            per_segment(least, part, "tshark") / per_segment(least, trace, "tcpmortem"),
            per_segment(median, part, "tshark") / per_segment(median, trace, "tcpmortem"), "x", "at least", 30)
}

# 16 times the segments: without what a run takes that has next to none.
function growth(trace,    large, small, start) {
    large = trace " tcpmortem"
    small = trace "-16th tcpmortem"
    start = "start tcpmortem"
    if (has(large) && has(small) && least[small] > least[start] && median[small] > median[start])
        target(trace ": 16 times the segments, time",
            (least[large] - least[start]) / (least[small] - least[start]),
            (median[large] - median[start]) / (median[small] - median[start]), "x", "at most", 17)
}

function memory(trace,    key) {
    key = trace " tcpmortem"
    if (has(key))
        target(trace ": peak MB, " legs[trace] " legs at one time", peak[key] / 1024, "", " ",
            "at most", 64 + legs[trace] / 1024)
}

function memory_growth(trace,    large, small) {
    large = trace " tcpmortem"
    small = trace "-16th tcpmortem"
    if (has(large) && has(small))
        target(trace ": 16 times the segments, peak", peak[large] / peak[small], "", "x", "at most",
            1.1)
}

function first_pass(trace,    key) {
    key = trace " survey"
    if (has(key))
        target(trace ": pass 1, us per segment", least[key] / segments[trace] * 1e6,
            median[key] / segments[trace] * 1e6, " ", "at most", 0.15)
}

# The floor has one thread and waits for nothing: its seconds without CPU are other programs'.
function say_if_busy(    i, key, part) {
    for (i = 1; i <= count; i++) {
        key = keys[i]
        split(key, part, " ")
        if (part[2] == "floor" && least[key] > 1.2 * cpu[key]) {
            printf "\nThe machine was busy: the floor of %s had a CPU for %.0f %% of its time. Run it again.\n",
                part[1], 100 * cpu[key] / least[key]
            return
        }
    }
}

END {
    if (csv)
        print "trace,segments,legs,tool,rounds,min_seconds,median_seconds,min_cpu_seconds," \
            "segments_per_second,peak_kb" > csv
    printf "%-12s %9s  %-9s %8s %8s %8s %9s %11s %8s\n", "trace", "segments", "tool", "min s",
        "median s", "cpu s", "us/segm.", "segments/s", "peak MB"
    for (i = 1; i <= count; i++) {
        order(keys[i])
        row(keys[i])
    }
    printf "\n%-46s %9s %8s\n", "target", "fastest", "median"
    split("long short nat", kinds, " ")
    for (i = 1; i <= 3; i++)
        quotient(kinds[i] ": end to end, of the floor", kinds[i] " tcpmortem", kinds[i] " floor",
            "at most", 1.6)
    for (i = 1; i <= 3; i++)
        quotient(kinds[i] ": all rules, of the whole", kinds[i] " rules", kinds[i] " tcpmortem",
            "at most", 0.15)
    for (i = 1; i <= 2; i++)
        beside_tshark(kinds[i])
    quotient("short: tcptrace, of tcpmortem", "short tcptrace", "short tcpmortem", "at least", 3)
    both = "alone tcpmortem"
    if (has("nat-inside tcpmortem") && has("nat-outside tcpmortem"))
        runs[both] = 1
    least[both] = least["nat-inside tcpmortem"] + least["nat-outside tcpmortem"]
    median[both] = median["nat-inside tcpmortem"] + median["nat-outside tcpmortem"]
    quotient("nat: the pair, of its captures alone", "nat tcpmortem", both, "at most", 1.3)
    for (i = 1; i <= 3; i++)
        memory(kinds[i])
    for (i = 1; i <= 2; i++)
        memory_growth(kinds[i])
    for (i = 1; i <= 2; i++)
        growth(kinds[i])
    for (i = 1; i <= 3; i++)
        first_pass(kinds[i])
    say_if_busy()
}
