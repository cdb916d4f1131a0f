/* A scene in words, for a person who studies it. */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include <stdio.h>

#include "scene/scene.h"

/* The path, the clocks, the connections; and every frame with what it really was. */
void describe_scene(const struct scene *scene, FILE *out);

#endif
