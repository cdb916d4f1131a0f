#include "survey/joint.h"

#include <stdlib.h>

#include "base/memory.h"
#include "decode/address.h"

void joint_init(struct joint *joint, const struct survey *survey)
{
    size_t count = 0;

    *joint = (struct joint){.survey = survey};
    joint->first = memory_alloc((survey->points_count + 1) * sizeof *joint->first);
    for (size_t i = 0; i < survey->points_count; i++) {
        joint->first[i] = count;
        count += survey->points[i].legs.count;
    }
    joint->first[survey->points_count] = count;
    joint->count = (uint32_t)count;
    spill_array_init(&joint->nodes, survey->spill, sizeof(struct joint_node));
    for (uint32_t i = 0; i < joint->count; i++)
        *(struct joint_node *)spill_append(&joint->nodes) = (struct joint_node){
            .root = i, .next = i, .last = i, .legs = 1, .confidence = 1.0f, .method = LINK_NONE};
}

struct leg_place joint_place(const struct joint *joint, uint32_t leg)
{
    size_t low = 0, high = joint->survey->points_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (joint->first[middle] <= leg)
            low = middle;
        else
            high = middle;
    }
    return (struct leg_place){(uint32_t)low, leg - (uint32_t)joint->first[low]};
}

static bool same_tuple(const struct leg_record *a, const struct leg_record *b)
{
    return endpoint_equal(&a->client, &b->client) && endpoint_equal(&a->server, &b->server);
}

/* At one point a connection shows twice only on both sides of a NAT: under two tuples, and with one
 * handshake, if any was seen. */
static bool contradict(const struct leg_record *a, const struct leg_record *b)
{
    if (a->point != b->point)
        return false;
    if (same_tuple(a, b))
        return true;
    for (int dir = 0; dir < DIRS; dir++)
        if (a->has_isn[dir] != b->has_isn[dir] || a->isn[dir] != b->isn[dir])
            return true;
    return false;
}

static bool sets_contradict(const struct joint *joint, uint32_t a, uint32_t b)
{
    for (uint32_t i = a;; i = joint_node(joint, i)->next) {
        for (uint32_t k = b;; k = joint_node(joint, k)->next) {
            if (contradict(joint_leg(joint, i), joint_leg(joint, k)))
                return true;
            if (k == joint_node(joint, k)->next)
                break;
        }
        if (i == joint_node(joint, i)->next)
            return false;
    }
}

/* Lays the set of root `b` behind that of root `a`. */
static void append_set(struct joint *joint, uint32_t a, uint32_t b)
{
    joint_node(joint, joint_node(joint, a)->last)->next = b;
    joint_node(joint, a)->last = joint_node(joint, b)->last;
    joint_node(joint, a)->legs += joint_node(joint, b)->legs;
    for (uint32_t i = b;; i = joint_node(joint, i)->next) {
        joint_node(joint, i)->root = a;
        if (i == joint_node(joint, i)->next)
            break;
    }
}

bool joint_join(struct joint *joint, uint32_t a, uint32_t b, enum link_method method,
                float confidence)
{
    struct joint_node *to;
    const struct joint_node *from;

    a = joint_node(joint, a)->root;
    b = joint_node(joint, b)->root;
    if (a == b || sets_contradict(joint, a, b))
        return false;
    append_set(joint, a, b);
    to = joint_node(joint, a);
    from = joint_node(joint, b);
    if (from->confidence < to->confidence)
        to->confidence = from->confidence;
    if (confidence < to->confidence)
        to->confidence = confidence;
    if (from->method > to->method)
        to->method = from->method;
    if (method > to->method)
        to->method = method;
    return true;
}

void joint_done(struct joint *joint)
{
    spill_array_done(&joint->nodes);
    free(joint->first);
}
