/* Legs that were found to be one connection: sets that grow by joining two legs at a time. */
#ifndef JOINT_H
#define JOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "survey/survey.h"

struct joint {
    struct leg_record **legs; /* borrowed */
    size_t count;
    size_t *root;             /* of each leg: the first leg of its set */
    size_t *next;             /* of each leg: the next of its set; itself if it is the last */
    size_t *last;             /* of each root: the last leg of its set */
    float *confidence;        /* of each root */
    enum link_method *method; /* of each root: the weakest evidence in the set */
};

void joint_init(struct joint *joint, struct leg_record **legs, size_t count);

/* Joins the sets of two legs on evidence of `method` and `confidence`. False, and nothing is
 * joined, if they already are one, or if the two sets contradict each other: a connection can't
 * be seen twice at a point under the same tuple. */
bool joint_join(struct joint *joint, size_t a, size_t b, enum link_method method, float confidence);

/* Whether two legs are in one set. */
static inline bool joint_is_one(const struct joint *joint, size_t a, size_t b)
{
    return joint->root[a] == joint->root[b];
}

void joint_done(struct joint *joint);

#endif
