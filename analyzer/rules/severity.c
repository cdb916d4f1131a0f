#include "rules/severity.h"

#include <assert.h>
#include <string.h>

static const char *const names[] = {"info", "notice", "warning", "error"};

enum {
    NAMES = sizeof names / sizeof names[0]
};

int severity_rank(const char *name)
{
    for (int rank = 0; rank < NAMES; rank++)
        if (strcmp(names[rank], name) == 0)
            return rank;
    return -1;
}

const char *severity_name(int rank)
{
    assert(rank >= 0 && rank < NAMES);
    return names[rank];
}
