#include "picture/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/memory.h"

#define LOG_NAME "gnuplot.log"

/* The first line that gnuplot said which is more than a mark where in its script it was. */
static void first_message(const char *folder, char *line, size_t size)
{
    char *path = memory_print("%s/" LOG_NAME, folder);
    FILE *log = fopen(path, "r");

    snprintf(line, size, "it failed without a message");
    while (log != NULL && fgets(line, (int)size, log) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[strspn(line, " ^\t")] != '\0')
            break;
    }
    if (log != NULL)
        fclose(log);
    free(path);
}

/* The environment without what would make gnuplot write other pictures elsewhere. The strings are
 * borrowed; caller frees the array with free(). */
static char **neutral_environment(void)
{
    static const char *const unwanted[] = {"LC_", "LANG", "GNU", "GDFONTPATH"};
    static char neutral_locale[] = "LC_ALL=C";
    size_t count = 0;
    size_t kept = 0;
    char **copy;

    while (environ[count] != NULL)
        count++;
    copy = memory_alloc((count + 2) * sizeof *copy);
    for (size_t i = 0; i < count; i++) {
        bool keep = true;

        for (size_t j = 0; j < sizeof unwanted / sizeof *unwanted; j++)
            keep = keep && strncmp(environ[i], unwanted[j], strlen(unwanted[j])) != 0;
        if (keep)
            copy[kept++] = environ[i];
    }
    copy[kept++] = neutral_locale;
    copy[kept] = NULL;
    return copy;
}

static int spawn(pid_t *pid, const char *folder, const char *script)
{
    /* -d: without the settings of the user and of the system */
    char *argv[] = {"gnuplot", "-d", (char *)script, NULL};
    char **environment = neutral_environment();
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    int result;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, LOG_NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none); /* here they are kept for another thread */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    result = posix_spawnp(pid, "gnuplot", &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    return result;
}

enum status gnuplot_run(const char *folder, const char *script, struct error *err)
{
    char message[256];
    pid_t pid, ended;
    int result = spawn(&pid, folder, script);
    int state = 0;

    if (result != 0)
        return error_set(err, STATUS_OUTPUT, "gnuplot: %s",
                         result == ENOENT ? "not installed" : strerror(result));
    do
        ended = waitpid(pid, &state, 0);
    while (ended < 0 && errno == EINTR);
    if (ended == pid && WIFEXITED(state) && WEXITSTATUS(state) == 0)
        return STATUS_OK;
    first_message(folder, message, sizeof message);
    return error_set(err, STATUS_OUTPUT, "gnuplot: %s", message);
}
