/* "What happened": the findings by rule, each rule told once with its worst examples. */
#include <inttypes.h>

#include "base/time_text.h"
#include "case/findings.h"
#include "case/query.h"
#include "report/ladder_told.h"
#include "report/markdown.h"
#include "report/verdict.h"

enum {
    SECTION_BYTES = 26000,
    RULES_WITH_PACKETS = 5,
    LADDERS_MAX = 3,
    EXAMPLES = 3,
    TITLE_MAX_LENGTH = 200,
    SUMMARY_MAX_LENGTH = 400,
    SENTENCE_MAX_LENGTH = 300,
    PARAGRAPH_MAX_LENGTH = 2000,
    RANK_LISTED = 2, /* notice: from here on a rule is only listed */
};

static const char rules_sql[] =
    "SELECT r.id, r.kind = 'diagnosis', r.title, r.explain, r.remedy, r.reference,"
    " min(" SEVERITY_RANK(
        "f.severity") ") AS rank, count(*), count(DISTINCT f.connection_id),"
                      " min(f.first_ns), max(f.last_ns)"
                      " FROM finding f JOIN rule r ON r.id = f.rule_id GROUP BY r.id"
                      " ORDER BY rank, r.kind <> 'diagnosis', max(f.confidence) DESC, r.id";

static const char examples_sql[] =
    "SELECT f.id, f.summary, f.confidence, f.connection_id"
    " FROM worst w JOIN finding f ON f.id = w.finding_id WHERE w.rule_id = :rule"
    " ORDER BY w.place LIMIT :limit";

static const char values_sql[] =
    "SELECT j.key, CASE j.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE j.value END"
    " FROM finding f,"
    " json_each(CASE WHEN json_valid(f.detail) THEN f.detail ELSE '{}' END) j"
    " WHERE f.id = :finding AND j.key IS NOT NULL AND j.type <> 'null'"
    " AND j.key NOT IN ('cause', 'chain', 'what_if', 'missing')"
    " AND (j.type NOT IN ('array', 'object') OR length(j.value) BETWEEN 3 AND 80) LIMIT 16";

/* Whether all evidence of a finding is evidence of the other one, too, and what is shown of that is
 * all of it, or is left out here as well. */
static const char shown_before_sql[] =
    "SELECT 1 FROM (SELECT (SELECT count(DISTINCT segment_id) FROM evidence"
    "  WHERE finding_id = :finding) AS own, (SELECT count(DISTINCT segment_id) FROM evidence"
    "  WHERE finding_id = :other) AS others)"
    " WHERE own > 0 AND (others <= :lines OR others = own)"
    " AND NOT EXISTS (SELECT segment_id FROM evidence WHERE finding_id = :finding"
    " EXCEPT SELECT segment_id FROM evidence WHERE finding_id = :other)";

/* The sentences that a diagnosis gives in `detail`: one, or an array of them. */
static const char sentences_sql[] =
    "SELECT t.value FROM finding f,"
    " json_tree(CASE WHEN json_valid(f.detail) THEN f.detail ELSE '{}' END, '$.' || :key) t"
    " WHERE f.id = :finding AND t.type = 'text' LIMIT 12";

/* The columns of rules_sql. */
enum rule_column {
    RULE,
    IS_DIAGNOSIS,
    TITLE,
    EXPLAIN,
    REMEDY,
    REFERENCE,
    RANK,
    FINDINGS,
    CONNECTIONS,
    FIRST,
    LAST
};

static void write_rule_heading(FILE *out, struct query *q)
{
    char text[TIME_TEXT_SIZE];

    fputs("### ", out);
    text_write(out, TEXT_MARKDOWN, query_text(q, TITLE), TITLE_MAX_LENGTH);
    fprintf(out, "\n\n**%s** · %s ", verdict_severity_name((int)query_int(q, RANK)),
            query_int(q, IS_DIAGNOSIS) ? "diagnosis" : "rule");
    text_write(out, TEXT_CODE, query_text(q, RULE), TITLE_MAX_LENGTH);
    fputs(" · ", out);
    text_write_count(out, query_int(q, FINDINGS), "finding");
    if (query_int(q, CONNECTIONS) > 0) {
        fputs(" on ", out);
        text_write_count(out, query_int(q, CONNECTIONS), "connection");
    }
    if (!query_is_null(q, FIRST))
        fprintf(out, " · first at %s", time_text_iso(query_int(q, FIRST), text));
    fputs("\n\n", out);
}

static void write_paragraph(FILE *out, const char *heading, const char *text)
{
    if (*text == '\0')
        return;
    fprintf(out, "\n**%s** ", heading);
    text_write_rule(out, text, PARAGRAPH_MAX_LENGTH);
    fputc('\n', out);
}

/* The numbers that the rule gave with a finding. */
static void write_values(FILE *out, struct query *values, int64_t finding)
{
    const char *before = "\n**Values.** ";

    query_bind(values, ":finding", finding);
    for (; query_next(values); before = ", ") {
        fputs(before, out);
        text_write(out, TEXT_MARKDOWN, query_text(values, 0), 40);
        fputc(' ', out);
        text_write(out, TEXT_CODE, query_text(values, 1), 80);
    }
    query_rewind(values);
    if (*before == ',')
        fputc('\n', out);
}

struct what {
    struct section section;
    struct query examples, values, sentences, shown_before;
    int64_t shown[RULES_WITH_PACKETS]; /* findings whose packets are there */
    int shown_count;
    int64_t drawn[LADDERS_MAX]; /* connections that have a ladder */
    int ladders;
};

/* What `detail.key` says: one sentence behind the heading, several as a list. */
static void write_sentences(struct what *what, const char *heading, const char *key, bool list,
                            int64_t finding)
{
    struct query *q = &what->sentences;
    FILE *out = what->section.out;
    bool begun = false;

    query_bind_text(q, ":key", key);
    query_bind(q, ":finding", finding);
    for (; query_next(q); begun = true) {
        if (!begun)
            fprintf(out, "\n**%s**%s", heading, list ? "\n\n" : "");
        fputs(list ? "- " : " ", out);
        text_write_rule(out, query_text(q, 0), SENTENCE_MAX_LENGTH);
        fputs(list ? "\n" : "", out);
    }
    query_rewind(q);
    if (begun && !list)
        fputc('\n', out);
}

/* The worst findings of a rule as a list; `*worst` is the first of them. */
static void write_examples(struct what *what, struct query *rule, int64_t *worst,
                           int64_t *connection)
{
    struct query *q = &what->examples;
    FILE *out = what->section.out;
    int64_t written = 0;

    query_bind_text(q, ":rule", query_text(rule, RULE));
    query_bind(q, ":limit", EXAMPLES);
    for (; query_next(q); written++) {
        int64_t finding = query_int(q, 0);

        if (written == 0) {
            *worst = finding;
            *connection = query_int(q, 3);
        }
        fputs("- ", out);
        fprintf(out, "Finding %" PRId64, finding);
        if (!query_is_null(q, 3))
            fprintf(out, ", connection %" PRId64, query_int(q, 3));
        fputs(": ", out);
        text_write(out, TEXT_MARKDOWN, query_text(q, 1), SUMMARY_MAX_LENGTH);
        fprintf(out, " (confidence %.0f %%)\n", query_real(q, 2) * 100);
    }
    query_rewind(q);
    if (query_int(rule, FINDINGS) > written) {
        fputs("- … and ", out);
        text_write_count(out, query_int(rule, FINDINGS) - written, "more such finding");
        fputs(": [findings.csv](findings.csv)\n", out);
    }
}

/* One for a connection: its findings tell of the same segments. */
static enum status write_ladder(struct what *what, int64_t finding, int64_t connection,
                                struct error *err)
{
    for (int i = 0; i < what->ladders; i++)
        if (what->drawn[i] == connection)
            return STATUS_OK;
    if (connection == 0 || what->ladders == LADDERS_MAX)
        return STATUS_OK;
    what->drawn[what->ladders++] = connection;
    return ladder_told_write_mermaid(what->section.out, what->section.report, finding, err);
}

/* A cause and its symptoms are often told by the same packets: they are shown once. */
static enum status write_packets(struct what *what, int64_t finding, struct error *err)
{
    struct query *q = &what->shown_before;

    for (int i = 0; i < what->shown_count; i++) {
        bool known;

        query_bind(q, ":finding", finding);
        query_bind(q, ":other", what->shown[i]);
        query_bind(q, ":lines", MARKDOWN_EVIDENCE_LINES);
        known = query_next(q);
        query_rewind(q);
        if (known) {
            fprintf(what->section.out,
                    "\n**The packets of the first one** are among those of finding %" PRId64
                    ", above.\n",
                    what->shown[i]);
            return STATUS_OK;
        }
    }
    if (what->shown_count == RULES_WITH_PACKETS)
        return STATUS_OK;
    what->shown[what->shown_count++] = finding;
    return markdown_evidence(what->section.report, what->section.out, finding, err);
}

/* For who wants to know more: an HTML element, which GitHub and GitLab show folded. */
static void write_background(struct what *what, struct query *rule, int64_t worst)
{
    FILE *out = what->section.out;

    fputs("\n" MARKDOWN_FOLD_BEGIN "\n", out);
    write_values(out, &what->values, worst);
    write_paragraph(out, "What it means.", query_text(rule, EXPLAIN));
    write_paragraph(out, "Reference.", query_text(rule, REFERENCE));
    fputs("\n" MARKDOWN_FOLD_END "\n", out);
}

static enum status write_rule(struct what *what, struct query *rule, struct error *err)
{
    FILE *out = what->section.out;
    enum status status;
    int64_t worst = 0, connection = 0;

    write_rule_heading(out, rule);
    write_examples(what, rule, &worst, &connection);
    status = write_ladder(what, worst, connection, err);
    if (status == STATUS_OK)
        status = write_packets(what, worst, err);
    write_sentences(what, "The cause:", "cause", false, worst);
    write_sentences(what, "Step by step:", "chain", true, worst);
    write_sentences(what, "What would have saved it:", "what_if", true, worst);
    write_paragraph(out, "What to do.", query_text(rule, REMEDY));
    write_sentences(what, "What would overturn this:", "missing", true, worst);
    write_background(what, rule, worst);
    fputc('\n', out);
    return status;
}

/* The rules below warning: one line each. */
static void write_listed(FILE *out, struct query *rule, bool first)
{
    if (first)
        fputs("### Also noticed\n\n| severity | rule | findings | connections |\n"
              "| --- | --- | ---: | ---: |\n",
              out);
    fprintf(out, "| %s | ", verdict_severity_name((int)query_int(rule, RANK)));
    text_write(out, TEXT_MARKDOWN, query_text(rule, TITLE), TITLE_MAX_LENGTH);
    fputc(' ', out);
    text_write(out, TEXT_CODE, query_text(rule, RULE), TITLE_MAX_LENGTH);
    fprintf(out, " | %" PRId64 " | %" PRId64 " |\n", query_int(rule, FINDINGS),
            query_int(rule, CONNECTIONS));
}

enum status markdown_what_happened(const struct report *report, FILE *out, struct error *err)
{
    enum status status = STATUS_OK, closed;
    struct what what = {0};
    struct query rules;
    int written = 0, listed = 0;
    int64_t left = 0;

    section_start(&what.section, out, report, "What happened", SECTION_BYTES);
    query_open(&what.examples, report, examples_sql, err);
    query_open(&what.values, report, values_sql, err);
    query_open(&what.sentences, report, sentences_sql, err);
    query_open(&what.shown_before, report, shown_before_sql, err);
    query_open(&rules, report, rules_sql, err);
    while (status == STATUS_OK && query_next(&rules)) {
        if (!section_has_room(&what.section)) {
            left++;
        } else if (query_int(&rules, RANK) < RANK_LISTED) {
            status = write_rule(&what, &rules, err);
            written++;
        } else {
            write_listed(out, &rules, listed++ == 0);
        }
    }
    if (written + listed == 0)
        fputs("No rule has found anything.\n", out);
    section_write_more(&what.section, left, "rules that found something: `findings.csv`");
    struct query *const queries[] = {&rules, &what.examples, &what.values, &what.sentences,
                                     &what.shown_before};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        closed = query_close(queries[i]);
        status = status != STATUS_OK ? status : closed;
    }
    return status;
}
