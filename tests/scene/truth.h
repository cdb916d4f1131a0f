/* The legs that a survey found in the captures of a scene, and what they really are. */
#ifndef TRUTH_H
#define TRUTH_H

#include "scene/scene.h"
#include "survey/survey.h"

/* A leg is the connection that it began with. Where the SYN of the next one on its tuple was not
 * recorded, it rightly holds that as well. */
struct truth_leg {
    const struct leg_record *record;
    uint32_t connection; /* whose packet was its first */
    uint32_t another;    /* whose packets it has as well; the same if no one else's */
    uint8_t stop;        /* where its first came by */
    uint32_t frames;
    bool has_syn, has_synack;     /* of `connection` */
    uint32_t first_syn, last_syn; /* packets; only with has_syn */
};

struct truth {
    const struct scene *scene; /* borrowed, as is the survey */
    const struct survey *survey;
    bool sound; /* all links are */
    struct truth_leg *legs;
    size_t legs_count;
    size_t *first; /* of each point of the survey: where its legs begin */
};

/* Sorts out which leg has which frames. */
void truth_init(struct truth *truth, const struct scene *scene, const struct survey *survey);
void truth_done(struct truth *truth);

/* Whether no two legs of a link are of different connections. */
bool truth_is_sound(const struct truth *truth, const struct link *link);

const struct truth_leg *truth_of(const struct truth *truth, const struct leg_record *record);

/* The leg that began with a connection at a stop, the one with most frames if there are several;
 * NULL if there is none. */
const struct truth_leg *truth_find(const struct truth *truth, size_t connection, unsigned stop);

#endif
