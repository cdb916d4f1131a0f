/* The kinds of evidence that link legs, each a file of its own: strongest first. */
#ifndef LINK_H
#define LINK_H

#include "survey/joint.h"

/* Legs that share a handshake: link_handshake.c. Returns how many legs were left apart since
 * more than one partner was as good. */
uint64_t link_by_handshake(struct joint *joint);

/* Legs that share segments, for captures that began mid-connection, and where a device rewrote the
 * numbers: link_sketch.c. Returns the same. */
uint64_t link_by_sketch(struct joint *joint);

/* Legs that a NAT map names, where nothing else told: link_nat.c. */
void link_by_nat(struct joint *joint, const struct nat_map *map);

/* Remarks on links that the map contradicts; after the paths are known. */
void link_check_nat(struct survey *survey, const struct nat_map *map);

#endif
