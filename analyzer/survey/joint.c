#include "survey/joint.h"

#include <stdlib.h>

#include "base/memory.h"
#include "decode/address.h"

void joint_init(struct joint *joint, struct leg_record **legs, size_t count)
{
    *joint = (struct joint){.legs = legs, .count = count};
    joint->root = memory_alloc(count * sizeof *joint->root);
    joint->next = memory_alloc(count * sizeof *joint->next);
    joint->last = memory_alloc(count * sizeof *joint->last);
    joint->confidence = memory_alloc(count * sizeof *joint->confidence);
    joint->method = memory_alloc(count * sizeof *joint->method);
    for (size_t i = 0; i < count; i++) {
        joint->root[i] = joint->next[i] = joint->last[i] = i;
        joint->confidence[i] = 1.0f;
        joint->method[i] = LINK_NONE;
    }
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

static bool sets_contradict(const struct joint *joint, size_t a, size_t b)
{
    for (size_t i = a;; i = joint->next[i]) {
        for (size_t k = b;; k = joint->next[k]) {
            if (contradict(joint->legs[i], joint->legs[k]))
                return true;
            if (k == joint->next[k])
                break;
        }
        if (i == joint->next[i])
            return false;
    }
}

bool joint_join(struct joint *joint, size_t a, size_t b, enum link_method method, float confidence)
{
    a = joint->root[a];
    b = joint->root[b];
    if (a == b || sets_contradict(joint, a, b))
        return false;
    joint->next[joint->last[a]] = b;
    joint->last[a] = joint->last[b];
    for (size_t i = b;; i = joint->next[i]) {
        joint->root[i] = a;
        if (i == joint->next[i])
            break;
    }
    if (joint->confidence[b] < joint->confidence[a])
        joint->confidence[a] = joint->confidence[b];
    if (confidence < joint->confidence[a])
        joint->confidence[a] = confidence;
    if (joint->method[b] > joint->method[a])
        joint->method[a] = joint->method[b];
    if (method > joint->method[a])
        joint->method[a] = method;
    return true;
}

void joint_done(struct joint *joint)
{
    free(joint->root);
    free(joint->next);
    free(joint->last);
    free(joint->confidence);
    free(joint->method);
}
