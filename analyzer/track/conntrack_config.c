#include "track/conntrack_config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conntrack_config conntrack_defaults(enum conntrack_kernel kernel)
{
    return (struct conntrack_config){
        .kernel = kernel,
        .loose = true,
        .max_retrans = 3,
        .timeout_s = {[CONNTRACK_SYN_SENT] = 120,
                      [CONNTRACK_SYN_RECV] = 60,
                      [CONNTRACK_ESTABLISHED] = 5 * 24 * 3600,
                      [CONNTRACK_FIN_WAIT] = 120,
                      [CONNTRACK_CLOSE_WAIT] = 60,
                      [CONNTRACK_LAST_ACK] = 30,
                      [CONNTRACK_TIME_WAIT] = 120,
                      [CONNTRACK_CLOSE] = 10,
                      [CONNTRACK_SYN_SENT2] = 120},
        .timeout_max_retrans_s = 300,
        .timeout_unacknowledged_s = 300,
    };
}

/* The sysctls that are numbers; SYN_SENT2 has none. */
static const struct {
    const char *name;
    size_t at;
} numbers[] = {
    {"max_retrans",            offsetof(struct conntrack_config, max_retrans)                     },
    {"timeout_syn_sent",       offsetof(struct conntrack_config, timeout_s[CONNTRACK_SYN_SENT])   },
    {"timeout_syn_recv",       offsetof(struct conntrack_config, timeout_s[CONNTRACK_SYN_RECV])   },
    {"timeout_established",    offsetof(struct conntrack_config, timeout_s[CONNTRACK_ESTABLISHED])},
    {"timeout_fin_wait",       offsetof(struct conntrack_config, timeout_s[CONNTRACK_FIN_WAIT])   },
    {"timeout_close_wait",     offsetof(struct conntrack_config, timeout_s[CONNTRACK_CLOSE_WAIT]) },
    {"timeout_last_ack",       offsetof(struct conntrack_config, timeout_s[CONNTRACK_LAST_ACK])   },
    {"timeout_time_wait",      offsetof(struct conntrack_config, timeout_s[CONNTRACK_TIME_WAIT])  },
    {"timeout_close",          offsetof(struct conntrack_config, timeout_s[CONNTRACK_CLOSE])      },
    {"timeout_max_retrans",    offsetof(struct conntrack_config, timeout_max_retrans_s)           },
    {"timeout_unacknowledged", offsetof(struct conntrack_config, timeout_unacknowledged_s)        },
};

static const struct {
    const char *name;
    size_t at;
} switches[] = {
    {"be_liberal",         offsetof(struct conntrack_config, be_liberal)        },
    {"ignore_invalid_rst", offsetof(struct conntrack_config, ignore_invalid_rst)},
    {"loose",              offsetof(struct conntrack_config, loose)             },
};

/* Digits at the front of `text`; `*end` is what follows them. */
static bool take_digits(const char *text, unsigned long *value, char **end)
{
    if (text[0] < '0' || text[0] > '9')
        return false;
    *value = strtoul(text, end, 10);
    return true;
}

static bool read_number(const char *text, unsigned long most, unsigned long *value)
{
    char *end;

    errno = 0;
    return take_digits(text, value, &end) && errno == 0 && *end == '\0' && *value <= most;
}

/* `NAME` or `NAME=VALUE`; without a value a switch is on. */
static bool take_sysctl(struct conntrack_config *config, char *text)
{
    char *value = strchr(text, '='), *fields = (char *)config;
    unsigned long number = 1;

    if (value != NULL)
        *value++ = '\0';
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (strcmp(switches[i].name, text) != 0)
            continue;
        if (value != NULL && !read_number(value, 1, &number))
            return false;
        *(bool *)(fields + switches[i].at) = number == 1;
        return true;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(numbers[i].name, text) != 0)
            continue;
        if (value == NULL || !read_number(value, UINT32_MAX, &number))
            return false;
        *(uint32_t *)(void *)(fields + numbers[i].at) = (uint32_t)number;
        return true;
    }
    return false;
}

/* `5.10`, `6.18.44`, `5.10.0-32-amd64`: what comes after the second number changes nothing. */
static bool take_kernel(struct conntrack_config *config, const char *text)
{
    unsigned long major, minor;
    char *end;

    if (!take_digits(text, &major, &end) || *end != '.' || !take_digits(end + 1, &minor, &end) ||
        (*end != '\0' && *end != '.' && *end != '-'))
        return false;
    *config = conntrack_defaults(major > 6 || (major == 6 && minor >= 1) ? CONNTRACK_6_1
                                                                         : CONNTRACK_5_10);
    return true;
}

static void add_case(struct conntrack_cases *cases, const char *name,
                     const struct conntrack_config *config)
{
    struct conntrack_case *item = &cases->items[cases->count++];

    snprintf(item->name, sizeof item->name, "%s", name);
    item->config = *config;
}

static void add_standard(struct conntrack_cases *cases)
{
    struct conntrack_config config = conntrack_defaults(CONNTRACK_5_10);

    memset(cases, 0, sizeof *cases);
    add_case(cases, "5.10", &config);
    config = conntrack_defaults(CONNTRACK_6_1);
    add_case(cases, "6.1", &config);
    config = conntrack_defaults(CONNTRACK_5_10);
    config.be_liberal = true;
    add_case(cases, "5.10,be_liberal", &config);
}

static bool are_alike(const struct conntrack_config *a, const struct conntrack_config *b)
{
    return a->kernel == b->kernel && a->be_liberal == b->be_liberal &&
           a->ignore_invalid_rst == b->ignore_invalid_rst && a->loose == b->loose &&
           a->max_retrans == b->max_retrans &&
           memcmp(a->timeout_s, b->timeout_s, sizeof a->timeout_s) == 0 &&
           a->timeout_max_retrans_s == b->timeout_max_retrans_s &&
           a->timeout_unacknowledged_s == b->timeout_unacknowledged_s;
}

enum status conntrack_cases_read(struct conntrack_cases *cases, const char *text, struct error *err)
{
    struct conntrack_config config;
    char copy[CONNTRACK_CASE_NAME], *save = NULL, *part;

    add_standard(cases);
    if (text == NULL)
        return STATUS_OK;
    if (strlen(text) >= sizeof copy)
        return error_set(err, STATUS_USAGE, "%s: too long", text);
    memcpy(copy, text, strlen(text) + 1);
    part = strtok_r(copy, ",", &save);
    if (part == NULL || !take_kernel(&config, part))
        return error_set(err, STATUS_USAGE, "'%s': must be a kernel's version, such as 5.10", text);
    while ((part = strtok_r(NULL, ",", &save)) != NULL)
        if (!take_sysctl(&config, part))
            return error_set(err, STATUS_USAGE,
                             "'%s': no such sysctl of conntrack, or a value that it can't have",
                             part);
    for (int i = 0; i < cases->count; i++)
        if (are_alike(&cases->items[i].config, &config)) {
            cases->chosen = i;
            return STATUS_OK;
        }
    cases->chosen = cases->count;
    add_case(cases, text, &config);
    return STATUS_OK;
}
