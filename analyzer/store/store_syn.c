/* The first SYN of each leg, byte for byte. */
#include "decode/options.h"
#include "store/writing.h"

enum {
    IP_HEADER_MAX = 120 /* twice the longest of IPv4; IPv6 may have more before TCP */
};

void store_syn(struct store *store, uint32_t leg_id, uint64_t segment_id,
               const struct packet *packet)
{
    struct insert *insert = &store->tables[TABLE_SYN];
    const uint8_t *ip = packet->ip_header;
    size_t length = packet->ip_header_len < IP_HEADER_MAX ? packet->ip_header_len : IP_HEADER_MAX;
    char options[OPTIONS_TEXT];

    insert_integer(insert, leg_id);
    insert_integer(insert, (int64_t)segment_id);
    insert_integer(insert, packet->version == 4 ? ip[1] : (ip[0] & 15) << 4 | ip[1] >> 4);
    insert_integer(insert, packet->df);
    insert_text(insert, options_print(packet->tcp.header, packet->tcp.header_captured, options));
    insert_blob(insert, ip, length);
    insert_blob(insert, packet->tcp.header, packet->tcp.header_captured);
    insert_run(insert);
}
