/* Where a scene takes place: the path with its stops, hops and NAT, the points and their clocks. */
#ifndef PLACES_H
#define PLACES_H

#include "scene/scene.h"

/* Draws the path and all that is on it, but for when the points record. */
void places_draw(struct scene *scene);

/* Draws when the points record, now that it is known when anything happens at all. */
void places_draw_times(struct scene *scene);

#endif
