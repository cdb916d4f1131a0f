/* Headers with other addresses: nothing of the old ones is left, and all else is as it was. */
#include "packet/decoding.h"
#include "packet/gallery.h"
#include "unit/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anonymize/anonymizer.h"
#include "anonymize/case_copy.h"
#include "anonymize/headers.h"
#include "decode/address.h"
#include "store/case.h"

static struct anonymizer *anonymizer;
static const struct tunnel_map fou = {1, {{5555, TUNNEL_FOU}}};

/* With a key of its own, so that each run is the same: with a few of all keys a port stays what it
 * was. */
static int make_anonymizer(void **state)
{
    const char *folder = getenv("SCRATCH");
    struct error err = {{0}};
    enum status status;
    char path[4096];
    FILE *file;

    (void)state;
    snprintf(path, sizeof path, "%s/key", folder != NULL ? folder : ".");
    file = fopen(path, "wb");
    if (file == NULL)
        return -1;
    fputs("0123456789abcdefFEDCBA9876543210", file);
    fclose(file);
    status = anonymizer_new(path, &anonymizer, &err);
    unlink(path);
    if (status != STATUS_OK)
        return -1;
    anonymizer_keep_port(anonymizer, fou.ports[0].port); /* as anonymizer_read_case() does */
    return 0;
}

static int free_anonymizer(void **state)
{
    (void)state;
    anonymizer_free(anonymizer);
    return 0;
}

/* What is written of a frame, in a block of exactly its size. Caller frees. */
static uint8_t *rewritten(const uint8_t *bytes, uint32_t captured, uint32_t sent, int dlt,
                          uint32_t *size)
{
    uint8_t *block = malloc(captured > 0 ? captured : 1), *kept;
    struct trail trail;

    assert_non_null(block);
    memcpy(block, bytes, captured);
    trail_follow(&trail, &fou, dlt, block, captured, sent);
    assert_true(trail.end <= captured);
    kept = malloc(trail.end > 0 ? trail.end : 1);
    assert_non_null(kept);
    memcpy(kept, block, trail.end);
    anonymize_headers(anonymizer, &trail, dlt, kept);
    free(block);
    *size = trail.end;
    return kept;
}

static bool holds(const uint8_t *bytes, uint32_t size, const void *wanted, uint32_t length)
{
    return memmem(bytes, size, wanted, length) != NULL;
}

/* The builder's addresses, in each picture or some. */
static void check_nothing_left(const char *name, const uint8_t *bytes, uint32_t size)
{
    static const struct {
        uint8_t length;
        uint8_t bytes[16];
    } secrets[] = {
        {4,  {10, 0, 0, 1}                                      },
        {4,  {10, 0, 0, 2}                                      },
        {4,  {192, 0, 2, 1}                                     },
        {4,  {192, 0, 2, 2}                                     },
        {16, {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
        {16, {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}},
        {4,  {0x20, 0x01, 0x0d, 0xb8}                           },
        {6,  {2, 0, 0, 0, 0, 3}                                 },
        {6,  {2, 0, 0, 0, 0, 4}                                 },
        {6,  {2, 0, 0, 0, 0, 1}                                 },
        {6,  {2, 0, 0, 0, 0, 2}                                 },
        {4,  {0x9c, 0x40, 0, 80}                                }, /* ports 40000 and 80 */
        {4,  {0, 80, 0x9c, 0x40}                                },
    };

    for (size_t i = 0; i < COUNT(secrets); i++)
        if (holds(bytes, size, secrets[i].bytes, secrets[i].length))
            fail_msg("%s: secret %zu is left", name, i);
}

static void test_anonymize_headers_gallery(void **state)
{
    static struct built_frame frame;

    (void)state;
    for (size_t i = 0; i < gallery_size; i++) {
        const struct gallery_picture *picture = &gallery[i];
        int dlt = frame_dlt(picture->spec.link);
        struct packet before = decoded(&picture->spec), after;
        uint32_t size;
        uint8_t *bytes;

        frame_build(&picture->spec, &frame);
        bytes = rewritten(frame.bytes, frame.len, frame.len, dlt, &size);
        check_nothing_left(picture->name, bytes, size);
        if (before.kind == PACKET_SEGMENT) {
            after = decoded_bytes(NULL, dlt, bytes, size, frame.len);
            if (after.kind != PACKET_SEGMENT || after.tcp.seq != before.tcp.seq ||
                after.tcp.len != before.tcp.len || after.tunnels != before.tunnels ||
                memcmp(&after.tcp.opt.mss, &before.tcp.opt.mss, sizeof after.tcp.opt.mss) != 0)
                fail_msg("%s: not the same segment", picture->name);
        }
        if (before.kind == PACKET_ICMP &&
            decoded_bytes(NULL, dlt, bytes, size, frame.len).kind != PACKET_ICMP)
            fail_msg("%s: no ICMP error any more", picture->name);
        free(bytes);
    }
}

/* AddressSanitizer sees what is read or written beyond. */
static void test_anonymize_headers_cut(void **state)
{
    static struct built_frame frame;

    (void)state;
    for (size_t i = 0; i < gallery_size; i++) {
        frame_build(&gallery[i].spec, &frame);
        for (uint32_t captured = 0; captured <= frame.len && captured < 300; captured++) {
            uint32_t size;
            uint8_t *bytes =
                rewritten(frame.bytes, captured, frame.len, frame_dlt(gallery[i].spec.link), &size);

            check_nothing_left(gallery[i].name, bytes, size);
            free(bytes);
        }
    }
}

/* --- checksums ------------------------------------------------------------------------------ */

/* The builder makes the same packet with the addresses that came out, and with zeros for payload:
 * it makes its checksums by itself. */
static void check_as_built(struct frame_spec spec, uint8_t version)
{
    static struct built_frame frame, expected;
    static const uint8_t zeros[2000];
    const uint32_t ip = 14, source = version == 6 ? ip + 8 : ip + 12;
    char src[ADDRESS_TEXT], dst[ADDRESS_TEXT];
    struct packet packet;
    uint32_t size;
    uint8_t *bytes;

    frame_build(&spec, &frame);
    bytes = rewritten(frame.bytes, frame.len, frame.len, 1, &size);
    packet = decoded_bytes(NULL, 1, bytes, size, frame.len);
    assert_is_segment(packet);
    spec.src = address_print(&packet.tcp.src.addr, version, src);
    spec.dst = address_print(&packet.tcp.dst.addr, version, dst);
    spec.sport = packet.tcp.src.port;
    spec.payload = zeros;
    frame_build(&spec, &expected);
    assert_true(memcmp(frame.bytes + source, bytes + source, 8) != 0);
    assert_memory_equal(bytes + ip, expected.bytes + ip, size - ip);
    free(bytes);
}

static void test_anonymize_headers_checksums(void **state)
{
    static const uint8_t options[] = {FRAME_MSS(1460), FRAME_SACK_PERMITTED, FRAME_TIMESTAMPS(7, 0),
                                      FRAME_NOP, FRAME_WSCALE(7)};

    (void)state;
    check_as_built(
        (struct frame_spec){.flags = FRAME_SYN, .options = options, .options_len = sizeof options},
        4);
    check_as_built((struct frame_spec){.payload_len = 101}, 4);
    check_as_built((struct frame_spec){.payload_len = 100, .bad_checksum = false, .version = 6}, 6);
    check_as_built(
        (struct frame_spec){.version = 6, .options = options, .options_len = sizeof options}, 6);
}

/* An authentication header between IPv4 and TCP is not counted: the same checksum as without. */
static void test_anonymize_headers_authentication(void **state)
{
    enum {
        IP = 14,
        TCP = IP + 20,
        AH = 24
    };
    static struct built_frame frame;
    uint8_t longer[200], *plain, *with;
    uint32_t size;

    (void)state;
    frame_build(&(struct frame_spec){.payload_len = 10}, &frame);
    assert_true(frame.len + AH <= sizeof longer);
    memcpy(longer, frame.bytes, TCP);
    memset(longer + TCP, 0, AH);
    memcpy(longer + TCP + AH, frame.bytes + TCP, frame.len - TCP);
    longer[IP + 3] = (uint8_t)(longer[IP + 3] + AH);
    longer[IP + 9] = 51;
    longer[TCP] = 6;
    longer[TCP + 1] = AH / 4 - 2;
    plain = rewritten(frame.bytes, frame.len, frame.len, 1, &size);
    with = rewritten(longer, frame.len + AH, frame.len + AH, 1, &size);
    assert_memory_equal(with + TCP + AH, plain + TCP, 20);
    free(plain);
    free(with);
}

/* Options that carry addresses: of MPTCP (30), of a load balancer (254), a Fast Open cookie, and
 * one that is called an MSS and is too long for it. */
static void test_anonymize_headers_options(void **state)
{
    static const uint8_t options[] = {30, 8, 0x30, 1, 10, 9, 8,  7, 254, 8, 0x9c, 0x40,
                                      10, 9, 8,    7, 34, 6, 10, 9, 8,   7, 1,    1,
                                      4,  2, 1,    1, 2,  8, 5,  1, 10,  9, 8,    7};
    const struct frame_spec spec = {
        .flags = FRAME_SYN, .options = options, .options_len = sizeof options};
    static struct built_frame frame;
    uint32_t size;
    uint8_t *bytes;

    (void)state;
    frame_build(&spec, &frame);
    assert_true(holds(frame.bytes, frame.len, "\x0a\x09\x08\x07", 4));
    bytes = rewritten(frame.bytes, frame.len, frame.len, 1, &size);
    assert_int_equal(size, frame.len);
    assert_false(holds(bytes, size, "\x0a\x09\x08\x07", 4));
    assert_int_equal(bytes[14 + 20 + 20], 30);
    assert_int_equal(bytes[14 + 20 + 20 + 24], 4);
    free(bytes);
}

/* --- columns -------------------------------------------------------------------------------- */

/* A column of text that is new has to be decided about: case_columns.c. */
static void test_case_column_all_known(void **state)
{
    static const char sql[] =
        "SELECT m.name, c.name, c.type IN ('INTEGER', 'REAL') FROM sqlite_schema m, "
        "pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' "
        "AND m.name NOT IN ('rule', 'finding', 'evidence', 'comment')";
    sqlite3_stmt *stmt;
    sqlite3 *db;
    int columns = 0;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, schema_sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(stmt, 0);
        const char *column = (const char *)sqlite3_column_text(stmt, 1);

        columns++;
        if (case_column(table, column, sqlite3_column_int(stmt, 2)) == NULL)
            fail_msg("%s.%s", table, column);
    }
    assert_true(columns > 100);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_anonymize_headers_gallery),
        cmocka_unit_test(test_anonymize_headers_cut),
        cmocka_unit_test(test_anonymize_headers_checksums),
        cmocka_unit_test(test_anonymize_headers_authentication),
        cmocka_unit_test(test_anonymize_headers_options),
        cmocka_unit_test(test_case_column_all_known),
    };

    return cmocka_run_group_tests(tests, make_anonymizer, free_anonymizer);
}
