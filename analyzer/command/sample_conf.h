/* case.conf of a sample. */
#ifndef SAMPLE_CONF_H
#define SAMPLE_CONF_H

#include "base/error.h"
#include "capture/filter.h"
#include "capture/input.h"
#include "command/pass_conntrack.h"
#include "decode/tunnel.h"
#include "survey/nat_map.h"

struct sample_conf {
    struct input_set inputs;
    char **sets; /* RULE.PARAM=VALUE */
    size_t sets_count, sets_capacity;
    struct tunnel_map tunnels;
    struct nat_map nat;
    struct conntrack_requests conntrack;
    struct filter *filter; /* NULL: none */
    char *path;            /* the points from client to server; NULL: not said */
};

/* Reads `dir`/case.conf. STATUS_INPUT and `err` (file, line, reason) if it can't be read or makes
 * no sense. The caller ends with sample_conf_done() in any case. */
enum status sample_conf_read(const char *dir, struct sample_conf *conf, struct error *err)
    __attribute__((warn_unused_result));

void sample_conf_done(struct sample_conf *conf);

#endif
