/* Legs that were found to be one connection: sets that grow by joining two legs at a time. */
#ifndef JOINT_H
#define JOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "survey/found.h"

/* Legs go by their index: those of the first point by number, then those of the next. */
struct joint_node {
    uint32_t root;           /* the first leg of its set */
    uint32_t next;           /* the next of its set; itself if it is the last */
    uint32_t last;           /* of a root: the last leg of its set */
    uint32_t legs;           /* of a root: how many there are */
    float confidence;        /* of a root */
    enum link_method method; /* of a root: the weakest evidence in the set */
};

struct joint {
    const struct survey *survey; /* borrowed */
    size_t *first;               /* of each point: index of its first leg; of one more: of all */
    uint32_t count;
    struct spill_array nodes; /* struct joint_node */
};

void joint_init(struct joint *joint, const struct survey *survey);

struct leg_place joint_place(const struct joint *joint, uint32_t leg);

static inline struct leg_record *joint_leg(const struct joint *joint, uint32_t leg)
{
    struct leg_place place = joint_place(joint, leg);

    return survey_record(joint->survey, place.point, place.number);
}

static inline struct joint_node *joint_node(const struct joint *joint, uint32_t leg)
{
    return spill_at(&joint->nodes, leg);
}

/* Joins the sets of two legs on evidence of `method` and `confidence`. False, and nothing is
 * joined, if they already are one, or if the two sets contradict each other: a connection can't
 * be seen twice at a point under the same tuple. */
bool joint_join(struct joint *joint, uint32_t a, uint32_t b, enum link_method method,
                float confidence);

/* Whether two legs are in one set. */
static inline bool joint_is_one(const struct joint *joint, uint32_t a, uint32_t b)
{
    return joint_node(joint, a)->root == joint_node(joint, b)->root;
}

void joint_done(struct joint *joint);

#endif
