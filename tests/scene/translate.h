/* Addresses and ports: what the client of a connection uses, and what every NAT on the way makes
 * of them. */
#ifndef TRANSLATE_H
#define TRANSLATE_H

#include "scene/scene.h"

/* Fills `sent`, `views` and `shift` of connection number `index`. No two connections have a tuple
 * at one place at one time; those before it are known to their end, and those after it not yet
 * begun. */
void translate(struct scene *scene, size_t index);

#endif
