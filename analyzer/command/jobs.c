#include "command/jobs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "command/interrupt.h"

/* What a process leaves behind, in memory that it shares with us. */
struct process_result {
    enum sample_result sample;
    double seconds;
    struct error err;
};

struct process {
    pid_t pid; /* 0: not begun, or over */
    bool over;
    int status;      /* of waitpid() */
    FILE *out, *err; /* what it printed */
};

struct pool {
    struct job *jobs;
    size_t count, begun, running;
    struct process *processes;
    struct process_result *results;
    const struct jobs_options *options;
};

size_t jobs_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count > 0 ? (size_t)count : 1;
}

static void run_sample(const struct job *job, const struct jobs_options *options,
                       struct process_result *result)
{
    struct timespec start, end;

    clock_gettime(CLOCK_MONOTONIC, &start);
    result->sample = sample_run(job->dir, options->rules, options->update, &result->err);
    clock_gettime(CLOCK_MONOTONIC, &end);
    result->seconds =
        (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

/* In the new process, which never returns into ours: not through exit(), since what stands in the
 * buffers of our streams is ours to write. */
static void be_process(const struct pool *pool, size_t place)
{
    const struct process *process = &pool->processes[place];

    if (dup2(fileno(process->out), STDOUT_FILENO) >= 0 &&
        dup2(fileno(process->err), STDERR_FILENO) >= 0) {
        interrupt_begin(); /* a new process has this thread only */
        run_sample(&pool->jobs[place], pool->options, &pool->results[place]);
        fflush(NULL);
        _exit(0);
    }
    _exit(1);
}

static bool begin_process(struct pool *pool)
{
    struct process *process = &pool->processes[pool->begun];

    process->out = tmpfile();
    process->err = tmpfile();
    if (process->out == NULL || process->err == NULL)
        return false;
    fflush(NULL);
    process->pid = fork();
    if (process->pid < 0) {
        process->pid = 0;
        return false;
    }
    if (process->pid == 0)
        be_process(pool, pool->begun);
    pool->begun++;
    pool->running++;
    return true;
}

static bool await_process(struct pool *pool)
{
    int status;
    pid_t pid;

    do
        pid = waitpid(-1, &status, 0);
    while (pid < 0 && errno == EINTR);
    for (size_t i = 0; pid > 0 && i < pool->begun; i++) {
        struct process *process = &pool->processes[i];

        if (process->pid != pid)
            continue;
        process->pid = 0;
        process->over = true;
        process->status = status;
        pool->running--;
    }
    return pid > 0;
}

static void print_file(FILE *from, FILE *to)
{
    char bytes[4096];
    size_t got;

    rewind(from);
    while ((got = fread(bytes, 1, sizeof bytes, from)) > 0)
        fwrite(bytes, 1, got, to);
    fclose(from);
}

static void take_result(struct job *job, const struct process_result *result)
{
    job->result.result = result->sample;
    job->result.seconds = result->seconds;
    job->result.message = result->err.text[0] != '\0' ? memory_copy_text(result->err.text) : NULL;
}

static void end_process(struct pool *pool, size_t place)
{
    struct process *process = &pool->processes[place];
    struct process_result *result = &pool->results[place];

    print_file(process->out, stdout);
    fflush(stdout);
    print_file(process->err, stderr);
    process->out = process->err = NULL;
    if (WIFSIGNALED(process->status) || WEXITSTATUS(process->status) != 0) {
        result->sample = SAMPLE_FAILED;
        error_set(&result->err, STATUS_INPUT, "%s: ended by %s %d", pool->jobs[place].dir,
                  WIFSIGNALED(process->status) ? "signal" : "exit status",
                  WIFSIGNALED(process->status) ? WTERMSIG(process->status)
                                               : WEXITSTATUS(process->status));
    }
    take_result(&pool->jobs[place], result);
}

static enum status run_pool(struct pool *pool, void (*tell)(void *context, const struct job *job),
                            void *context, struct error *err)
{
    for (size_t next = 0; next < pool->count;) {
        while (pool->begun < pool->count && pool->running < pool->options->parallel)
            if (!begin_process(pool))
                return error_set(err, STATUS_OUTPUT, "a process cannot be begun: %s",
                                 strerror(errno));
        if (!pool->processes[next].over) {
            if (!await_process(pool))
                return error_set(err, STATUS_OUTPUT, "a process is lost: %s", strerror(errno));
            continue;
        }
        end_process(pool, next);
        tell(context, &pool->jobs[next++]);
    }
    return STATUS_OK;
}

static enum status run_parallel(struct job *jobs, size_t count, const struct jobs_options *options,
                                void (*tell)(void *context, const struct job *job), void *context,
                                struct error *err)
{
    size_t size = count * sizeof(struct process_result);
    struct pool pool = {.jobs = jobs, .count = count, .options = options};
    enum status status;

    pool.results = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pool.results == MAP_FAILED)
        return error_set(err, STATUS_OUTPUT, "no memory to share: %s", strerror(errno));
    pool.processes = memory_zalloc(count * sizeof *pool.processes);
    status = run_pool(&pool, tell, context, err);
    while (pool.running > 0 && await_process(&pool))
        ;
    for (size_t i = 0; i < count; i++) {
        if (pool.processes[i].out != NULL)
            fclose(pool.processes[i].out);
        if (pool.processes[i].err != NULL)
            fclose(pool.processes[i].err);
    }
    free(pool.processes);
    munmap(pool.results, size);
    return status;
}

enum status jobs_run(struct job *jobs, size_t count, const struct jobs_options *options,
                     void (*tell)(void *context, const struct job *job), void *context,
                     struct error *err)
{
    if (options->parallel > 1 && count > 1)
        return run_parallel(jobs, count, options, tell, context, err);
    for (size_t i = 0; i < count; i++) {
        struct process_result result = {.sample = SAMPLE_FAILED};

        run_sample(&jobs[i], options, &result);
        take_result(&jobs[i], &result);
        tell(context, &jobs[i]);
    }
    return STATUS_OK;
}
