/* Who talks to whom in a scene, when, and what. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include "scene/scene.h"

/* Draws the connections, in the order of their start, but for their addresses and ports: those
 * depend on which are free by then (translate.h). */
void traffic_draw(struct scene *scene);

#endif
