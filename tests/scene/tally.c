#include "scene/tally.h"

/* What is asked of each kind. So many of 10,000 may be wrong: none where the analyzer promises it,
 * some where it is known to fall short, for reasons that are in README.md. */
struct demand {
    const char *name;
    unsigned allowed;
};

static const struct demand demands[TALLY_KINDS] = {
    [TALLY_LINKS] = {"no link joins two connections",                           0   },
    [TALLY_LINKS_LURE] = {"few do where connections share their ISN or their bytes", 5   },
    [TALLY_SURE] = {"what both saw open is linked",                            0   },
    [TALLY_SYN] = {"what both saw the SYN of is linked",                      1000},
    [TALLY_MIDSTREAM] = {"what one saw begin later is linked",                      1200},
    [TALLY_RENUMBERED] = {"what has other numbers is linked",                        4500},
    [TALLY_ONE_POINT] = {"what one point sees twice is linked",                     1500},
    [TALLY_BESIDE] = {"what one point sees twice is linked to another",          1500},
    [TALLY_STEADY] = {"a clock that does not drift is as exact as it says",      0   },
    [TALLY_STEADY_PART] = {"the same where a capture missed something",               0   },
    [TALLY_DRIFTING] = {"a clock that drifts is as exact as it says",              0   },
    [TALLY_STEPPED] = {"a clock that was set is known for it",                    800 },
    [TALLY_UNBOUNDED] = {"a clock knows its error",                                 300 },
    [TALLY_ORDER] = {"the points are in order, by TTL",                         0   },
    [TALLY_ORDER_TIME] = {"the points are in order, by time",                        100 },
    [TALLY_LOST] = {"not-forwarded: what was forwarded is not",                0   },
    [TALLY_LOST_DOUBLED] = {"not-forwarded: the same where packets are doubled",       0   },
    [TALLY_LOST_EDGE] = {"not-forwarded: nor what passed when no one looked",       40  },
    [TALLY_LOST_SAID] = {"not-forwarded: what was lost is",                         100 },
    [TALLY_MADE] = {"injected: what has an origin is not",                     0   },
    [TALLY_MADE_DOUBLED] = {"injected: the same where packets are doubled",            30  },
    [TALLY_MADE_EDGE] = {"injected: nor what came when no one looked",              100 },
    [TALLY_MADE_SAID] = {"injected: what has none is",                              50  },
    [TALLY_REPEATED] = {"a seed always makes the same captures",                   0   },
};

const char *tally_name(enum tally_kind kind)
{
    return demands[kind].name;
}

bool tally_add(struct tally *tally, enum tally_kind kind, bool is_wrong)
{
    tally->scores[kind].cases++;
    tally->scores[kind].wrong += is_wrong;
    return is_wrong && tally->details != NULL;
}

static size_t allowed_of(enum tally_kind kind, size_t cases)
{
    /* A few scenes alone may fall short by more than many do. */
    size_t slack = demands[kind].allowed > 0 ? 4 : 0;

    return cases * demands[kind].allowed / 10000 + slack;
}

bool tally_print(const struct tally *tally, FILE *out)
{
    bool all_good = true;

    fprintf(out, "1..%d\n# %zu scenes\n", TALLY_KINDS, tally->scenes);
    for (enum tally_kind kind = 0; kind < TALLY_KINDS; kind++) {
        const struct score *score = &tally->scores[kind];
        size_t most = allowed_of(kind, score->cases);
        bool good = score->wrong <= most;

        fprintf(out, "%sok %d - %s: %zu of %zu are wrong, %zu may be\n", good ? "" : "not ",
                (int)kind + 1, tally_name(kind), score->wrong, score->cases, most);
        all_good &= good;
    }
    return all_good;
}
