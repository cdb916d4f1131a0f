#include "command/sample_conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static char *trim(char *text)
{
    char *end = text + strlen(text);

    while (isspace((unsigned char)*text))
        text++;
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return text;
}

/* `a.pcap,b.pcap` of the folder `dir`, as one argument of `analyze`. Caller frees. */
static char *make_argument(const char *dir, const char *point, char *files)
{
    char *argument = memory_print("%s=", point), *save = NULL;
    const char *comma = "";

    for (char *file = strtok_r(files, ",", &save); file; file = strtok_r(NULL, ",", &save)) {
        char *longer = memory_print("%s%s%s/%s", argument, comma, dir, trim(file));

        free(argument);
        argument = longer;
        comma = ",";
    }
    return argument;
}

static enum status take_set(const char *dir, char *value, struct sample_conf *conf,
                            struct error *err)
{
    char **set = MEMORY_APPEND(conf->sets, conf->sets_count, conf->sets_capacity);

    (void)dir;
    (void)err;
    *set = memory_copy_text(value);
    return STATUS_OK;
}

static enum status take_tunnel(const char *dir, char *value, struct sample_conf *conf,
                               struct error *err)
{
    (void)dir;
    return tunnel_map_add(&conf->tunnels, value, err);
}

static enum status take_nat(const char *dir, char *value, struct sample_conf *conf,
                            struct error *err)
{
    char *path = memory_print("%s/%s", dir, value);
    enum status status = nat_map_read(&conf->nat, path, err);

    free(path);
    return status;
}

static enum status take_conntrack(const char *dir, char *value, struct sample_conf *conf,
                                  struct error *err)
{
    (void)dir;
    return conntrack_requests_add(&conf->conntrack, value, err);
}

static enum status take_filter(const char *dir, char *value, struct sample_conf *conf,
                               struct error *err)
{
    (void)dir;
    filter_free(conf->filter);
    return filter_new(value, &conf->filter, err);
}

static enum status take_path(const char *dir, char *value, struct sample_conf *conf,
                             struct error *err)
{
    (void)dir;
    (void)err;
    free(conf->path);
    conf->path = memory_copy_text(value);
    return STATUS_OK;
}

/* The options of `analyze` that change what is found. No point of a sample has such a name. */
static const struct {
    const char *key;
    enum status (*take)(const char *dir, char *value, struct sample_conf *conf, struct error *err);
} options[] = {
    {"set",       take_set      },
    {"tunnel",    take_tunnel   },
    {"nat",       take_nat      },
    {"conntrack", take_conntrack},
    {"filter",    take_filter   },
    {"path",      take_path     },
};

static enum status take_line(const char *dir, char *line, struct sample_conf *conf,
                             struct error *err)
{
    char *equals, *key, *value, *argument;
    enum status status;

    line[strcspn(line, "#")] = '\0';
    line = trim(line);
    if (*line == '\0')
        return STATUS_OK;
    equals = strchr(line, '=');
    if (equals == NULL)
        return error_set(
            err, STATUS_INPUT,
            "'%s': must be POINT = FILE, or an option of analyze: set, tunnel, nat, conntrack,"
            " filter or path = VALUE",
            line);
    *equals = '\0';
    key = trim(line);
    value = trim(equals + 1);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(key, options[i].key) == 0)
            return options[i].take(dir, value, conf, err);
    argument = make_argument(dir, key, value);
    status = input_set_add(&conf->inputs, argument, err);
    free(argument);
    return status;
}

enum status sample_conf_read(const char *dir, struct sample_conf *conf, struct error *err)
{
    char *path = memory_print("%s/case.conf", dir), *line = NULL;
    enum status status = STATUS_OK;
    size_t size = 0;
    unsigned number = 0;
    FILE *file = fopen(path, "r");

    *conf = (struct sample_conf){0};
    if (file == NULL) {
        status = error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno));
        goto out;
    }
    while (status == STATUS_OK && getline(&line, &size, file) >= 0) {
        struct error reason;

        number++;
        if (take_line(dir, line, conf, &reason) != STATUS_OK)
            status = error_set(err, STATUS_INPUT, "%s:%u: %s", path, number, reason.text);
    }
    if (status == STATUS_OK && conf->inputs.count == 0)
        status = error_set(err, STATUS_INPUT, "%s: names no captures", path);
out:
    if (file != NULL)
        fclose(file);
    free(line);
    free(path);
    return status;
}

void sample_conf_done(struct sample_conf *conf)
{
    input_set_done(&conf->inputs);
    nat_map_done(&conf->nat);
    conntrack_requests_done(&conf->conntrack);
    filter_free(conf->filter);
    free(conf->path);
    for (size_t i = 0; i < conf->sets_count; i++)
        free(conf->sets[i]);
    free(conf->sets);
    *conf = (struct sample_conf){0};
}
