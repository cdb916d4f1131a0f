#include "anonymize/case_functions.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "anonymize/headers.h"
#include "base/memory.h"
#include "decode/address.h"
#include "decode/numbers.h"
#include "decode/trail.h"

static const struct anonymizer *anonymizer_of(sqlite3_context *context)
{
    return sqlite3_user_data(context);
}

static void anonymous_address(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *text = (const char *)sqlite3_value_text(values[0]);
    char written[ADDRESS_TEXT];
    struct address address;
    uint8_t version;

    (void)count;
    if (text == NULL)
        return;
    if (!address_parse(text, &address, &version)) {
        sqlite3_result_text(context, "", 0, SQLITE_STATIC);
        return;
    }
    anonymizer_address(anonymizer_of(context), address.bytes, version);
    sqlite3_result_text(context, address_print(&address, version, written), -1, SQLITE_TRANSIENT);
}

static void anonymous_port(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_INTEGER)
        sqlite3_result_int(context, anonymizer_port(anonymizer_of(context),
                                                    (uint16_t)sqlite3_value_int(values[0])));
}

/* Remarks name points, files and addresses: those that do are told in general. */
static void anonymous_remark(sqlite3_context *context, int count, sqlite3_value **values)
{
    static const struct {
        const char *kind, *text; /* NULL: there is no name in it */
    } remarks[] = {
        {"given-up",       NULL                                             },
        {"ambiguous-link", NULL                                             },
        {"drops",          "a capture says that it missed packets: what is absent there proves "
                  "nothing"                                },
        {"clock",          "the clock of a point was set while it recorded, or no connection joins it "
                  "to the others: times there may be wrong"},
        {"nat-map",        "links contradict the NAT map"                   },
    };
    const char *kind = (const char *)sqlite3_value_text(values[0]);

    (void)count;
    for (size_t i = 0; kind != NULL && i < sizeof remarks / sizeof *remarks; i++) {
        if (strcmp(remarks[i].kind, kind) != 0)
            continue;
        if (remarks[i].text == NULL)
            sqlite3_result_value(context, values[1]);
        else
            sqlite3_result_text(context, remarks[i].text, -1, SQLITE_STATIC);
        return;
    }
    sqlite3_result_text(context, "not told, since it may hold names", -1, SQLITE_STATIC);
}

/* Both headers as one frame, rewritten. What is not understood is left out. */
static void rewrite_syn(sqlite3_context *context, sqlite3_value **values, bool want_tcp)
{
    uint32_t ip = (uint32_t)sqlite3_value_bytes(values[0]);
    uint32_t size = ip + (uint32_t)sqlite3_value_bytes(values[1]), end;
    uint8_t *bytes = memory_zalloc(size + 1);
    struct trail trail;

    if (ip > 0)
        memcpy(bytes, sqlite3_value_blob(values[0]), ip);
    if (size > ip)
        memcpy(bytes + ip, sqlite3_value_blob(values[1]), size - ip);
    trail_follow(&trail, NULL, DLT_RAW_, bytes, size, UINT16_MAX);
    anonymize_headers(anonymizer_of(context), &trail, DLT_RAW_, bytes);
    end = trail.end;
    if (!want_tcp)
        sqlite3_result_blob(context, bytes, (int)(end < ip ? end : ip), SQLITE_TRANSIENT);
    else if (trail.has_tcp && end > ip)
        sqlite3_result_blob(context, bytes + ip, (int)(end - ip), SQLITE_TRANSIENT);
    else
        sqlite3_result_zeroblob(context, 0);
    free(bytes);
}

static void anonymous_ip_header(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    rewrite_syn(context, values, false);
}

static void anonymous_tcp_header(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    rewrite_syn(context, values, true);
}

int case_functions_add(sqlite3 *db, const struct anonymizer *anonymizer)
{
    static const struct {
        const char *name;
        int arguments;
        void (*function)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {
        {"anonymous_address",    1, anonymous_address   },
        {"anonymous_port",       1, anonymous_port      },
        {"anonymous_remark",     2, anonymous_remark    },
        {"anonymous_ip_header",  2, anonymous_ip_header },
        {"anonymous_tcp_header", 2, anonymous_tcp_header},
    };
    int rc = SQLITE_OK;

    for (size_t i = 0; i < sizeof functions / sizeof *functions && rc == SQLITE_OK; i++)
        rc = sqlite3_create_function(db, functions[i].name, functions[i].arguments,
                                     SQLITE_UTF8 | SQLITE_DIRECTONLY, (void *)anonymizer,
                                     functions[i].function, NULL, NULL);
    return rc;
}
