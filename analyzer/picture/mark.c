#include "picture/mark.h"

#include <stddef.h>
#include <string.h>

#include "decode/packet.h"

/* Colours from the palette of Okabe and Ito, which people with any kind of colour vision can
 * tell apart; blue and green of it are left to the points. */
static const struct mark_style styles[MARKS] = {
    [MARK_SYN] = {"SYN",                    "#404040", 8,  1.6, 2  },
    [MARK_FIN] = {"FIN",                    "#404040", 10, 1.6, 2  },
    [MARK_OUT_OF_ORDER] = {"out of order",           "#CC79A7", 5,  1.2, 1  },
    [MARK_RETRANSMISSION] = {"retransmission",         "#E69F00", 9,  1.5, 1  },
    [MARK_DUPLICATE] = {"network duplicate",      "#E69F00", 8,  1.5, 2  },
    [MARK_LATE] = {"late segment",           "#D55E00", 13, 2.0, 1  },
    [MARK_INVALID] = {"conntrack: INVALID",     "#000000", 4,  2.6, 2  },
    [MARK_NOT_FORWARDED] = {"not forwarded",          "#882255", 6,  2.8, 2.5},
    [MARK_INJECTED] = {"injected",               "#882255", 12, 3.0, 2.5},
    [MARK_RST_CLIENT] = {"RST towards the server", "#000000", 2,  1.8, 3.5},
    [MARK_RST_SERVER] = {"RST towards the client", "#000000", 3,  1.8, 2.5},
};

const struct mark_style *mark_style(enum mark mark)
{
    return &styles[mark];
}

enum mark mark_of_event(const char *kind)
{
    static const struct {
        const char *kind;
        enum mark mark;
    } events[] = {
        {"syn-retransmission",    MARK_RETRANSMISSION},
        {"synack-retransmission", MARK_RETRANSMISSION},
        {"retransmission",        MARK_RETRANSMISSION},
        {"network-duplicate",     MARK_DUPLICATE     },
        {"out-of-order",          MARK_OUT_OF_ORDER  },
        {"late-segment",          MARK_LATE          },
        {"ct-invalid",            MARK_INVALID       },
        {"not-forwarded",         MARK_NOT_FORWARDED },
        {"injected",              MARK_INJECTED      },
    };

    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (strcmp(events[i].kind, kind) == 0)
            return events[i].mark;
    return MARKS;
}

unsigned mark_bits_of_flags(unsigned flags, int dir)
{
    unsigned bits = 0;

    if (flags & TCP_SYN)
        bits |= 1u << MARK_SYN;
    if (flags & TCP_FIN)
        bits |= 1u << MARK_FIN;
    if (flags & TCP_RST)
        bits |= 1u << (dir == 0 ? MARK_RST_CLIENT : MARK_RST_SERVER);
    return bits;
}

const char *mark_trace_colour(size_t trace, bool light)
{
    static const struct {
        const char *dark, *light;
    } colours[] = {
        {"#0072B2", "#8CBFDF"},
        {"#009E73", "#8AD1BB"},
        {"#7A6A00", "#CFC57A"},
        {"#5E4FA2", "#B5ADD9"},
        {"#5A5A5A", "#B8B8B8"},
    };
    size_t i = trace % (sizeof colours / sizeof *colours);

    return light ? colours[i].light : colours[i].dark;
}
