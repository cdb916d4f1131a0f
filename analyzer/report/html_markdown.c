#include "report/html_markdown.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "report/ladder_told.h"
#include "report/markdown.h"

enum block {
    BLOCK_NONE,
    BLOCK_PARAGRAPH,
    BLOCK_LIST,
    BLOCK_HEAD, /* the first row of a table */
    BLOCK_TABLE,
    BLOCK_PRE,
    BLOCK_MERMAID,
};

enum {
    COLUMNS_MAX = 64
};

struct renderer {
    FILE *out;
    const struct report *report;
    struct error *err;
    enum status status;
    enum block block;
    char *head;                  /* the first row of a table, until its alignment is known */
    bool is_number[COLUMNS_MAX]; /* by column */
    char heading[64];            /* of the section, for the captions of its tables */
    bool in_section;
};

static void put(FILE *out, char c)
{
    if (strchr("<>&\"'", c) != NULL && c != '\0')
        fprintf(out, "&#%d;", c);
    else
        fputc(c, out);
}

/* A code span up to its closing backtick, which is there. Returns what follows. */
static const char *write_code(FILE *out, const char *text)
{
    fputs("<code>", out);
    for (text++; *text != '`' && *text != '\0'; text++)
        if (text[0] != '\\' || text[1] != '|')
            put(out, *text);
    fputs("</code>", out);
    return *text == '`' ? text + 1 : text;
}

/* A link is its text: nothing in the page leads out of it. */
static const char *write_link(FILE *out, const char *text)
{
    const char *middle = strstr(text, "](");
    const char *end = middle != NULL ? strchr(middle, ')') : NULL;

    if (end == NULL) {
        put(out, *text);
        return text + 1;
    }
    for (text++; text < middle; text++)
        put(out, *text);
    return end + 1;
}

/* The length of an entity that text_write() made, or 0. */
static size_t entity_length(const char *text)
{
    static const char *const entities[] = {"&lt;", "&gt;", "&amp;"};

    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (strncmp(text, entities[i], strlen(entities[i])) == 0)
            return strlen(entities[i]);
    return 0;
}

static void write_inline(FILE *out, const char *text)
{
    static const char comment[] = "<!-- -->";
    bool strong = false;

    while (*text != '\0') {
        size_t entity = entity_length(text);

        if (entity > 0) {
            fwrite(text, 1, entity, out);
            text += entity;
        } else if (*text == '\\' && text[1] != '\0') {
            put(out, text[1]);
            text += 2;
        } else if (strncmp(text, "**", 2) == 0) {
            fputs(strong ? "</strong>" : "<strong>", out);
            strong = !strong;
            text += 2;
        } else if (strncmp(text, comment, sizeof comment - 1) == 0) {
            text += sizeof comment - 1;
        } else if (*text == '`') {
            text = write_code(out, text);
        } else if (*text == '[') {
            text = write_link(out, text);
        } else {
            put(out, *text++);
        }
    }
    fputs(strong ? "</strong>" : "", out);
}

/* Cuts the next cell of a row off at its bar; NULL behind the last one. */
static char *next_cell(char **rest)
{
    char *cell = *rest;
    char *end = cell;

    while (*end != '\0' && *end != '|')
        end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
    if (*end == '\0')
        return NULL;
    *rest = end + 1;
    *end = '\0';
    while (*cell == ' ')
        cell++;
    while (end > cell && end[-1] == ' ')
        *--end = '\0';
    return cell;
}

void html_markdown_write_time(FILE *out, const char *iso)
{
    fprintf(out, "<span>%.11s</span><wbr><span>%s</span>", iso, iso + 11);
}

/* "2026-11-21T12:30:05.260068000Z" */
static bool is_time(const char *text)
{
    static const char form[] = "0000-00-00T00:00:00.000000000Z";

    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
            return false;
    return true;
}

static void write_cell(struct renderer *r, const char *cell, const char *element, bool is_number)
{
    bool heads = strcmp(element, "th") == 0;
    bool time = is_time(cell);

    fprintf(r->out, "<%s%s%s%s>", element, heads ? " scope=col" : "",
            is_number ? " class=number" : "", time ? " class=time" : "");
    if (time)
        html_markdown_write_time(r->out, cell);
    else
        write_inline(r->out, cell);
    fprintf(r->out, "</%s>", element);
}

static void write_row(struct renderer *r, char *line, const char *element)
{
    char *rest = line + 1;
    const char *cell;

    fputs("<tr>", r->out);
    for (int column = 0; (cell = next_cell(&rest)) != NULL; column++)
        write_cell(r, cell, element, column < COLUMNS_MAX && r->is_number[column]);
    fputs("</tr>\n", r->out);
}

/* The second row tells the columns of numbers: "| --- | ---: |". */
static void begin_table(struct renderer *r, char *alignment)
{
    char *rest = alignment + 1;
    const char *cell;

    for (int column = 0; (cell = next_cell(&rest)) != NULL && column < COLUMNS_MAX; column++)
        r->is_number[column] = *cell != '\0' && cell[strlen(cell) - 1] == ':';
    fputs("<div class=wide tabindex=0><table class=sortable><caption>", r->out);
    write_inline(r->out, r->heading);
    fputs("</caption>\n<thead>", r->out);
    write_row(r, r->head, "th");
    fputs("</thead>\n<tbody>\n", r->out);
    free(r->head);
    r->head = NULL;
}

static void end_block(struct renderer *r)
{
    static const char *const ends[] = {
        [BLOCK_NONE] = "",
        [BLOCK_PARAGRAPH] = "</p>\n",
        [BLOCK_LIST] = "</ul>\n",
        [BLOCK_HEAD] = "",
        [BLOCK_TABLE] = "</tbody></table></div>\n",
        [BLOCK_PRE] = "</pre>\n",
        [BLOCK_MERMAID] = "",
    };

    fputs(ends[r->block], r->out);
    free(r->head);
    r->head = NULL;
    r->block = BLOCK_NONE;
}

static void begin_block(struct renderer *r, enum block block, const char *element)
{
    if (r->block == block)
        return;
    end_block(r);
    fputs(element, r->out);
    r->block = block;
}

/* "what-happened" */
static void write_id(FILE *out, const char *heading)
{
    for (; *heading != '\0'; heading++)
        if (isalnum((unsigned char)*heading))
            fputc(tolower((unsigned char)*heading), out);
        else if (*heading == ' ')
            fputc('-', out);
}

static void write_heading(struct renderer *r, const char *line)
{
    bool is_section = line[2] != '#';
    const char *text = line + (is_section ? 3 : 4);

    end_block(r);
    snprintf(r->heading, sizeof r->heading, "%s", text);
    if (!is_section) {
        fputs("<h3>", r->out);
        write_inline(r->out, text);
        fputs("</h3>\n", r->out);
        return;
    }
    fputs(r->in_section ? "</section>\n<section id=\"" : "<section id=\"", r->out);
    write_id(r->out, text);
    fputs("\">\n<h2>", r->out);
    write_inline(r->out, text);
    fputs("</h2>\n", r->out);
    r->in_section = true;
}

static void write_table_line(struct renderer *r, char *line)
{
    if (r->block == BLOCK_TABLE) {
        write_row(r, line, "td");
    } else if (r->block == BLOCK_HEAD) {
        begin_table(r, line);
        r->block = BLOCK_TABLE;
    } else {
        end_block(r);
        r->head = memory_copy_text(line);
        r->block = BLOCK_HEAD;
    }
}

/* A line inside of a fence. The first one of a ladder names its finding. */
static void write_fenced(struct renderer *r, const char *line)
{
    static const char finding[] = "%% finding ";

    if (strncmp(line, "```", 3) == 0) {
        end_block(r);
    } else if (r->block == BLOCK_PRE) {
        for (const char *c = line; *c != '\0'; c++)
            put(r->out, *c);
        fputc('\n', r->out);
    } else if (strncmp(line, finding, sizeof finding - 1) == 0 && r->status == STATUS_OK) {
        r->status = ladder_told_write_svg(r->out, r->report,
                                          strtoll(line + sizeof finding - 1, NULL, 10), r->err);
    }
}

static void write_line(struct renderer *r, char *line)
{
    if (r->block == BLOCK_PRE || r->block == BLOCK_MERMAID) {
        write_fenced(r, line);
    } else if (*line == '\0') {
        end_block(r);
    } else if (strncmp(line, "```", 3) == 0) {
        bool mermaid = strcmp(line + 3, "mermaid") == 0;

        begin_block(r, mermaid ? BLOCK_MERMAID : BLOCK_PRE, mermaid ? "" : "<pre tabindex=0>");
    } else if (strncmp(line, "## ", 3) == 0 || strncmp(line, "### ", 4) == 0) {
        write_heading(r, line);
    } else if (strcmp(line, MARKDOWN_FOLD_BEGIN) == 0 || strcmp(line, MARKDOWN_FOLD_END) == 0) {
        end_block(r);
        fprintf(r->out, "%s\n", line);
    } else if (*line == '|') {
        write_table_line(r, line);
    } else if (strncmp(line, "- ", 2) == 0) {
        begin_block(r, BLOCK_LIST, "<ul>\n");
        fputs("<li>", r->out);
        write_inline(r->out, line + 2);
        fputs("</li>\n", r->out);
    } else {
        begin_block(r, BLOCK_PARAGRAPH, "<p>");
        write_inline(r->out, line);
        fputc('\n', r->out);
    }
}

enum status html_markdown_write(FILE *out, const struct report *report, const char *markdown,
                                struct error *err)
{
    struct renderer r = {.out = out, .report = report, .err = err, .status = STATUS_OK};
    char *copy = memory_copy_text(markdown);
    char *line = copy;

    while (line != NULL && *line != '\0') {
        char *end = strchr(line, '\n');

        if (end != NULL)
            *end = '\0';
        write_line(&r, line);
        line = end != NULL ? end + 1 : NULL;
    }
    end_block(&r);
    fputs(r.in_section ? "</section>\n" : "", out);
    free(copy);
    return r.status;
}
