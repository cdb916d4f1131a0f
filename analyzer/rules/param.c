#include "rules/param.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool is_name(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || c == '_' || (!first && c >= '0' && c <= '9');
}

static size_t span_name(const char *text)
{
    size_t length = 0;

    while (is_name(text[length], length == 0))
        length++;
    return length;
}

static char *copy_range(const char *from, size_t length)
{
    return memory_print("%.*s", (int)length, from);
}

/* strtod() reads "nan" and hexadecimal too; a rule says numbers in digits. */
static bool looks_numeric(const char *value)
{
    return strspn(value, "0123456789+-.eE") == strlen(value) && strpbrk(value, "0123456789");
}

/* False if the value looks like a number and is none that fits. */
static bool find_type(const char *value, enum param_type *type)
{
    char *end;

    *type = PARAM_TEXT;
    if (!looks_numeric(value))
        return true;
    errno = 0;
    (void)strtoll(value, &end, 10);
    if (*end == '\0') {
        *type = PARAM_INTEGER;
        return errno == 0;
    }
    (void)strtod(value, &end);
    if (*end == '\0')
        *type = PARAM_REAL;
    return errno == 0;
}

const char *param_parse(const char *text, struct param *param)
{
    size_t name_length = span_name(text);
    const char *value = text + name_length;
    const char *what = strstr(text, " -- ");
    size_t value_length;

    memset(param, 0, sizeof *param);
    value += strspn(value, " ");
    if (name_length == 0 || *value != '=')
        return "a parameter is `name = value`, its name in small letters, digits and _";
    value++;
    value += strspn(value, " ");
    value_length = what != NULL && what > value ? (size_t)(what - value) : strlen(value);
    while (value_length > 0 && value[value_length - 1] == ' ')
        value_length--;
    if (value_length == 0)
        return "the parameter has no value";
    param->value = copy_range(value, value_length);
    if (!find_type(param->value, &param->type)) {
        param_done(param);
        return "the number does not fit into 64 bits";
    }
    param->name = copy_range(text, name_length);
    if (what != NULL)
        param->what = memory_copy_text(what + strlen(" -- "));
    return NULL;
}

void param_done(struct param *param)
{
    free(param->name);
    free(param->value);
    free(param->what);
    memset(param, 0, sizeof *param);
}

const char *param_set(struct param *param, const char *value)
{
    enum param_type type;

    if (!find_type(value, &type))
        return "the number does not fit into 64 bits";
    if (param->type == PARAM_INTEGER && type != PARAM_INTEGER)
        return "the parameter takes an integer";
    if (param->type == PARAM_REAL && type == PARAM_TEXT)
        return "the parameter takes a number";
    free(param->value);
    param->value = memory_copy_text(value);
    return NULL;
}

int param_bind(const struct param *param, sqlite3_stmt *stmt, int index)
{
    switch (param->type) {
    case PARAM_INTEGER:
        return sqlite3_bind_int64(stmt, index, strtoll(param->value, NULL, 10));
    case PARAM_REAL:
        return sqlite3_bind_double(stmt, index, strtod(param->value, NULL));
    case PARAM_TEXT:
        break;
    }
    return sqlite3_bind_text(stmt, index, param->value, -1, SQLITE_STATIC);
}

char *params_json(sqlite3 *db, const struct param *params, size_t count)
{
    char *json = memory_copy_text("{}");
    sqlite3_stmt *stmt = NULL;

    /* A name needs no quoting in a JSON path: see span_name(). */
    if (sqlite3_prepare_v2(db, "SELECT json_set(?1, '$.' || ?2, ?3)", -1, &stmt, NULL) != SQLITE_OK)
        goto failed;
    for (size_t i = 0; i < count; i++) {
        if (sqlite3_bind_text(stmt, 1, json, -1, SQLITE_TRANSIENT) != SQLITE_OK ||
            sqlite3_bind_text(stmt, 2, params[i].name, -1, SQLITE_STATIC) != SQLITE_OK ||
            param_bind(&params[i], stmt, 3) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW)
            goto failed;
        free(json);
        json = memory_copy_text((const char *)sqlite3_column_text(stmt, 0));
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    return json;
failed:
    sqlite3_finalize(stmt);
    free(json);
    return NULL;
}
