#include "rules/rule.h"

#include <stdlib.h>
#include <string.h>

void rule_done(struct rule *rule)
{
    for (size_t i = 0; i < rule->params_count; i++)
        param_done(&rule->params[i]);
    free(rule->params);
    free(rule->id);
    free(rule->path);
    free(rule->text);
    free(rule->title);
    free(rule->explain);
    free(rule->remedy);
    free(rule->reference);
    memset(rule, 0, sizeof *rule);
}

bool rule_is_broken(const struct rule *rule)
{
    return rule->problem.text[0] != '\0';
}

const char *rule_kind_name(enum rule_kind kind)
{
    return kind == RULE_DIAGNOSIS ? "diagnosis" : "rule";
}

struct param *rule_param(const struct rule *rule, const char *name)
{
    for (size_t i = 0; i < rule->params_count; i++)
        if (strcmp(rule->params[i].name, name) == 0)
            return &rule->params[i];
    return NULL;
}

int rule_line(const struct rule *rule, size_t offset)
{
    int line = 1;

    for (size_t i = 0; i < offset && rule->text[i] != '\0'; i++)
        line += rule->text[i] == '\n';
    return line;
}
