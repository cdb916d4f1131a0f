/* The header of a rule: comment lines `-- key: value` at the top of the file. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "rules/header.h"
#include "rules/severity.h"

enum key {
    KEY_TITLE,
    KEY_SEVERITY,
    KEY_PARAM,
    KEY_EXPLAIN,
    KEY_REMEDY,
    KEY_REFERENCE,
    KEYS
};

static const char *const key_names[KEYS] = {"title",   "severity", "param",
                                            "explain", "remedy",   "reference"};

/* One comment line, without its dashes. */
struct line {
    int number;
    size_t indent; /* spaces between the dashes and the text */
    const char *text;
    size_t length; /* without spaces at the end; 0: a bare comment */
};

/* A key with all of its value. */
struct entry {
    enum key key;
    int line;
    size_t indent;
    char *value;
};

struct entries {
    struct entry *list;
    size_t count;
    size_t capacity;
};

static enum status fail(const struct rule *rule, int line, const char *reason, struct error *err)
{
    return error_set(err, STATUS_RULE, "%s:%d: %s", rule->path, line, reason);
}

/* Takes the next comment line; false at the first line that is none. */
static bool line_next(const char **text, struct line *line)
{
    const char *from = *text;
    size_t length = strcspn(from, "\n");

    if (strncmp(from, "--", 2) != 0)
        return false;
    *text = from + length + (from[length] == '\n');
    from += 2;
    length -= 2;
    while (length > 0 && strchr(" \t\r", from[length - 1]) != NULL)
        length--;
    line->number++;
    line->indent = strspn(from, " ");
    if (line->indent > length)
        line->indent = length;
    line->text = from + line->indent;
    line->length = length - line->indent;
    return true;
}

/* The key that the line begins with; KEYS if it begins with none. Sets where its value begins. */
static enum key line_key(const struct line *line, size_t *value)
{
    for (int key = 0; key < KEYS; key++) {
        size_t length = strlen(key_names[key]);

        if (line->length > length && line->text[length] == ':' &&
            memcmp(line->text, key_names[key], length) == 0) {
            *value = length + 1;
            while (*value < line->length && line->text[*value] == ' ')
                ++*value;
            return (enum key)key;
        }
    }
    return KEYS;
}

static void entry_extend(struct entry *entry, const char *glue, const char *text, size_t length)
{
    char *longer = memory_print("%s%s%.*s", entry->value, glue, (int)length, text);

    free(entry->value);
    entry->value = longer;
}

static enum status entries_add_line(struct entries *entries, const struct rule *rule,
                                    const struct line *line, bool after_bare, struct error *err)
{
    struct entry *last = entries->count ? &entries->list[entries->count - 1] : NULL;
    size_t value = 0;
    enum key key = line_key(line, &value);

    if (last != NULL && line->indent > last->indent) {
        if (key != KEYS)
            return fail(rule, line->number, "a key is indented further than the one before", err);
        entry_extend(last,
                     after_bare       ? "\n\n"
                     : last->value[0] ? " "
                                      : "",
                     line->text, line->length);
        return STATUS_OK;
    }
    if (key == KEYS)
        return fail(rule, line->number,
                    "neither a key (title, severity, param, explain, remedy, reference) "
                    "nor indented further than one",
                    err);
    last = MEMORY_APPEND(entries->list, entries->count, entries->capacity);
    last->key = key;
    last->line = line->number;
    last->indent = line->indent;
    last->value = memory_print("%.*s", (int)(line->length - value), line->text + value);
    return STATUS_OK;
}

static enum status entries_read(struct entries *entries, struct rule *rule, struct error *err)
{
    const char *text = rule->text;
    struct line line = {0};
    bool after_bare = false;

    while (line_next(&text, &line)) {
        enum status status;

        if (line.length == 0) {
            after_bare = true;
            continue;
        }
        status = entries_add_line(entries, rule, &line, after_bare, err);
        if (status != STATUS_OK)
            return status;
        after_bare = false;
    }
    rule->sql_offset = (size_t)(text - rule->text);
    return STATUS_OK;
}

static enum status add_param(struct rule *rule, const struct entry *entry, struct error *err)
{
    struct param param;
    const char *reason = param_parse(entry->value, &param);

    if (reason != NULL)
        return fail(rule, entry->line, reason, err);
    if (rule_param(rule, param.name) != NULL) {
        param_done(&param);
        return fail(rule, entry->line, "the parameter is there already", err);
    }
    param.line = entry->line;
    rule->params = memory_resize(rule->params, (rule->params_count + 1) * sizeof param);
    rule->params[rule->params_count++] = param;
    return STATUS_OK;
}

static enum status set_text(struct rule *rule, char **text, struct entry *entry, struct error *err)
{
    if (*text != NULL)
        return fail(rule, entry->line, "the key is there already", err);
    *text = entry->value;
    entry->value = NULL; /* now the rule's */
    return STATUS_OK;
}

static enum status set_severity(struct rule *rule, const struct entry *entry, struct error *err)
{
    int rank = severity_rank(entry->value);

    if (rule->severity != NULL)
        return fail(rule, entry->line, "the key is there already", err);
    if (rank < 0)
        return fail(rule, entry->line, "the severity is none of info, notice, warning, error", err);
    rule->severity = severity_name(rank);
    return STATUS_OK;
}

static enum status apply_entry(struct rule *rule, struct entry *entry, struct error *err)
{
    if (entry->value[0] == '\0')
        return fail(rule, entry->line, "the key has no value", err);
    switch (entry->key) {
    case KEY_TITLE:
        return set_text(rule, &rule->title, entry, err);
    case KEY_SEVERITY:
        return set_severity(rule, entry, err);
    case KEY_PARAM:
        return add_param(rule, entry, err);
    case KEY_EXPLAIN:
        return set_text(rule, &rule->explain, entry, err);
    case KEY_REMEDY:
        return set_text(rule, &rule->remedy, entry, err);
    case KEY_REFERENCE:
        return set_text(rule, &rule->reference, entry, err);
    case KEYS:
        break;
    }
    abort();
}

enum status header_parse(struct rule *rule, struct error *err)
{
    struct entries entries = {0};
    enum status status = entries_read(&entries, rule, err);

    for (size_t i = 0; i < entries.count && status == STATUS_OK; i++)
        status = apply_entry(rule, &entries.list[i], err);
    if (status == STATUS_OK && rule->title == NULL)
        status = fail(rule, 1, "the header has no title", err);
    if (status == STATUS_OK && rule->severity == NULL)
        status = fail(rule, 1, "the header has no severity", err);
    for (size_t i = 0; i < entries.count; i++)
        free(entries.list[i].value);
    free(entries.list);
    return status;
}
