#include "store/case.h"

const char schema_sql[] =
#include "store/schema.inc"
    ;
