/* What pass 2 tells about the way of segments from point to point. */
#ifndef TOLD_H
#define TOLD_H

#include "scene/scene.h"
#include "survey/survey.h"

/* An event `not-forwarded` or `injected`. */
struct told {
    size_t sighting; /* index into scene.sightings */
    bool injected;
    uint32_t bytes;
    uint32_t absent; /* point of the survey where it was not seen */
};

struct told_list {
    struct told *items; /* in the order of sightings */
    size_t count, capacity;
};

/* Runs pass 2 into a case in `folder`, reads the events, and removes the case. False, with a
 * message on stderr, if that fails. Caller frees `list->items`. */
bool told_by_pass(const struct scene *scene, struct survey *survey, const char *folder,
                  struct told_list *list);

#endif
