#include "report/segment_line.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/time_text.h"
#include "decode/packet.h"

enum {
    ADDRESS_MAX_LENGTH = 64,
    ROLE_MAX_LENGTH = 80,
    WHERE_MAX_LENGTH = 80
};

const char *segment_line_flags(unsigned flags, char text[static 9])
{
    static const char letters[] = "FSRP.UEW"; /* from bit 0 on, in tcpdump's order */
    size_t length = 0;

    for (unsigned bit = 0; bit < 8; bit++)
        if (flags & 1u << bit)
            text[length++] = letters[bit];
    if (length == 0)
        return "none";
    text[length] = '\0';
    return text;
}

static void write_endpoint(FILE *out, const char *addr, int port)
{
    text_write(out, TEXT_FENCED, addr, ADDRESS_MAX_LENGTH);
    fprintf(out, ".%d", port);
}

/* tcpdump names the sequence number where there is something to number. */
static void write_sequence(FILE *out, const struct segment_line *s)
{
    if (s->len > 0)
        fprintf(out, ", seq %" PRId64 ":%" PRId64, s->off, s->off + s->len);
    else if (s->flags & (TCP_SYN | TCP_FIN | TCP_RST))
        fprintf(out, ", seq %" PRId64, s->off);
}

void segment_line_write(FILE *out, const struct segment_line *s, int where_width)
{
    char clock[TIME_TEXT_SIZE];
    char flags[9];
    int padding = where_width - (int)strlen(s->where);

    fprintf(out, "%s ", time_text_clock(s->ts_ns, clock));
    text_write(out, TEXT_FENCED, s->where, WHERE_MAX_LENGTH);
    fprintf(out, "%*s ", padding > 0 ? padding : 0, "");
    write_endpoint(out, s->src_addr, s->src_port);
    fputs(" > ", out);
    write_endpoint(out, s->dst_addr, s->dst_port);
    fprintf(out, ": Flags [%s]", segment_line_flags(s->flags, flags));
    write_sequence(out, s);
    if (s->has_ack)
        fprintf(out, ", ack %" PRId64, s->ack_off);
    fprintf(out, ", win %" PRId64, s->win);
    if (s->has_timestamps)
        fprintf(out, ", options [TS val %" PRId64 " ecr %" PRId64 "]", s->tsval, s->tsecr);
    fprintf(out, ", length %" PRId64, s->len);
    if (s->flags & (TCP_SYN | TCP_RST))
        fprintf(out, ", ttl %d", s->ttl);
    if (*s->role != '\0') {
        fputs("  <- ", out);
        text_write(out, TEXT_FENCED, s->role, ROLE_MAX_LENGTH);
    }
}
