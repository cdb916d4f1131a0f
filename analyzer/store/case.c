#include "store/case.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A page of 32 KiB costs least for rows that are written once and scanned. */
#define CASE_PRAGMAS                                                                               \
    "PRAGMA page_size = 32768;"                                                                    \
    "PRAGMA journal_mode = OFF;"                                                                   \
    "PRAGMA synchronous = OFF;"                                                                    \
    "PRAGMA secure_delete = ON;" /* unused room is zero: two runs, same bytes */                   \
    "PRAGMA locking_mode = EXCLUSIVE;"

static int pragma_value(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int value = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        value = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

enum {
    SORT_PAGES = 64 /* that SQLite sorts in memory, of 32 KiB; 250, unless it is told */
};

/* The sum that SQLite keeps of its memory has a lock, which all threads would wait for at each
 * allocation. Only before the first database is opened. */
static void set_up_library(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_PMASZ, SORT_PAGES);
}

static pthread_once_t set_up = PTHREAD_ONCE_INIT;

enum status case_open(const char *path, enum case_mode mode, sqlite3 **db, struct error *err)
{
    int flags =
        SQLITE_OPEN_NOMUTEX | (mode == CASE_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    struct stat info;
    enum status status;
    int version;

    *db = NULL;
    if (stat(path, &info) != 0)
        return error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return error_set(err, STATUS_INPUT, "%s: not a regular file", path);
    pthread_once(&set_up, set_up_library);
    if (sqlite3_open_v2(path, db, flags, NULL) != SQLITE_OK) {
        status = error_set(err, STATUS_INPUT, "%s: %s", path, sqlite3_errmsg(*db));
        goto out;
    }
    if (pragma_value(*db, "PRAGMA application_id") != CASE_APPLICATION_ID) {
        status = error_set(err, STATUS_INPUT, "%s: not a case database", path);
        goto out;
    }
    version = pragma_value(*db, "PRAGMA user_version");
    if (version != CASE_VERSION) {
        status = error_set(err, STATUS_INPUT, "%s: case version %d, this program reads %d", path,
                           version, CASE_VERSION);
        goto out;
    }
    return STATUS_OK;
out:
    sqlite3_close(*db);
    *db = NULL;
    return status;
}

void case_explain(sqlite3 *db, struct error *err)
{
    int reason = sqlite3_errcode(db) == SQLITE_IOERR ? sqlite3_system_errno(db) : 0;

    error_set(err, STATUS_OUTPUT, "%s%s%s", sqlite3_errmsg(db), reason != 0 ? ": " : "",
              reason != 0 ? strerror(reason) : "");
}

enum status case_create(const char *path, sqlite3 **db, struct error *err)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    char identify[128];
    struct error reason;

    pthread_once(&set_up, set_up_library);
    snprintf(identify, sizeof identify, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             CASE_APPLICATION_ID, CASE_VERSION);
    if (sqlite3_open_v2(path, db, flags, NULL) == SQLITE_OK &&
        sqlite3_exec(*db, CASE_PRAGMAS, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(*db, identify, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(*db, schema_sql, NULL, NULL, NULL) == SQLITE_OK)
        return STATUS_OK;
    case_explain(*db, &reason);
    sqlite3_close(*db);
    *db = NULL;
    return error_set(err, STATUS_OUTPUT, "%s: %.900s", path, reason.text);
}
