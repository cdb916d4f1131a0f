/* Checks a JSON file against a JSON schema (draft 2020-12), for the command-line tests: those of
 * its keywords that our schema uses. Any other keyword is a failure, so that none goes unchecked.
 *
 * usage: check_json SCHEMA.json FILE.json      exit status 1, and a line for each, if it differs */
#include <errno.h>
#include <regex.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sqlite3 *db;
static const char *root; /* the schema, for its $defs */
static int failures;

/* A value as json_each() tells it: objects and arrays are JSON text, strings are without quotes. */
struct value {
    const char *type, *text, *path;
};

static void fail(const struct value *value, const char *keyword, const char *wanted)
{
    printf("%s: %s: %s, but it is %s %.60s\n", value->path, keyword, wanted, value->type,
           value->text);
    failures++;
}

static void check(const char *schema, const struct value *value);

static sqlite3_stmt *ask(const char *sql, const char *first, const char *second)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
        sqlite3_bind_text(stmt, 1, first, -1, SQLITE_TRANSIENT) != SQLITE_OK ||
        (second != NULL && sqlite3_bind_text(stmt, 2, second, -1, SQLITE_TRANSIENT) != SQLITE_OK)) {
        fprintf(stderr, "check_json: %s\n", sqlite3_errmsg(db));
        exit(2);
    }
    return stmt;
}

static const char *column(sqlite3_stmt *stmt, int number)
{
    const char *text = (const char *)sqlite3_column_text(stmt, number);

    return text != NULL ? text : "null";
}

/* Whether the query with these two texts gives a row. */
static bool holds(const char *sql, const char *first, const char *second)
{
    sqlite3_stmt *stmt = ask(sql, first, second);
    bool row = sqlite3_step(stmt) == SQLITE_ROW;

    sqlite3_finalize(stmt);
    return row;
}

/* `wanted` is a name of JSON Schema. */
static bool has_type(const struct value *value, const char *wanted)
{
    static const char *const others[][2] = {
        {"string",  "text"   },
        {"number",  "real"   },
        {"number",  "integer"},
        {"boolean", "true"   },
        {"boolean", "false"  },
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i][0], wanted) == 0 && strcmp(others[i][1], value->type) == 0)
            return true;
    return strcmp(value->type, wanted) == 0;
}

/* Text, or JSON text of a list of it. */
static void check_type(const struct value *value, const char *type, const char *text)
{
    bool right = false;

    if (strcmp(type, "text") == 0) {
        right = has_type(value, text);
    } else {
        sqlite3_stmt *stmt = ask("SELECT value FROM json_each(?)", text, NULL);

        while (sqlite3_step(stmt) == SQLITE_ROW)
            right = right || has_type(value, column(stmt, 0));
        sqlite3_finalize(stmt);
    }
    if (!right)
        fail(value, "type", text);
}

static void check_pattern(const struct value *value, const char *pattern)
{
    regex_t regex;

    if (strcmp(value->type, "text") != 0)
        return;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        fail(value, "pattern", "not understood");
        return;
    }
    if (regexec(&regex, value->text, 0, NULL, 0) != 0)
        fail(value, "pattern", pattern);
    regfree(&regex);
}

static void check_required(const struct value *value, const char *names)
{
    sqlite3_stmt *stmt;

    if (strcmp(value->type, "object") != 0)
        return;
    stmt = ask("SELECT value FROM json_each(?1) WHERE value NOT IN (SELECT key FROM json_each(?2))",
               names, value->text);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        fail(value, "required", column(stmt, 0));
    sqlite3_finalize(stmt);
}

/* The members of an object, or the items of an array. `schemas` holds a schema for each name, which
 * the query joins. */
static void check_children(const struct value *value, const char *sql, const char *schemas)
{
    sqlite3_stmt *stmt = ask(sql, value->text, schemas);

    while (sqlite3_step(stmt) == SQLITE_ROW) {
        char path[400];
        const struct value child = {column(stmt, 1), column(stmt, 2), path};

        snprintf(path, sizeof path, "%s.%s", value->path, column(stmt, 0));
        check(column(stmt, 3), &child);
    }
    sqlite3_finalize(stmt);
}

static void check_reference(const struct value *value, const char *reference)
{
    static const char head[] = "#/$defs/";
    sqlite3_stmt *stmt = ask("SELECT d.value FROM json_each(?1, '$.\"$defs\"') d WHERE d.key = ?2",
                             root, reference + sizeof head - 1);

    if (strncmp(reference, head, sizeof head - 1) != 0 || sqlite3_step(stmt) != SQLITE_ROW)
        fail(value, "$ref", reference);
    else
        check(column(stmt, 0), value);
    sqlite3_finalize(stmt);
}

static bool exceeds_limit(const struct value *value, const char *keyword, const char *limit)
{
    static const struct {
        const char *keyword, *type, *sql;
    } limits[] = {
        {"minimum",  "number", "SELECT 1 WHERE CAST(?1 AS REAL) < CAST(?2 AS REAL)"        },
        {"maximum",  "number", "SELECT 1 WHERE CAST(?1 AS REAL) > CAST(?2 AS REAL)"        },
        {"minItems", "array",  "SELECT 1 WHERE json_array_length(?1) < CAST(?2 AS INTEGER)"},
        {"maxItems", "array",  "SELECT 1 WHERE json_array_length(?1) > CAST(?2 AS INTEGER)"},
    };

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (strcmp(limits[i].keyword, keyword) == 0 && has_type(value, limits[i].type))
            return holds(limits[i].sql, value->text, limit);
    return false;
}

/* Of keywords that say no more than that something does not fit. */
static bool fits(const struct value *value, const char *keyword, const char *text)
{
    if (strcmp(keyword, "const") == 0)
        return holds("SELECT 1 WHERE ?1 = ?2", value->text, text);
    if (strcmp(keyword, "enum") == 0)
        return holds("SELECT 1 FROM json_each(?1) WHERE value = ?2", text, value->text);
    return !exceeds_limit(value, keyword, text);
}

static void check_members(const char *schema, const struct value *value, const char *keyword,
                          const char *text)
{
    if (strcmp(keyword, "required") == 0)
        check_required(value, text);
    else if (strcmp(keyword, "properties") == 0)
        check_children(value,
                       "SELECT v.key, v.type, v.value, s.value FROM json_each(?1) v"
                       " JOIN json_each(?2) s ON s.key = v.key",
                       text);
    else if (strcmp(keyword, "additionalProperties") == 0)
        check_children(value,
                       "SELECT v.key, v.type, v.value, json_extract(?2, '$.additionalProperties')"
                       " FROM json_each(?1) v WHERE v.key NOT IN"
                       " (SELECT key FROM json_each(?2, '$.properties'))",
                       schema);
}

static bool is_known(const char *keyword)
{
    return holds("SELECT 1 FROM json_each(?1) WHERE value = ?2",
                 "[\"type\",\"pattern\",\"required\",\"$ref\",\"const\",\"enum\",\"properties\","
                 "\"additionalProperties\",\"items\",\"minimum\",\"maximum\",\"minItems\","
                 "\"maxItems\",\"description\",\"title\",\"$schema\",\"$id\",\"$defs\"]",
                 keyword);
}

/* One keyword of `schema`; `type` and `text` are its value. */
static void check_keyword(const char *schema, const struct value *value, const char *keyword,
                          const char *type, const char *text)
{
    if (!is_known(keyword))
        fail(value, keyword, "a keyword that this check does not know");
    else if (!fits(value, keyword, text))
        fail(value, keyword, text);
    if (strcmp(keyword, "type") == 0)
        check_type(value, type, text);
    if (strcmp(keyword, "pattern") == 0)
        check_pattern(value, text);
    if (strcmp(keyword, "$ref") == 0)
        check_reference(value, text);
    if (strcmp(value->type, "object") == 0)
        check_members(schema, value, keyword, text);
    if (strcmp(keyword, "items") == 0 && strcmp(value->type, "array") == 0)
        check_children(value, "SELECT key, type, value, ?2 FROM json_each(?1)", text);
}

/* `schema` is JSON text, or 0 for `false`. */
static void check(const char *schema, const struct value *value)
{
    sqlite3_stmt *stmt;

    if (strcmp(schema, "0") == 0) {
        fail(value, "additionalProperties", "it should not be there");
        return;
    }
    stmt = ask("SELECT key, type, value FROM json_each(?)", schema, NULL);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        check_keyword(schema, value, column(stmt, 0), column(stmt, 1), column(stmt, 2));
    sqlite3_finalize(stmt);
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0;

    if (file == NULL || getdelim(&text, &size, '\0', file) < 0) {
        fprintf(stderr, "check_json: %s: %s\n", path, strerror(errno));
        exit(2);
    }
    fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    char *schema, *text;

    if (argc != 3 || sqlite3_open(":memory:", &db) != SQLITE_OK) {
        fprintf(stderr, "usage: check_json SCHEMA.json FILE.json\n");
        return 2;
    }
    schema = read_file(argv[1]);
    text = read_file(argv[2]);
    root = schema;
    if (!holds("SELECT 1 WHERE json_valid(?1) AND json_valid(?2)", schema, text)) {
        printf("not JSON\n");
        failures++;
    } else {
        check(schema, &(struct value){"object", text, "$"});
    }
    free(schema);
    free(text);
    sqlite3_close(db);
    return failures > 0;
}
