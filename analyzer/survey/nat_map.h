/* What the user says about NAT: a table of his own, or what conntrack printed. */
#ifndef NAT_MAP_H
#define NAT_MAP_H

#include <stddef.h>

#include "base/error.h"
#include "decode/packet.h"

/* One connection, as it is named on both sides of a translation. */
struct nat_entry {
    uint8_t version;
    struct endpoint client, server;         /* towards the client */
    struct endpoint nat_client, nat_server; /* towards the server */
};

struct nat_map {
    struct nat_entry *entries;
    size_t count, capacity;
};

/* Adds the entries of a file. It is either CSV with a header that names the columns client,
 * client_port, server, server_port, nat_client, nat_client_port, nat_server and nat_server_port in
 * any order, or the text of `conntrack -L` or `conntrack -E` (with or without `-o timestamp`),
 * of which lines about anything but TCP are passed over. STATUS_INPUT and `err` (file, line,
 * reason) if it can't be read or a line makes no sense. */
enum status nat_map_read(struct nat_map *map, const char *path, struct error *err)
    __attribute__((warn_unused_result));

void nat_map_done(struct nat_map *map);

#endif
