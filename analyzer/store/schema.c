#include "store/case.h"

const char schema_sql[] =
#include "store/schema.inc"
    ;

/* Every rule begins with the events of a few kinds: asked for some thirty times, the index costs a
 * third of the scans that it saves. The legs of a connection are asked for by rules, by each
 * picture, and by whoever writes SQL of his own. */
const char indexes_sql[] = "CREATE INDEX event_kind ON event(kind);"
                           "CREATE INDEX leg_connection ON leg(connection_id);"
                           /* SQLite takes the events of a kind for ten rows, which are not worth
                            * an index of their own in a join: rows times rows where they are many.
                            * Told that they are 20,000 of a million, the same in each case, it
                            * makes one. The first statement makes the table, the last reads it. */
                           "ANALYZE sqlite_schema;"
                           "INSERT INTO sqlite_stat1 VALUES"
                           " ('event', 'event_kind', '1000000 20000');"
                           "ANALYZE sqlite_schema;";
