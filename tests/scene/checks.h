/* What must hold for what the analyzer says of a scene. Each check adds to the tally, and names
 * what is wrong. */
#ifndef CHECKS_H
#define CHECKS_H

#include "scene/tally.h"
#include "scene/told.h"
#include "scene/truth.h"

/* Legs of one connection are linked, and no others. */
void check_links(const struct truth *truth, struct tally *tally);

/* Where links are false, what follows from them must be: clocks and paths are looked at where all
 * are true. */

/* Clocks differ by what was found, give or take the error that they state. Looked at whenever a
 * packet crossed: at other times nothing is known. */
void check_clocks(const struct truth *truth, struct tally *tally);

/* The legs of a connection are in the order in which its packets pass them. */
void check_paths(const struct truth *truth, struct tally *tally);

/* What went missing between two points and what was made there is told, and nothing else. Only for
 * scenes that are exact. */
void check_events(const struct truth *truth, const struct told_list *list, struct tally *tally);

#endif
