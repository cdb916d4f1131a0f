#include "rules/sandbox.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/case.h"

struct sandbox {
    sqlite3 *db;
    bool locked;        /* a rule runs: the authorizer and the step budget are in force */
    int64_t steps_left; /* of the rule that runs */
};

/* Functions that reach out of the database, or that give another result on every run. */
static const char *const denied_functions[] = {
    "load_extension", "readfile",     "writefile",         "edit",          "fts3_tokenizer",
    "random",         "randomblob",   "changes",           "total_changes", "current_timestamp",
    "current_time",   "current_date", "last_insert_rowid",
};

/* Tables of which a rule sees this run's rows only. */
static const char *const shadowed_tables[] = {"rule", "finding", "evidence"};

static const struct {
    int id, value;
} limits[] = {
    {SQLITE_LIMIT_LENGTH,              64 * 1024 * 1024},
    {SQLITE_LIMIT_SQL_LENGTH,          256 * 1024      },
    {SQLITE_LIMIT_COLUMN,              200             },
    {SQLITE_LIMIT_EXPR_DEPTH,          200             },
    {SQLITE_LIMIT_COMPOUND_SELECT,     50              },
    {SQLITE_LIMIT_VDBE_OP,             250000          },
    {SQLITE_LIMIT_FUNCTION_ARG,        60              },
    {SQLITE_LIMIT_ATTACHED,            0               },
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200             },
    {SQLITE_LIMIT_VARIABLE_NUMBER,     100             },
    {SQLITE_LIMIT_TRIGGER_DEPTH,       1               },
    {SQLITE_LIMIT_WORKER_THREADS,      0               },
};

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static bool is_in(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text != NULL && sqlite3_stricmp(text, list[i]) == 0)
            return true;
    return false;
}

static int authorize(void *context, int action, const char *first, const char *second,
                     const char *database, const char *inside)
{
    const struct sandbox *sandbox = context;

    (void)inside;
    if (!sandbox->locked)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_READ:
        if (database != NULL && strcmp(database, "main") == 0 &&
            is_in(first, shadowed_tables, LENGTH(shadowed_tables)))
            return SQLITE_DENY;
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return is_in(second, denied_functions, LENGTH(denied_functions)) ? SQLITE_DENY : SQLITE_OK;
    default:
        return SQLITE_DENY;
    }
}

static int count_steps(void *context)
{
    struct sandbox *sandbox = context;

    if (!sandbox->locked)
        return 0;
    sandbox->steps_left -= SANDBOX_STEPS_GRAIN;
    return sandbox->steps_left < 0;
}

/* Temporary tables of the same shape stand before those of the case. */
static enum status shadow_tables(sqlite3 *db, const char *path, struct error *err)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < LENGTH(shadowed_tables) && status == STATUS_OK; i++) {
        sqlite3_stmt *stmt = NULL;
        char *sql = NULL;

        if (sqlite3_prepare_v2(db,
                               "SELECT replace(sql, 'CREATE TABLE', 'CREATE TEMP TABLE')"
                               " FROM main.sqlite_schema WHERE type = 'table' AND name = ?",
                               -1, &stmt, NULL) == SQLITE_OK &&
            sqlite3_bind_text(stmt, 1, shadowed_tables[i], -1, SQLITE_STATIC) == SQLITE_OK &&
            sqlite3_step(stmt) == SQLITE_ROW)
            sql = memory_copy_text((const char *)sqlite3_column_text(stmt, 0));
        sqlite3_finalize(stmt);
        if (sql == NULL || sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
            status = error_set(err, STATUS_INPUT, "%s: no table `%s` of the case: %s", path,
                               shadowed_tables[i], sqlite3_errmsg(db));
        free(sql);
    }
    return status;
}

/* Takes `db`. */
static enum status sandbox_new(sqlite3 *db, const char *path, struct sandbox **out,
                               struct error *err)
{
    struct sandbox *sandbox = memory_zalloc(sizeof *sandbox);
    enum status status = STATUS_OK;

    sandbox->db = db;
    if (sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
        sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK ||
        sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL) != SQLITE_OK ||
        sqlite3_set_authorizer(db, authorize, sandbox) != SQLITE_OK)
        status = error_set(err, STATUS_INPUT, "%s: %s", path, sqlite3_errmsg(db));
    if (status == STATUS_OK)
        status = shadow_tables(db, path, err);
    sqlite3_progress_handler(db, SANDBOX_STEPS_GRAIN, count_steps, sandbox);
    for (size_t i = 0; i < LENGTH(limits); i++)
        sqlite3_limit(db, limits[i].id, limits[i].value);
    if (status == STATUS_OK)
        *out = sandbox;
    else
        sandbox_close(sandbox);
    return status;
}

enum status sandbox_open(const char *path, struct sandbox **sandbox, struct error *err)
{
    sqlite3 *db = NULL;
    enum status status = case_open(path, CASE_READ, &db, err);

    *sandbox = NULL;
    return status == STATUS_OK ? sandbox_new(db, path, sandbox, err) : status;
}

enum status sandbox_open_empty(struct sandbox **sandbox, struct error *err)
{
    sqlite3 *db = NULL;
    enum status status;

    *sandbox = NULL;
    if (sqlite3_open(":memory:", &db) == SQLITE_OK &&
        sqlite3_exec(db, schema_sql, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(db, indexes_sql, NULL, NULL, NULL) == SQLITE_OK)
        return sandbox_new(db, "empty case", sandbox, err);
    status = error_set(err, STATUS_OUTPUT, "empty case: %s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return status;
}

void sandbox_close(struct sandbox *sandbox)
{
    if (sandbox == NULL)
        return;
    sqlite3_close(sandbox->db);
    free(sandbox);
}

sqlite3 *sandbox_db(struct sandbox *sandbox)
{
    return sandbox->db;
}

/* Every `:name` of the SQL is a parameter of the header. */
static enum status bind_params(const struct rule *rule, sqlite3_stmt *stmt, struct error *err)
{
    int count = sqlite3_bind_parameter_count(stmt);

    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(stmt, i);
        const struct param *param;

        if (name == NULL || name[0] != ':')
            return error_set(err, STATUS_RULE, "%s:1: the SQL has a parameter that is no :name",
                             rule->path);
        param = rule_param(rule, name + 1);
        if (param == NULL) {
            const char *place = strstr(rule->text + rule->sql_offset, name);
            size_t offset = place ? (size_t)(place - rule->text) : 0;

            return error_set(err, STATUS_RULE, "%s:%d: parameter %s is not in the header",
                             rule->path, rule_line(rule, offset), name);
        }
        if (param_bind(param, stmt, i) != SQLITE_OK)
            return error_set(err, STATUS_RULE, "%s:%d: parameter %s cannot be bound", rule->path,
                             param->line, name);
    }
    return STATUS_OK;
}

/* Every parameter of the header is in the SQL: another would be a number that has no effect. */
static enum status check_unused(const struct rule *rule, sqlite3_stmt *stmt, struct error *err)
{
    for (size_t i = 0; i < rule->params_count; i++) {
        char *name = memory_print(":%s", rule->params[i].name);
        int index = sqlite3_bind_parameter_index(stmt, name);

        free(name);
        if (index == 0)
            return error_set(err, STATUS_RULE, "%s:%d: parameter %s is not in the SQL", rule->path,
                             rule->params[i].line, rule->params[i].name);
    }
    return STATUS_OK;
}

/* sqlite3_prepare_v2() reads up to the first `;` and says nothing about the rest. */
static bool is_blank(sqlite3 *db, const char *tail)
{
    sqlite3_stmt *stmt = NULL;
    bool blank = sqlite3_prepare_v2(db, tail, -1, &stmt, &tail) == SQLITE_OK && stmt == NULL;

    sqlite3_finalize(stmt);
    return blank && *tail == '\0';
}

static enum status prepare(struct sandbox *sandbox, const struct rule *rule, sqlite3_stmt **stmt,
                           struct error *err)
{
    const char *tail = NULL;

    if (sqlite3_prepare_v2(sandbox->db, rule->text, -1, stmt, &tail) != SQLITE_OK) {
        int offset = sqlite3_error_offset(sandbox->db);

        return error_set(err, STATUS_RULE, "%s:%d: %s", rule->path,
                         rule_line(rule, offset < 0 ? rule->sql_offset : (size_t)offset),
                         sqlite3_errmsg(sandbox->db));
    }
    if (*stmt == NULL)
        return error_set(err, STATUS_RULE, "%s:%d: no SELECT after the header", rule->path,
                         rule_line(rule, rule->sql_offset));
    if (!sqlite3_stmt_readonly(*stmt) || sqlite3_column_count(*stmt) == 0)
        return error_set(err, STATUS_RULE, "%s:%d: a rule is one SELECT", rule->path,
                         rule_line(rule, rule->sql_offset));
    if (!is_blank(sandbox->db, tail))
        return error_set(err, STATUS_RULE, "%s:%d: text after the SELECT", rule->path,
                         rule_line(rule, (size_t)(tail - rule->text)));
    return STATUS_OK;
}

enum status sandbox_begin(struct sandbox *sandbox, const struct rule *rule, int64_t steps,
                          sqlite3_stmt **stmt, struct error *err)
{
    enum status status;

    *stmt = NULL;
    sandbox->locked = true;
    sandbox->steps_left = steps;
    status = prepare(sandbox, rule, stmt, err);
    if (status == STATUS_OK)
        status = bind_params(rule, *stmt, err);
    if (status == STATUS_OK)
        status = check_unused(rule, *stmt, err);
    if (status != STATUS_OK) {
        sandbox_end(sandbox, *stmt);
        *stmt = NULL;
    }
    return status;
}

void sandbox_end(struct sandbox *sandbox, sqlite3_stmt *stmt)
{
    sqlite3_finalize(stmt);
    sandbox->locked = false;
}

enum status sandbox_explain(struct sandbox *sandbox, const struct rule *rule, struct error *err)
{
    if (sandbox->steps_left < 0)
        return error_set(err, STATUS_RULE,
                         "%s: the rule used up its budget of steps (--rule-budget)", rule->path);
    return error_set(err, STATUS_RULE, "%s: %s", rule->path, sqlite3_errmsg(sandbox->db));
}
