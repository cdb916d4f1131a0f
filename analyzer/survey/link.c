/* Which legs are one connection. */
#include "survey/link.h"
#include "survey/parts.h"

#include <stdlib.h>

#include "base/memory.h"

static int compare_legs(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Makes a connection of a set: its legs one after the other, in the order of points. `legs` has
 * room for them. */
static void add_link(struct survey *survey, const struct joint *joint, uint32_t root,
                     uint32_t *legs)
{
    const struct joint_node *set = joint_node(joint, root);
    struct link *link = spill_append(&survey->links);

    *link = (struct link){.first = survey->members.count,
                          .legs = set->legs,
                          .confidence = set->confidence,
                          .method = set->method};
    for (uint32_t i = 0, leg = root; i < set->legs; i++, leg = joint_node(joint, leg)->next)
        legs[i] = leg;
    qsort(legs, set->legs, sizeof *legs, compare_legs);
    for (uint32_t i = 0; i < set->legs; i++) {
        struct leg_place place = joint_place(joint, legs[i]);

        *(struct leg_place *)spill_append(&survey->members) = place;
        survey_record(survey, place.point, place.number)->connection =
            (uint32_t)survey->links.count - 1;
    }
}

static void list_links(struct survey *survey, const struct joint *joint)
{
    uint32_t most = 1, *legs;

    for (uint32_t i = 0; i < joint->count; i++)
        if (joint_node(joint, i)->root == i && joint_node(joint, i)->legs > most)
            most = joint_node(joint, i)->legs;
    legs = memory_alloc(most * sizeof *legs);
    survey->one_link = memory_alloc(most * sizeof(struct leg_record *));
    for (uint32_t i = 0; i < joint->count; i++)
        if (joint_node(joint, i)->root == i)
            add_link(survey, joint, i, legs);
    free(legs);
}

void survey_link(struct survey *survey)
{
    struct joint joint;

    spill_array_init(&survey->links, survey->spill, sizeof(struct link));
    spill_array_init(&survey->members, survey->spill, sizeof(struct leg_place));
    joint_init(&joint, survey);
    survey->ambiguous_legs = link_by_handshake(&joint);
    survey->ambiguous_legs += link_by_sketch(&joint);
    if (survey->options->nat != NULL)
        link_by_nat(&joint, survey->options->nat);
    list_links(survey, &joint);
    joint_done(&joint);
}
