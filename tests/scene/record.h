/* What the captures of a scene hold: which frames, and their bytes. */
#ifndef SCENE_RECORD_H
#define SCENE_RECORD_H

#include "scene/scene.h"

/* Decides which sightings become frames, and gives these a number and a time by their clock. */
void record_frames(struct scene *scene);

/* Whether the timestamps of a packet are in its frame at a stop: they may be cut off. */
bool record_keeps_timestamps(const struct scene *scene, const struct scene_packet *packet,
                             unsigned stop);

/* The path of the capture of an input. Caller frees with free(). */
char *record_path(const struct scene *scene, unsigned input, const char *folder);

/* Writes the captures into a folder. False, with a message on stderr, if that fails. */
bool record_write(const struct scene *scene, const char *folder);

#endif
