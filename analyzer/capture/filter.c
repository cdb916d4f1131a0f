#include "capture/filter.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#include "base/memory.h"

enum {
    SNAPLEN = 262144
};

/* The expression for one link type. */
struct program {
    int dlt;
    bool works;
    struct bpf_program code;
};

struct filter {
    char *expression;
    struct program *programs;
    size_t count, capacity;
};

static bool compile(const char *expression, int dlt, struct bpf_program *code, char *reason,
                    size_t size)
{
    pcap_t *pcap = pcap_open_dead(dlt, SNAPLEN);
    bool works = pcap != NULL && pcap_compile(pcap, code, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;

    if (!works)
        snprintf(reason, size, "%s", pcap != NULL ? pcap_geterr(pcap) : "out of memory");
    if (pcap != NULL)
        pcap_close(pcap);
    return works;
}

static struct program *program_for(struct filter *filter, int dlt)
{
    char reason[PCAP_ERRBUF_SIZE];
    struct program *program;

    for (size_t i = 0; i < filter->count; i++)
        if (filter->programs[i].dlt == dlt)
            return &filter->programs[i];
    program = MEMORY_APPEND(filter->programs, filter->count, filter->capacity);
    program->dlt = dlt;
    program->works = compile(filter->expression, dlt, &program->code, reason, sizeof reason);
    if (!program->works)
        warn_user("--filter: not for link type %d: %s", dlt, reason);
    return program;
}

enum status filter_new(const char *expression, struct filter **out, struct error *err)
{
    char reason[PCAP_ERRBUF_SIZE];
    struct bpf_program code;

    *out = NULL;
    if (!compile(expression, DLT_EN10MB, &code, reason, sizeof reason))
        return error_set(err, STATUS_USAGE, "--filter '%s': %s", expression, reason);
    pcap_freecode(&code);
    *out = memory_zalloc(sizeof **out);
    (*out)->expression = memory_copy_text(expression);
    return STATUS_OK;
}

bool filter_passes(struct filter *filter, const struct frame *frame)
{
    struct pcap_pkthdr header = {.caplen = frame->captured, .len = frame->sent};
    struct program *program;

    if (filter == NULL)
        return true;
    program = program_for(filter, frame->dlt);
    return program->works && pcap_offline_filter(&program->code, &header, frame->bytes) != 0;
}

void filter_free(struct filter *filter)
{
    if (filter == NULL)
        return;
    for (size_t i = 0; i < filter->count; i++)
        if (filter->programs[i].works)
            pcap_freecode(&filter->programs[i].code);
    free(filter->programs);
    free(filter->expression);
    free(filter);
}
