/* Times pass 1 alone: reads captures as `analyze` does at first, and says what it took.
 *
 * usage: survey FILE CAPTURE…
 *
 * Appends a line to FILE, see took.h. */
#include <stdio.h>

#include "bench/took.h"
#include "survey/survey.h"

int main(int argc, char **argv)
{
    double begin = took_now(CLOCK_MONOTONIC), cpu = took_now(CLOCK_PROCESS_CPUTIME_ID);
    struct input_set inputs = {0};
    struct survey_options options = {0};
    struct survey survey;
    enum status status = STATUS_OK;
    struct error err;

    if (argc < 3) {
        fprintf(stderr, "usage: survey FILE CAPTURE...\n");
        return STATUS_USAGE;
    }
    for (int i = 2; i < argc && status == STATUS_OK; i++)
        status = input_set_add(&inputs, argv[i], &err);
    if (status == STATUS_OK) {
        status = survey_run(&survey, &inputs, &options, &err);
        survey_done(&survey);
    }
    input_set_done(&inputs);
    if (status != STATUS_OK) {
        warn_user("%s", err.text);
        return (int)status;
    }
    return took_note(argv[1], took_now(CLOCK_MONOTONIC) - begin,
                     took_now(CLOCK_PROCESS_CPUTIME_ID) - cpu, 0);
}
