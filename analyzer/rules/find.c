/* Where the rules are, and all of them in their order. */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "rules/load.h"
#include "rules/rules.h"

/* The paths of DIR/NAME.sql. Names sort by their bytes, whatever the locale says. */
static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *escape_pattern(const char *text)
{
    char *escaped = memory_alloc(2 * strlen(text) + 1);
    char *to = escaped;

    for (; *text != '\0'; text++) {
        if (strchr("*?[\\", *text) != NULL)
            *to++ = '\\';
        *to++ = *text;
    }
    *to = '\0';
    return escaped;
}

/* The .sql files of `dir` in order; done with globfree(). False if there is none. */
static bool list_folder(const char *dir, glob_t *found)
{
    char *escaped = escape_pattern(dir);
    char *pattern = memory_print("%s/*.sql", escaped);
    bool any = glob(pattern, GLOB_NOSORT, NULL, found) == 0;

    if (any)
        qsort(found->gl_pathv, found->gl_pathc, sizeof *found->gl_pathv, compare_paths);
    else
        globfree(found);
    free(pattern);
    free(escaped);
    return any;
}

static bool has_rules(const char *dir)
{
    glob_t found;

    if (!list_folder(dir, &found))
        return false;
    globfree(&found);
    return true;
}

const char *rules_dir(void)
{
    static const char *const beside[] = {"/../rules", "/../../rules", "/../share/tcpmortem/rules"};
    static char dir[PATH_MAX + 32];
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    if (length > 0) {
        char *slash;

        program[length] = '\0';
        slash = strrchr(program, '/');
        if (slash != NULL)
            *slash = '\0';
        for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
            snprintf(dir, sizeof dir, "%s%s", program, beside[i]);
            if (has_rules(dir))
                return dir;
        }
    }
    snprintf(dir, sizeof dir, "%s/rules", DATADIR);
    return has_rules(dir) ? dir : NULL;
}

void rule_set_add(struct rule_set *set, const char *path, enum rule_kind kind)
{
    struct rule *rule = MEMORY_APPEND(set->rules, set->count, set->capacity);

    rule_load(rule, path, kind);
}

static void add_folder(struct rule_set *set, const char *dir, enum rule_kind kind)
{
    glob_t found;

    if (!list_folder(dir, &found))
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        rule_set_add(set, found.gl_pathv[i], kind);
    globfree(&found);
}

/* Two rules of one name cannot both have a row in `rule`. */
static void mark_doubles(struct rule_set *set)
{
    for (size_t i = 1; i < set->count; i++)
        for (size_t j = 0; j < i; j++)
            if (!rule_is_broken(&set->rules[i]) && strcmp(set->rules[i].id, set->rules[j].id) == 0)
                (void)error_set(&set->rules[i].problem, STATUS_RULE,
                                "%s:1: %s has this name already", set->rules[i].path,
                                set->rules[j].path);
}

enum status rule_set_load(struct rule_set *set, const char *dir, struct error *err)
{
    char *diagnoses;

    memset(set, 0, sizeof *set);
    if (dir == NULL)
        dir = rules_dir();
    if (dir == NULL)
        return error_set(err, STATUS_RULE,
                         "rules: no folder of rules was found; name it with --rules");
    diagnoses = memory_print("%s/diagnoses", dir);
    add_folder(set, dir, RULE_PLAIN);
    add_folder(set, diagnoses, RULE_DIAGNOSIS);
    free(diagnoses);
    if (set->count == 0)
        return error_set(err, STATUS_RULE, "%s: no rule (NAME.sql) in this folder", dir);
    mark_doubles(set);
    return STATUS_OK;
}

void rule_set_done(struct rule_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        rule_done(&set->rules[i]);
    free(set->rules);
    memset(set, 0, sizeof *set);
}

static struct rule *find_rule(const struct rule_set *set, const char *id, size_t length)
{
    for (size_t i = 0; i < set->count; i++)
        if (strlen(set->rules[i].id) == length && memcmp(set->rules[i].id, id, length) == 0)
            return &set->rules[i];
    return NULL;
}

enum status rule_set_override(struct rule_set *set, const char *assignment, struct error *err)
{
    const char *equals = strchr(assignment, '=');
    const char *dot = strchr(assignment, '.');
    struct rule *rule;
    struct param *param;
    const char *reason;
    char *name;

    if (equals == NULL || dot == NULL || dot > equals)
        return error_set(err, STATUS_USAGE, "--set %s: not RULE.PARAM=VALUE", assignment);
    rule = find_rule(set, assignment, (size_t)(dot - assignment));
    if (rule == NULL)
        return error_set(err, STATUS_USAGE, "--set %s: no rule has this name", assignment);
    if (rule_is_broken(rule))
        return STATUS_OK; /* said when it is to run */
    name = memory_print("%.*s", (int)(equals - dot - 1), dot + 1);
    param = rule_param(rule, name);
    free(name);
    if (param == NULL)
        return error_set(err, STATUS_USAGE, "--set %s: the rule has no such parameter", assignment);
    reason = param_set(param, equals + 1);
    if (reason != NULL)
        return error_set(err, STATUS_USAGE, "--set %s: %s", assignment, reason);
    return STATUS_OK;
}
