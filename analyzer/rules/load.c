/* A rule from its file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "capture/hasher.h"
#include "rules/header.h"
#include "rules/load.h"

#define ID_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

/* Far above any rule that a person can read. */
enum {
    FILE_MAX_BYTES = 256 * 1024
};

static char *id_of_path(const char *path)
{
    const char *name = text_file_name(path);
    const char *dot = strrchr(name, '.');

    return memory_print("%.*s", (int)(dot ? (size_t)(dot - name) : strlen(name)), name);
}

static enum status read_file(struct rule *rule, size_t *length, struct error *err)
{
    FILE *file = fopen(rule->path, "rb");
    enum status status = STATUS_OK;

    if (file == NULL)
        return error_set(err, STATUS_RULE, "%s: %s", rule->path, strerror(errno));
    rule->text = memory_zalloc(FILE_MAX_BYTES + 1);
    *length = fread(rule->text, 1, FILE_MAX_BYTES + 1, file);
    if (ferror(file))
        status = error_set(err, STATUS_RULE, "%s: %s", rule->path, strerror(errno));
    else if (*length > FILE_MAX_BYTES)
        status =
            error_set(err, STATUS_RULE, "%s: larger than %d bytes", rule->path, FILE_MAX_BYTES);
    else if (memchr(rule->text, '\0', *length) != NULL)
        status = error_set(err, STATUS_RULE, "%s: not a text file", rule->path);
    fclose(file);
    return status;
}

static void digest_text(struct rule *rule, size_t length)
{
    struct hash *hash = hash_new();

    hash_add(hash, (const uint8_t *)rule->text, length);
    hash_write(hash, rule->sha256);
    hash_free(hash);
}

void rule_load(struct rule *rule, const char *path, enum rule_kind kind)
{
    size_t length = 0;

    memset(rule, 0, sizeof *rule);
    rule->id = id_of_path(path);
    rule->path = memory_copy_text(path);
    rule->kind = kind;
    if (rule->id[0] == '\0' || rule->id[strspn(rule->id, ID_CHARACTERS)] != '\0') {
        (void)error_set(&rule->problem, STATUS_RULE,
                        "%s: the name of a rule has only small letters, digits and -", path);
        return;
    }
    if (read_file(rule, &length, &rule->problem) != STATUS_OK)
        return;
    rule->text[length] = '\0';
    digest_text(rule, length);
    if (header_parse(rule, &rule->problem) == STATUS_OK)
        rule->problem.text[0] = '\0';
}
