/* One connection's life: two ends that speak TCP well enough, over a path that loses packets. */
#ifndef TALK_H
#define TALK_H

#include "scene/scene.h"

/* Lets connection number `index` happen: adds its packets and sightings to the scene, and says when
 * it was. Its tuples have been chosen. */
void talk(struct scene *scene, size_t index);

#endif
