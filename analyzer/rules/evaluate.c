#include "rules/evaluate.h"

#include <pthread.h>
#include <time.h>

/* What the threads share: the next rule is the one that none of them has taken. */
struct work {
    pthread_mutex_t lock;
    size_t next;
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

/* The number of a rule to evaluate; the set's count if there is none left. */
static size_t take_next(struct work *work)
{
    size_t taken;

    pthread_mutex_lock(&work->lock);
    while (work->next < work->set->count && !takes_part(&work->set->rules[work->next]))
        work->next++;
    taken = work->next;
    work->next += taken < work->set->count;
    pthread_mutex_unlock(&work->lock);
    return taken;
}

static void evaluate_some(struct work *work, struct sandbox *sandbox)
{
    size_t i;

    while ((i = take_next(work)) < work->set->count)
        evaluate_rule(sandbox, &work->set->rules[i], work->options, &work->evaluations[i]);
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
    bool has_helper = pthread_create(&helper, NULL, help, &work) == 0;

    evaluate_some(&work, sandbox);
    if (has_helper)
        pthread_join(helper, NULL);
    pthread_mutex_destroy(&work.lock);
}
