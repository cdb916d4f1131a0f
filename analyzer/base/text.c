#include "base/text.h"

#include <inttypes.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    REPLACEMENT = 0xFFFD
};

size_t text_decode(const char *text, uint32_t *character)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *byte = (const unsigned char *)text;
    size_t length = byte[0] < 0x80           ? 1
                    : (byte[0] >> 5) == 0x06 ? 2
                    : (byte[0] >> 4) == 0x0e ? 3
                    : (byte[0] >> 3) == 0x1e ? 4
                                             : 0;

    *character = REPLACEMENT;
    if (length <= 1) {
        if (length == 1)
            *character = byte[0];
        return 1;
    }
    uint32_t value = byte[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 1;
        value = value << 6 | (byte[i] & 0x3f);
    }
    if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 1;
    *character = value;
    return length;
}

bool text_is_unsafe(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
           c == 0x61c;
}

static void put_utf8(FILE *out, uint32_t c)
{
    if (c < 0x80) {
        fputc((int)c, out);
    } else if (c < 0x800) {
        fputc((int)(0xc0 | c >> 6), out);
        fputc((int)(0x80 | (c & 0x3f)), out);
    } else if (c < 0x10000) {
        fputc((int)(0xe0 | c >> 12), out);
        fputc((int)(0x80 | (c >> 6 & 0x3f)), out);
        fputc((int)(0x80 | (c & 0x3f)), out);
    } else {
        fputc((int)(0xf0 | c >> 18), out);
        fputc((int)(0x80 | (c >> 12 & 0x3f)), out);
        fputc((int)(0x80 | (c >> 6 & 0x3f)), out);
        fputc((int)(0x80 | (c & 0x3f)), out);
    }
}

/* Where a character stands in its text. */
struct place {
    int digits;  /* how many characters stand before it if all of them are digits, else -1 */
    bool is_end; /* a space or nothing follows */
};

/* At the start `- ` would begin a list, and behind digits `. ` a numbered one. A comment after `@`
 * keeps hosting sites from calling somebody of that name. */
static void put_markdown(FILE *out, uint32_t c, struct place place)
{
    if (c == '<')
        fputs("&lt;", out);
    else if (c == '>')
        fputs("&gt;", out);
    else if (c == '&')
        fputs("&amp;", out);
    else if (c == '@')
        fputs("@<!-- -->", out);
    else if (c < 0x80 && (strchr("\\`*_[]|~#$", (int)c) ||
                          (place.digits == 0 && place.is_end && strchr("-+=", (int)c)) ||
                          (place.digits > 0 && place.is_end && strchr(".)", (int)c))))
        fprintf(out, "\\%c", (int)c);
    else
        put_utf8(out, c);
}

static void put_html(FILE *out, uint32_t c)
{
    if (c < 0x80 && strchr("<>&\"'`", (int)c))
        fprintf(out, "&#%d;", (int)c);
    else
        put_utf8(out, c);
}

/* What could end a <script> element is written as a number, too. */
static void put_json(FILE *out, uint32_t c)
{
    if (c < 0x80 && strchr("<>&'\"\\", (int)c))
        fprintf(out, "\\u%04x", (unsigned)c);
    else
        put_utf8(out, c);
}

/* Only signs that mean nothing to Mermaid are written as they are, the others by its codes. */
static void put_mermaid(FILE *out, uint32_t c)
{
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 (c < 0x80 && strchr(" .,:/+-=()_", (int)c));

    if (plain || c >= 0x80)
        put_utf8(out, c);
    else
        fprintf(out, "#%d;", (int)c);
}

static void put_character(FILE *out, enum text_style style, uint32_t c, struct place place)
{
    switch (style) {
    case TEXT_MARKDOWN:
        put_markdown(out, c, place);
        break;
    case TEXT_CODE: /* a table splits its cells even inside of a code span */
        if (c == '|')
            fputs("\\|", out);
        else
            put_utf8(out, c == '`' ? '\'' : c);
        break;
    case TEXT_FENCED:
        put_utf8(out, c == '`' ? '\'' : c);
        break;
    case TEXT_HTML:
        put_html(out, c);
        break;
    case TEXT_JSON:
        put_json(out, c);
        break;
    case TEXT_MERMAID:
        put_mermaid(out, c);
        break;
    case TEXT_GNUPLOT:
        put_utf8(out, c == '\'' || c == '`' ? 0x2019 : c);
        break;
    case TEXT_PLAIN:
        put_utf8(out, c);
        break;
    }
}

void text_write(FILE *out, enum text_style style, const char *text, size_t max)
{
    const char *quote = style == TEXT_CODE      ? "`"
                        : style == TEXT_GNUPLOT ? "'"
                        : style == TEXT_JSON    ? "\""
                                                : "";
    struct place place = {0};
    size_t written = 0;
    uint32_t c;

    fputs(quote, out);
    /* An empty code span would be two backticks that open another one. */
    if (style == TEXT_CODE && *text == '\0')
        fputc(' ', out);
    for (; *text != '\0'; written++) {
        if (written == max) {
            put_utf8(out, 0x2026);
            break;
        }
        text += text_decode(text, &c);
        if (c == '\n' || c == '\t' || c == '\r')
            c = ' ';
        else if (text_is_unsafe(c))
            c = REPLACEMENT;
        place.is_end = *text == '\0' || *text == ' ';
        put_character(out, style, c, place);
        place.digits = place.digits >= 0 && c >= '0' && c <= '9' ? place.digits + 1 : -1;
    }
    fputs(quote, out);
}

void text_write_rule(FILE *out, const char *text, size_t max)
{
    char *copy = memory_copy_text(text);
    char *rest = copy;

    for (bool code = false; *rest != '\0' && max > 0; code = !code) {
        size_t length = strcspn(rest, "`");
        /* The last backtick of an odd number of them opens nothing. */
        bool ends = rest[length] == '\0' || (!code && strchr(rest + length + 1, '`') == NULL);

        if (ends)
            length = strlen(rest);
        else
            rest[length] = '\0';
        text_write(out, code ? TEXT_CODE : TEXT_MARKDOWN, rest, max);
        max = length < max ? max - length : 0;
        rest += ends ? length : length + 1;
    }
    free(copy);
}

void text_write_base64(FILE *out, const void *bytes, size_t size)
{
    enum {
        PIECE = 3000 /* a multiple of 3: only the last one is padded */
    };
    char text[BASE64_ENCODE_RAW_LENGTH(PIECE)];

    for (size_t at = 0; at < size; at += PIECE) {
        size_t length = size - at < PIECE ? size - at : PIECE;

        base64_encode_raw(text, length, (const uint8_t *)bytes + at);
        fwrite(text, 1, BASE64_ENCODE_RAW_LENGTH(length), out);
    }
}

FILE *text_open(char **text, size_t *size)
{
    FILE *stream = open_memstream(text, size);

    if (stream == NULL) {
        fputs("tcpmortem: out of memory\n", stderr);
        abort();
    }
    return stream;
}

const char *text_count(int64_t count, char text[static TEXT_COUNT_SIZE])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRId64, count);
    char *end = text;

    for (int i = 0; i < length; i++) {
        *end++ = digits[i];
        if (digits[i] != '-' && i + 1 < length && (length - i - 1) % 3 == 0)
            *end++ = ',';
    }
    *end = '\0';
    return text;
}

void text_write_count(FILE *out, int64_t count, const char *noun)
{
    char text[TEXT_COUNT_SIZE];

    fprintf(out, "%s %s%s", text_count(count, text), noun, count == 1 ? "" : "s");
}

const char *text_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

char *text_folder_name(const char *path)
{
    const char *name = text_file_name(path);

    if (name == path)
        return memory_copy_text(".");
    if (name == path + 1)
        return memory_copy_text("/");
    return memory_print("%.*s", (int)(name - path - 1), path);
}

char *text_safe(enum text_style style, const char *text, size_t max)
{
    char *safe = NULL;
    size_t size = 0;
    FILE *stream = text_open(&safe, &size);

    text_write(stream, style, text, max);
    fclose(stream);
    return safe;
}
