#include "anonymize/words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "decode/address.h"

/* The signs that an address, or an address and a port, is made of. */
static const char signs[] = "0123456789abcdefABCDEF.:";

/* Whether a word may end between these two. */
static bool is_between(char before, char after)
{
    return !isalnum((unsigned char)before) || !isalnum((unsigned char)after);
}

static const struct words_name *name_at(const struct words_name *names, size_t count,
                                        const char *text)
{
    const struct words_name *longest = NULL;
    size_t most = 0;

    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(names[i].name);

        if (length > most && strncmp(names[i].name, text, length) == 0 &&
            is_between(text[length - 1], text[length])) {
            longest = &names[i];
            most = length;
        }
    }
    return longest;
}

static bool write_address(FILE *out, const struct anonymizer *anonymizer, const char *text)
{
    char written[ADDRESS_TEXT];
    struct address address;
    uint8_t version;

    if (!address_parse(text, &address, &version))
        return false;
    anonymizer_address(anonymizer, address.bytes, version);
    fputs(address_print(&address, version, written), out);
    return true;
}

/* Writes what stands for an address, with or without a port, at `text`, and returns its length; 0
 * if there is none. */
static size_t take_address(FILE *out, const struct anonymizer *anonymizer, const char *text)
{
    size_t length = strspn(text, signs);
    char *copy, *colon;
    bool found;

    while (length > 0 && (text[length - 1] == '.' || text[length - 1] == ':'))
        length--; /* the end of a sentence */
    if (length == 0 || !is_between(text[length - 1], text[length]))
        return 0;
    copy = memory_print("%.*s", (int)length, text);
    found = write_address(out, anonymizer, copy);
    colon = strrchr(copy, ':');
    if (!found && colon != NULL) {
        long port = strtol(colon + 1, NULL, 10);

        *colon = '\0';
        found = write_address(out, anonymizer, copy);
        if (found)
            fprintf(out, ":%u", (unsigned)anonymizer_port(anonymizer, (uint16_t)port));
    }
    free(copy);
    return found ? length : 0;
}

char *words_anonymize(const struct anonymizer *anonymizer, const struct words_name *names,
                      size_t count, const char *text)
{
    char *result;
    size_t size, length;
    FILE *out = text_open(&result, &size);

    for (const char *at = text; *at != '\0'; at += length) {
        const struct words_name *name = NULL;

        length = 0;
        if (at == text || is_between(at[-1], *at)) {
            name = name_at(names, count, at);
            length = name != NULL ? strlen(name->name) : take_address(out, anonymizer, at);
        }
        if (name != NULL)
            fputs(name->alias, out);
        else if (length == 0) {
            fputc(*at, out);
            length = 1;
        }
    }
    fclose(out);
    return result;
}
