#include "command/fail_on.h"

#include <stddef.h>

#include "rules/severity.h"
#include "store/case.h"

enum status fail_on_reached(const char *case_path, const char *severity, bool *reached,
                            struct error *err)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db;
    enum status status = case_open(case_path, CASE_READ, &db, err);

    if (status != STATUS_OK)
        return status;
    *reached = false;
    if (sqlite3_prepare_v2(db, "SELECT DISTINCT severity FROM finding", -1, &stmt, NULL) !=
        SQLITE_OK) {
        status = error_set(err, STATUS_INPUT, "%s: %s", case_path, sqlite3_errmsg(db));
        goto out;
    }
    while (sqlite3_step(stmt) == SQLITE_ROW)
        if (severity_rank((const char *)sqlite3_column_text(stmt, 0)) >= severity_rank(severity))
            *reached = true;
out:
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return status;
}
