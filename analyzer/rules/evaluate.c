#include "rules/evaluate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"

/* What the threads share: the next rule is the one that none of them has taken. */
struct work {
    pthread_mutex_t lock;
    struct turn *turns;
    size_t next, count; /* of the turns */
    const char *path;
    struct rule_set *set;
    const struct rules_options *options;
    struct evaluation *evaluations;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void evaluate_rule(struct sandbox *sandbox, struct rule *rule, const struct rules_options *options,
                   struct evaluation *evaluation)
{
    int64_t steps = options->step_budget > 0 ? options->step_budget : SANDBOX_STEPS;
    int64_t start = options->timings ? now_ms() : 0;
    sqlite3_stmt *stmt = NULL;

    *evaluation = (struct evaluation){.ms = -1};
    evaluation->status = sandbox_begin(sandbox, rule, steps, &stmt, &rule->problem);
    if (evaluation->status != STATUS_OK)
        return;
    evaluation->status = results_read(&evaluation->results, rule, sandbox, stmt, &rule->problem);
    sandbox_end(sandbox, stmt);
    if (evaluation->status != STATUS_OK)
        results_done(&evaluation->results);
    if (options->timings)
        evaluation->ms = now_ms() - start;
}

static bool takes_part(const struct rule *rule)
{
    return rule->kind == RULE_PLAIN && !rule_is_broken(rule);
}

struct turn {
    size_t rule;   /* its number in the set */
    size_t length; /* of its text */
};

static int compare_turns(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;

    if (x->length != y->length)
        return x->length > y->length ? -1 : 1;
    return x->rule < y->rule ? -1 : 1;
}

/* Long texts first, which take about the longest too: so that no thread begins a long one when the
 * other has nothing left to do. */
static void take_turns(struct work *work)
{
    const struct rule_set *set = work->set;

    work->turns = memory_alloc((set->count + 1) * sizeof *work->turns);
    for (size_t i = 0; i < set->count; i++)
        if (takes_part(&set->rules[i]))
            work->turns[work->count++] = (struct turn){i, strlen(set->rules[i].text)};
    qsort(work->turns, work->count, sizeof *work->turns, compare_turns);
}

/* NULL: there is none left. */
static const struct turn *take_next(struct work *work)
{
    const struct turn *taken = NULL;

    pthread_mutex_lock(&work->lock);
    if (work->next < work->count)
        taken = &work->turns[work->next++];
    pthread_mutex_unlock(&work->lock);
    return taken;
}

static void evaluate_some(struct work *work, struct sandbox *sandbox)
{
    const struct turn *turn;

    while ((turn = take_next(work)) != NULL)
        evaluate_rule(sandbox, &work->set->rules[turn->rule], work->options,
                      &work->evaluations[turn->rule]);
}

static void *help(void *context)
{
    struct work *work = context;
    struct sandbox *sandbox = NULL;
    struct error err;

    /* If it can't be opened once more, the other thread does it all. */
    if (sandbox_open(work->path, &sandbox, &err) == STATUS_OK)
        evaluate_some(work, sandbox);
    sandbox_close(sandbox);
    return NULL;
}

void evaluate_all(struct sandbox *sandbox, const char *path, struct rule_set *set,
                  const struct rules_options *options, struct evaluation *evaluations)
{
    struct work work = {
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .path = path,
        .set = set,
        .options = options,
        .evaluations = evaluations,
    };
    pthread_t helper;
    bool has_helper;

    take_turns(&work);
    has_helper = pthread_create(&helper, NULL, help, &work) == 0;
    evaluate_some(&work, sandbox);
    if (has_helper)
        pthread_join(helper, NULL);
    pthread_mutex_destroy(&work.lock);
    free(work.turns);
}
