#include "store/case.h"

const char schema_sql[] =
#include "store/schema.inc"
    ;

/* Every rule begins with the events of a few kinds: asked for some thirty times, the index costs a
 * third of the scans that it saves. The legs of a connection are asked for by rules, by each
 * picture, and by whoever writes SQL of his own. */
const char indexes_sql[] = "CREATE INDEX event_kind ON event(kind);"
                           "CREATE INDEX leg_connection ON leg(connection_id);";
