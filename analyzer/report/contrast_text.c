/* The contrast at the terminal and in report.md. */
#include <inttypes.h>
#include <math.h>

#include "report/contrast.h"
#include "report/markdown.h"
#include "report/report.h"

enum {
    ROWS = 10, /* values shown, unless all are asked for */
    CONTRAST_BYTES = 7000,
    VALUE_MAX_LENGTH = 48,
    ALSO_MAX_LENGTH = 160,
    SIDE_SIZE = 48
};

const char *contrast_print_p(double ln_p, char text[static CONTRAST_P_SIZE])
{
    double power = floor(ln_p / log(10));

    if (ln_p > log(0.0001))
        snprintf(text, CONTRAST_P_SIZE, "%.2g", exp(ln_p));
    else if (ln_p > -690) /* 10^-300: what exp() can say */
        snprintf(text, CONTRAST_P_SIZE, "%.1e", exp(ln_p));
    else
        snprintf(text, CONTRAST_P_SIZE, "1e%.0f", power);
    return text;
}

static size_t significant(const struct contrast *contrast)
{
    size_t count = 0;

    while (count < contrast->count && contrast_is_significant(&contrast->values[count]))
        count++;
    return count;
}

void contrast_write_method(FILE *out, const struct contrast *contrast)
{
    size_t found = significant(contrast);
    char worked[TEXT_COUNT_SIZE];

    text_write_count(out, contrast->failed, "connection");
    fputs(" failed, ", out);
    fprintf(out, "%s worked", text_count(contrast->worked, worked));
    if (contrast->left_out > 0)
        fprintf(out, ", %" PRId64 " failed otherwise and are left out", contrast->left_out);
    if (found == 0)
        fputs(". No value sets them apart beyond chance", out);
    else
        fprintf(out, ". %zu value%s set%s them apart", found, found == 1 ? "" : "s",
                found == 1 ? "s" : "");
    fprintf(out, ". Of %zu values of %zu features the %zu that could be significant were tested ",
            contrast->count, contrast->features_count, contrast->tested);
    fprintf(out, "(Fisher's exact test, one-sided; Holm's correction; p at most %g).\n",
            CONTRAST_LEVEL);
}

/* "5 of 5" */
static const char *print_side(int64_t with, int64_t all, char text[static SIDE_SIZE])
{
    snprintf(text, SIDE_SIZE, "%" PRId64 " of %" PRId64, with, all);
    return text;
}

static void write_value(FILE *out, const struct contrast *contrast,
                        const struct contrast_value *value)
{
    const struct contrast_feature *feature = &contrast->features[value->feature];
    char failed[SIDE_SIZE], worked[SIDE_SIZE], p[CONTRAST_P_SIZE], adjusted[CONTRAST_P_SIZE];

    fprintf(out, "%-16s  %-16s  %5.2f  %8s  ", print_side(value->failed, feature->failed, failed),
            print_side(value->worked, feature->worked, worked), contrast_lift(contrast, value),
            contrast_print_p(value->ln_p, p));
    fprintf(out, "%8s  %s = ", value->tested ? contrast_print_p(value->ln_adjusted, adjusted) : "-",
            feature->name);
    text_write(out, TEXT_PLAIN, value->text, VALUE_MAX_LENGTH);
    if (value->also != NULL) {
        fputs(" (and ", out);
        text_write(out, TEXT_PLAIN, value->also, ALSO_MAX_LENGTH);
        fputc(')', out);
    }
    fputc('\n', out);
}

static enum status write_contrast(const struct report *report, const char *failed, bool all,
                                  const struct contrast *contrast, FILE *out, struct error *err)
{
    const struct contrast_value *first = NULL; /* of those that are more frequent where it failed */
    struct contrast_pair pair;
    enum status status;
    size_t rows = 0;

    if (contrast->failed == 0 || contrast->worked == 0) {
        fprintf(out, "%s: there is nothing to compare in ",
                contrast->failed == 0 ? "No connection failed" : "No connection worked");
        text_write_count(out, contrast->failed + contrast->worked + contrast->left_out,
                         "connection");
        fputs(".\n", out);
        return STATUS_OK;
    }
    contrast_write_method(out, contrast);
    fprintf(out, "\n%-16s  %-16s  %5s  %8s  %8s  %s\n", "failed", "worked", "lift", "p", "adjusted",
            "what");
    for (size_t i = 0; i < contrast->count && (all || rows < ROWS); i++) {
        bool telling = contrast_lift(contrast, &contrast->values[i]) > 1;

        if (telling && first == NULL)
            first = &contrast->values[i];
        if (all || telling) {
            write_value(out, contrast, &contrast->values[i]);
            rows++;
        }
    }
    if (first == NULL)
        return STATUS_OK;
    status = contrast_find_pair(report, failed, contrast, first, &pair, err);
    if (status != STATUS_OK || pair.syn[0] == 0)
        return status;
    fputs("\nTwo SYNs, one with the first of these and one without, and as alike as there are:\n",
          out);
    return contrast_write_pair(out, TEXT_PLAIN, report, &pair, err);
}

enum status report_contrast(const char *case_path, const char *failed, bool all, FILE *out,
                            struct error *err)
{
    struct contrast contrast = {0};
    struct report report;
    enum status status = report_open(&report, case_path, err);

    if (status != STATUS_OK)
        return status;
    status = contrast_load(&contrast, &report, failed, err);
    if (status == STATUS_OK)
        status = write_contrast(&report, failed, all, &contrast, out, err);
    contrast_done(&contrast);
    report_close(&report);
    return status;
}

static void write_row(const struct section *section, const struct contrast *contrast,
                      const struct contrast_value *value)
{
    const struct contrast_feature *feature = &contrast->features[value->feature];
    char failed[SIDE_SIZE], worked[SIDE_SIZE], adjusted[CONTRAST_P_SIZE];
    FILE *out = section->out;

    fprintf(out, "| %s = ", feature->name);
    text_write(out, TEXT_MARKDOWN, value->text, VALUE_MAX_LENGTH);
    fprintf(out, " | %s | %s | %.2f | %s | ", print_side(value->failed, feature->failed, failed),
            print_side(value->worked, feature->worked, worked), contrast_lift(contrast, value),
            contrast_print_p(value->ln_adjusted, adjusted));
    text_write(out, TEXT_MARKDOWN, value->also != NULL ? value->also : "", ALSO_MAX_LENGTH);
    fputs(" |\n", out);
}

/* Only if there is something significant: what chance can make is for those who ask. */
static enum status write_section(const struct report *report, const struct contrast *contrast,
                                 FILE *out, struct error *err)
{
    struct contrast_pair pair;
    struct section section;
    size_t found = significant(contrast);
    enum status status =
        contrast_find_pair(report, NULL, contrast, &contrast->values[0], &pair, err);

    if (status != STATUS_OK)
        return status;
    section_start(&section, out, report, "What sets them apart", CONTRAST_BYTES);
    contrast_write_method(out, contrast);
    fputs("\n| what | failed | worked | lift | p, adjusted | the same connections have |\n"
          "| --- | ---: | ---: | ---: | ---: | --- |\n",
          out);
    for (size_t i = 0; i < found && i < ROWS; i++)
        write_row(&section, contrast, &contrast->values[i]);
    section_write_more(&section, found > ROWS ? (int64_t)(found - ROWS) : 0,
                       "`tcpmortem contrast`");
    if (pair.syn[0] == 0)
        return STATUS_OK;
    fputs("\nTwo SYNs, one with the first of these and one without, and as alike as there are:\n"
          "\n```\n",
          out);
    status = contrast_write_pair(out, TEXT_FENCED, report, &pair, err);
    fputs("```\n", out);
    return status;
}

/* In a case where all is well there is no need to look at each connection. */
static enum status look_for_failures(const struct report *report, bool *any, struct error *err)
{
    struct query q;

    query_open(
        &q, report,
        "SELECT EXISTS (SELECT 1 FROM connection WHERE outcome IN ('refused', 'unanswered',"
        " 'reset')) OR EXISTS (SELECT 1 FROM finding WHERE severity IN ('warning', 'error'))",
        err);
    *any = query_next(&q) && query_int(&q, 0) != 0;
    return query_close(&q);
}

enum status contrast_prepare(struct report *report, struct error *err)
{
    struct contrast contrast = {0};
    bool any = false;
    enum status status = look_for_failures(report, &any, err);
    size_t size;
    FILE *out;

    if (status == STATUS_OK && any)
        status = contrast_load(&contrast, report, NULL, err);
    if (status == STATUS_OK && significant(&contrast) > 0) {
        out = text_open(&report->contrast, &size);
        status = write_section(report, &contrast, out, err);
        fclose(out);
    }
    contrast_done(&contrast);
    return status;
}

enum status markdown_contrast(const struct report *report, FILE *out, struct error *err)
{
    (void)err;
    if (report->contrast != NULL)
        fputs(report->contrast, out);
    return STATUS_OK;
}
