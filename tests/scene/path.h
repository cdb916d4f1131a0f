/* The way of a packet past the stops: what it looks like there, how long it takes, what is lost. */
#ifndef PATH_H
#define PATH_H

#include "scene/chance.h"
#include "scene/scene.h"

/* Called when the bytes [from, to) of a packet come to its receiver; also if there are none. */
typedef void path_arrive_fn(void *context, const struct scene_packet *packet, uint32_t from,
                            uint32_t to, int64_t at_ns);

/* The way of one connection. */
struct path {
    struct scene *scene;
    size_t connection;
    struct chance chance;
    unsigned copies;                              /* that the network made so far */
    int64_t last_ns;                              /* nothing was on its way later than this */
    int64_t free_ns[SCENE_DIRS][SCENE_STOPS + 1]; /* no packet of a hop arrives before this */
    path_arrive_fn *arrive;
    void *context;
};

void path_begin(struct path *path, struct scene *scene, size_t connection, path_arrive_fn *arrive,
                void *context);

/* Sends a packet, which is copied, and notes where it is sighted. Its fate is settled at once:
 * `arrive` is called before this returns, for times yet to come. */
void path_send(struct path *path, const struct scene_packet *packet, int64_t at_ns);

/* Sends a packet that someone made in the middle of a hop. */
void path_inject(struct path *path, const struct scene_packet *packet, unsigned hop, int64_t at_ns);

#endif
