/* Which legs are one connection. */
#include "survey/link.h"

#include <stdlib.h>

#include "base/memory.h"

const char *link_method_name(enum link_method method)
{
    static const char *const names[] = {
        [LINK_NONE] = "none",
        [LINK_HANDSHAKE] = "handshake",
        [LINK_FINGERPRINT] = "fingerprint",
        [LINK_NAT_MAP] = "nat-map",
        [LINK_PAYLOAD] = "payload",
    };

    return names[method];
}

static int compare_connections(const void *a, const void *b)
{
    const struct leg_record *x = *(struct leg_record *const *)a,
                            *y = *(struct leg_record *const *)b;

    if (x->connection != y->connection)
        return x->connection < y->connection ? -1 : 1;
    if (x->point != y->point)
        return x->point < y->point ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Lists the legs of each connection one after the other. Numbers of legs that were joined to
 * another are left without legs. */
static void list_members(struct survey *survey)
{
    qsort(survey->members, survey->members_count, sizeof(struct leg_record *), compare_connections);
    for (size_t i = 0; i < survey->members_count; i++) {
        struct link *link = &survey->links[survey->members[i]->connection];

        if (link->legs++ == 0)
            link->first = i;
    }
}

void survey_link(struct survey *survey)
{
    struct joint joint;
    size_t count = 0;

    for (size_t i = 0; i < survey->points_count; i++)
        count += survey->points[i].legs_count;
    survey->members = memory_alloc(count * sizeof(struct leg_record *));
    survey->members_count = count;
    survey->links = memory_zalloc(count * sizeof *survey->links);
    survey->links_count = count;
    count = 0;
    for (size_t i = 0; i < survey->points_count; i++)
        for (size_t k = 0; k < survey->points[i].legs_count; k++)
            survey->members[count++] = &survey->points[i].legs[k];
    joint_init(&joint, survey->members, count);
    survey->ambiguous_legs = link_by_handshake(&joint);
    survey->ambiguous_legs += link_by_sketch(&joint);
    if (survey->options->nat != NULL)
        link_by_nat(&joint, survey->options->nat);
    for (size_t i = 0; i < count; i++) {
        survey->members[i]->connection = (uint32_t)joint.root[i];
        survey->links[joint.root[i]].confidence = joint.confidence[joint.root[i]];
        survey->links[joint.root[i]].method = joint.method[joint.root[i]];
    }
    joint_done(&joint);
    list_members(survey);
}
