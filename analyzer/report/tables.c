#include "report/tables.h"

#include <inttypes.h>
#include <string.h>

#include "base/decimal.h"

enum {
    NAME_MAX_LENGTH = 80
};

const char *table_end(struct query *q, int column, char text[static TABLE_END_SIZE])
{
    const char *address = query_text(q, column);
    size_t length = strnlen(address, TABLE_END_SIZE - DECIMAL_SIZE - 1);

    memcpy(text, address, length);
    text[length] = ':';
    decimal_print(query_int(q, column + 1), text + length + 1);
    return text;
}

const char *table_handshake(struct query *q, char text[static TIME_TEXT_SIZE])
{
    if (query_is_null(q, CONNECTION_HANDSHAKE))
        return "";
    return time_text_milliseconds(query_int(q, CONNECTION_HANDSHAKE), text);
}

void table_write_evidence(FILE *out, enum text_style style, struct query *evidence, int64_t finding,
                          int64_t max)
{
    int64_t count = 0;

    query_bind(evidence, ":finding", finding);
    for (; query_next(evidence); count++) {
        if (count >= max)
            continue;
        fputs(count > 0 ? ", " : "", out);
        text_write(out, style, query_text(evidence, 0), NAME_MAX_LENGTH);
        fputc(' ', out);
        report_write_frame(out, style, evidence->report, query_text(evidence, 1),
                           query_int(evidence, 2));
    }
    query_rewind(evidence);
    if (count > max)
        fprintf(out, ", and %" PRId64 " more", count - max);
}
