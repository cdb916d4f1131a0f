/* Text that came from a packet, a file name or a rule, made safe for where it is written. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum text_style {
    TEXT_PLAIN,    /* for a terminal: one line, nothing that moves the cursor */
    TEXT_MARKDOWN, /* for a paragraph, a list item or a table cell */
    TEXT_CODE,     /* for a code span, in a table too; its backticks are written as well */
    TEXT_FENCED,   /* for a line inside of a fenced block */
    TEXT_HTML,     /* for an element or an attribute in double quotes */
    TEXT_JSON,     /* a string, with its quotes, for a <script> element too */
    TEXT_MERMAID,  /* for a name or a message in a sequenceDiagram */
    TEXT_GNUPLOT,  /* a string in single quotes, which gnuplot neither expands nor runs */
};

/* Writes at most `max` characters of `text` (UTF-8), then an ellipsis if there is more. Whatever
 * the style, control characters, characters that turn the direction of text and broken UTF-8
 * become U+FFFD, and white space becomes a space: one text is one line. */
void text_write(FILE *out, enum text_style style, const char *text, size_t max);

/* As TEXT_MARKDOWN, for the words of a rule: what stands between backticks is a code span. */
void text_write_rule(FILE *out, const char *text, size_t max);

/* As text_write(), into a new string. Caller frees with free(). */
char *text_safe(enum text_style style, const char *text, size_t max)
    __attribute__((warn_unused_result));

/* Decodes the character at `text`, which is not at its end, and returns its length in bytes.
 * Broken UTF-8 gives U+FFFD and the length 1. */
size_t text_decode(const char *text, uint32_t *character);

/* Whether it is a character that neither a terminal nor a browser may get: it would move the
 * cursor, end the line, or show the characters in another order than they stand there. */
bool text_is_unsafe(uint32_t character);

/* Writes base64 (RFC 4648 §4), with padding. */
void text_write_base64(FILE *out, const void *bytes, size_t size);

/* A stream into memory, never NULL; closed, it has left a string in `*text`. Caller frees that
 * with free(). */
FILE *text_open(char **text, size_t *size) __attribute__((warn_unused_result));

/* "1,140" of 1140. Writes into `text` and returns it. */
enum {
    TEXT_COUNT_SIZE = 32
};
const char *text_count(int64_t count, char text[static TEXT_COUNT_SIZE]);

/* Writes "1 finding", "1,140 findings": `noun` takes an s. */
void text_write_count(FILE *out, int64_t count, const char *noun);

/* The part of a path behind its last slash. Borrows. */
const char *text_file_name(const char *path);

/* The part before it: "." for a plain name. Caller frees with free(). */
char *text_folder_name(const char *path) __attribute__((warn_unused_result));

#endif
