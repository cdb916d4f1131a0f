#include "report/report.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/output.h"
#include "case/context.h"
#include "picture/plots.h"
#include "report/contrast.h"
#include "report/writers.h"

/* The files of a report. A new format is a line here and a file with its writer. */
static const struct writer {
    const char *format;
    const char *file;
    report_writer *write;
    bool pictures;   /* it shows what is in plots/ */
    bool on_request; /* only if its format is named */
} writers[] = {
    {"csv",  "findings.csv",    findings_csv_write,    false, false},
    {"csv",  "connections.csv", connections_csv_write, false, false},
    {"md",   "report.md",       markdown_write,        true,  false},
    {"html", "report.html",     html_write,            true,  false},
    {"json", "report.json",     json_write,            false, true },
};

enum {
    WRITERS = sizeof writers / sizeof *writers
};

/* Whether the writer's format is one of the comma separated `formats`. */
static bool is_wanted(const char *formats, const struct writer *writer)
{
    const char *format = writer->format;
    size_t length;

    if (formats == NULL)
        return !writer->on_request;
    for (;; formats += length + 1) {
        length = strcspn(formats, ",");
        if (strlen(format) == length && strncmp(formats, format, length) == 0)
            return true;
        if (formats[length] == '\0')
            return false;
    }
}

static enum status check_formats(const char *formats, struct error *err)
{
    if (formats == NULL)
        return STATUS_OK;
    for (const char *name = formats;;) {
        int length = (int)strcspn(name, ",");
        bool known = false;

        for (size_t i = 0; i < WRITERS && !known; i++)
            known = (int)strlen(writers[i].format) == length &&
                    strncmp(writers[i].format, name, (size_t)length) == 0;
        if (!known)
            return error_set(err, STATUS_USAGE,
                             "--format %s: '%.*s' is none of csv, md, html, json", formats, length,
                             name);
        if (name[length] == '\0')
            return STATUS_OK;
        name += length + 1;
    }
}

static enum status write_file(const struct report *report, const char *dir,
                              const struct writer *writer, struct error *err)
{
    struct output output;
    enum status status = output_open(&output, dir, writer->file, err);

    if (status == STATUS_OK)
        status = writer->write(report, output.file, err);
    if (status == STATUS_OK)
        status = output_commit(&output, err);
    output_abandon(&output);
    return status;
}

/* Whether it is one of those with pictures and words. */
static bool for_people(const char *formats)
{
    bool needed = false;

    for (size_t i = 0; i < WRITERS; i++)
        needed = needed || (writers[i].pictures && is_wanted(formats, &writers[i]));
    return needed;
}

size_t report_files(const char *formats, const char *files[static REPORT_FILES_MAX])
{
    bool read_by_people = for_people(formats);
    size_t count = 0;

    static_assert((int)WRITERS <= (int)REPORT_FILES_MAX, "a file of each writer");
    for (size_t i = 0; i < WRITERS; i++)
        if (is_wanted(formats, &writers[i]) && (writers[i].pictures || !read_by_people))
            files[count++] = writers[i].file;
    return count;
}

enum status report_write(const char *case_path, const char *dir,
                         const struct report_options *options, struct error *err)
{
    const struct time_range range = {options->from, options->to};
    struct report report;
    enum status status;

    status = check_formats(options->formats, err);
    if (status == STATUS_OK)
        status = time_range_check(&range, err);
    if (status == STATUS_OK)
        status = report_open(&report, case_path, err);
    if (status != STATUS_OK)
        return status;
    report.max_plots = options->max_plots;
    if (for_people(options->formats))
        status = plots_write(&report, dir, options->max_plots, &range, err);
    if (status == STATUS_OK && for_people(options->formats))
        status = contrast_prepare(&report, err);
    for (size_t i = 0; i < WRITERS && status == STATUS_OK; i++)
        if (is_wanted(options->formats, &writers[i]))
            status = write_file(&report, dir, &writers[i], err);
    report_close(&report);
    return status;
}
