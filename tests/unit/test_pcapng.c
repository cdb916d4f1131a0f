/* pcapng: what is in its blocks, and what becomes of broken ones. */
#include <string.h>

#include "capture/pcapng_time.h"
#include "unit/pcapng.h"

/* --- sections, interfaces, packets --------------------------------------------------------- */

static void test_packet_of_either_byte_order(void **state)
{
    (void)state;
    for (int swapped = 0; swapped < 2; swapped++) {
        const struct pcapng_interface eth0 = {1, 96, "eth0", 9};
        struct pcapng_body body = packet_body(swapped, 0, 1700000000123456789U);
        struct scratch scratch;
        struct reader *reader;
        struct frame frame;

        scratch_open(&scratch);
        pcapng_put_section(scratch.file, swapped);
        pcapng_put_interface(scratch.file, swapped, &eth0);
        pcapng_put(scratch.file, PCAPNG_ENHANCED_PACKET, &body);
        reader = opened(&scratch);
        frame = next_frame(reader);
        assert_int_equal(frame.ts_ns, 1700000000123456789);
        assert_int_equal(frame.captured, DATA_SIZE);
        assert_int_equal(frame.sent, 1500);
        assert_int_equal(frame.dlt, 1);
        assert_int_equal(frame.interface, 0);
        assert_memory_equal(frame.bytes, data, DATA_SIZE);
        assert_null(frame.comment);
        assert_end(reader);
        close_all(reader, &scratch);
    }
}

/* Each interface has its own link type, snaplen and resolution, and is known when it is needed. */
static void test_interfaces(void **state)
{
    const struct pcapng_interface eth0 = {1, 96, "eth0", 9}, any = {113, 262144, "any", 0},
                                  tun0 = {101, 0, NULL, 3};
    struct scratch scratch;
    struct reader *reader;
    struct frame frame;

    (void)state;
    scratch_open(&scratch);
    pcapng_put_section(scratch.file, false);
    pcapng_put_interface(scratch.file, false, &eth0);
    pcapng_put_interface(scratch.file, false, &any);
    put_packet(scratch.file, 1, 1700000000000001);
    pcapng_put_interface(scratch.file, false, &tun0);
    put_packet(scratch.file, 2, 1700000000002);
    put_packet(scratch.file, 0, 1700000000000000003);
    reader = opened(&scratch);
    assert_string_equal(reader_linktype(reader), "none");
    frame = next_frame(reader);
    assert_int_equal(frame.interface, 1);
    assert_int_equal(frame.dlt, 113);
    assert_int_equal(frame.ts_ns, 1700000000000001000);
    assert_int_equal(reader_interfaces(reader), 2);
    assert_string_equal(reader_linktype(reader), "EN10MB,LINUX_SLL");
    assert_int_equal(reader_snaplen(reader), 262144);
    frame = next_frame(reader);
    assert_int_equal(frame.interface, 2);
    assert_int_equal(frame.dlt, 12); /* LINKTYPE_RAW is 101, DLT_RAW is 12 */
    assert_int_equal(frame.ts_ns, 1700000000002000000);
    frame = next_frame(reader);
    assert_int_equal(frame.interface, 0);
    assert_int_equal(frame.ts_ns, 1700000000000000003);
    assert_end(reader);
    assert_int_equal(reader_interfaces(reader), 3);
    assert_string_equal(reader_linktype(reader), "EN10MB,LINUX_SLL,RAW");
    assert_int_equal(reader_snaplen(reader), 0); /* the third has none */
    assert_string_equal(reader_interface(reader, 0)->name, "eth0");
    assert_string_equal(reader_interface(reader, 1)->linktype, "LINUX_SLL");
    assert_int_equal(reader_interface(reader, 1)->tsresol, 6);
    assert_null(reader_interface(reader, 2)->name);
    assert_int_equal(reader_interface(reader, 2)->tsresol, 3);
    assert_false(reader_interface(reader, 2)->has_dropped);
    close_all(reader, &scratch);
}

/* A new section: another byte order, and its interfaces begin at 0 again. The numbers that the
 * reader gives run on. */
static void test_sections(void **state)
{
    const struct pcapng_interface eth1 = {113, 0, "eth1", 6};
    struct pcapng_body body = packet_body(true, 0, 1700000000000000);
    struct scratch scratch;
    struct reader *reader;
    struct frame frame;

    (void)state;
    scratch_open(&scratch);
    put_front(scratch.file);
    put_packet(scratch.file, 0, 5);
    pcapng_put_section(scratch.file, true);
    pcapng_put_interface(scratch.file, true, &eth1);
    pcapng_put(scratch.file, PCAPNG_ENHANCED_PACKET, &body);
    pcapng_put_section(scratch.file, false);
    put_packet(scratch.file, 0, 5);
    reader = opened(&scratch);
    assert_int_equal(next_frame(reader).interface, 0);
    frame = next_frame(reader);
    assert_int_equal(frame.interface, 1);
    assert_int_equal(frame.dlt, 113);
    assert_int_equal(frame.ts_ns, 1700000000000000000);
    assert_string_equal(reader_interface(reader, 1)->name, "eth1");
    /* The third section described no interface. */
    assert_int_equal(reader_next(reader, &frame), READ_DAMAGED);
    close_all(reader, &scratch);
}

/* The length of a section, where it is told, is of no importance. */
static void test_section_with_a_length(void **state)
{
    struct pcapng_body body = {0};
    struct scratch scratch;
    struct reader *reader;

    (void)state;
    pcapng_add32(&body, 0x1a2b3c4d);
    pcapng_add16(&body, 1);
    pcapng_add16(&body, 2); /* 1.2 is read as 1.0 */
    pcapng_add64(&body, 20);
    pcapng_add_text(&body, PCAPNG_COMMENT, "taken after the change");
    pcapng_add_text(&body, PCAPNG_COMMENT, "of the switch");
    scratch_open(&scratch);
    pcapng_put(scratch.file, PCAPNG_SECTION_HEADER_TYPE, &body);
    body = interface_body();
    pcapng_put(scratch.file, PCAPNG_INTERFACE, &body);
    put_packet(scratch.file, 0, 5);
    put_packet(scratch.file, 0, 6);
    reader = opened(&scratch);
    assert_string_equal(reader_comment(reader), "taken after the change\nof the switch");
    assert_int_equal(next_frame(reader).ts_ns, 5000);
    assert_int_equal(next_frame(reader).ts_ns, 6000);
    assert_end(reader);
    close_all(reader, &scratch);
}

/* No interface number, no time, and the captured length follows from the snaplen. */
static void test_simple_packet(void **state)
{
    struct pcapng_body whole = {0}, cut = {0};
    struct scratch scratch;
    struct reader *reader;
    struct frame frame;

    (void)state;
    pcapng_add32(&whole, 30);
    pcapng_add_bytes(&whole, data, 30);
    pcapng_add32(&cut, 1500);
    pcapng_add_bytes(&cut, packet_body(false, 0, 0).bytes, 96);
    scratch_open(&scratch);
    put_front(scratch.file);
    pcapng_put(scratch.file, PCAPNG_SIMPLE_PACKET, &whole);
    put_packet(scratch.file, 0, 77);
    pcapng_put(scratch.file, PCAPNG_SIMPLE_PACKET, &cut);
    reader = opened(&scratch);
    frame = next_frame(reader);
    assert_int_equal(frame.ts_ns, 0);
    assert_int_equal(frame.captured, 30);
    assert_int_equal(frame.sent, 30);
    assert_memory_equal(frame.bytes, data, 30);
    assert_int_equal(next_frame(reader).ts_ns, 77);
    frame = next_frame(reader);
    assert_int_equal(frame.ts_ns, 77);
    assert_int_equal(frame.captured, 96);
    assert_int_equal(frame.sent, 1500);
    assert_end(reader);
    close_all(reader, &scratch);
}

/* The block that was before the enhanced one: its interface has 16 bits, the others are a count
 * of dropped packets, 0xffff if it is not known. */
static void test_obsolete_packet(void **state)
{
    const uint32_t drops[] = {3, 0xffff, 4};
    struct scratch scratch;
    struct reader *reader;

    (void)state;
    scratch_open(&scratch);
    put_front(scratch.file);
    for (size_t i = 0; i < COUNT(drops); i++) {
        struct pcapng_body body = {0};

        pcapng_add16(&body, 0);
        pcapng_add16(&body, drops[i]);
        pcapng_add_time(&body, 10 + i);
        pcapng_add32(&body, DATA_SIZE);
        pcapng_add32(&body, DATA_SIZE);
        pcapng_add_bytes(&body, data, DATA_SIZE);
        pcapng_add_text(&body, PCAPNG_COMMENT, "old");
        pcapng_put(scratch.file, PCAPNG_OLD_PACKET, &body);
    }
    reader = opened(&scratch);
    for (int i = 0; i < 3; i++) {
        struct frame frame = next_frame(reader);

        assert_int_equal(frame.ts_ns, 10 + i);
        assert_string_equal(frame.comment, "old");
    }
    assert_int_equal(reader_interface(reader, 0)->dropped, 7);
    close_all(reader, &scratch);
}

static void test_comments(void **state)
{
    struct pcapng_body one = packet_body(false, 0, 1), two = one, empty = one;
    struct scratch scratch;
    struct reader *reader;

    (void)state;
    pcapng_add_text(&one, PCAPNG_COMMENT, "the RST | that killed it");
    pcapng_add32(&one, PCAPNG_END);
    pcapng_add_text(&one, PCAPNG_COMMENT, "not an option any more");
    pcapng_add_text(&two, PCAPNG_COMMENT, "first");
    pcapng_add_text(&two, 2988, "unknown");
    pcapng_add_option(&two, PCAPNG_COMMENT, "second\0hidden", 13);
    pcapng_add_text(&empty, PCAPNG_COMMENT, "");
    scratch_open(&scratch);
    put_front(scratch.file);
    pcapng_put(scratch.file, PCAPNG_ENHANCED_PACKET, &one);
    put_packet(scratch.file, 0, 1);
    pcapng_put(scratch.file, PCAPNG_ENHANCED_PACKET, &two);
    pcapng_put(scratch.file, PCAPNG_ENHANCED_PACKET, &empty);
    reader = opened(&scratch);
    assert_null(reader_comment(reader));
    assert_string_equal(next_frame(reader).comment, "the RST | that killed it");
    assert_null(next_frame(reader).comment);
    assert_string_equal(next_frame(reader).comment, "first\nsecond");
    assert_null(next_frame(reader).comment);
    assert_end(reader);
    close_all(reader, &scratch);
}

/* Names, journals, secrets, somebody's own blocks: of any content, for they are not looked at. */
static void test_other_blocks_are_skipped(void **state)
{
    const uint32_t types[] = {PCAPNG_NAMES, 7, 9, 10, 0xbad, 0x40000bad, 0x80000001, 0};
    struct scratch scratch;
    struct reader *reader;

    (void)state;
    scratch_open(&scratch);
    put_front(scratch.file);
    for (size_t i = 0; i < COUNT(types); i++) {
        struct pcapng_body body = {0};

        pcapng_add_bytes(&body, data, (uint32_t)(4 * i));
        pcapng_put(scratch.file, types[i], &body);
        put_packet(scratch.file, 0, i);
    }
    reader = opened(&scratch);
    for (size_t i = 0; i < COUNT(types); i++)
        assert_int_equal(next_frame(reader).ts_ns, i);
    assert_end(reader);
    close_all(reader, &scratch);
}

/* --- options of interfaces ----------------------------------------------------------------- */

static void test_interface_options(void **state)
{
    struct pcapng_body body = interface_body();
    char name[400];
    struct scratch scratch;
    struct reader *reader;
    const uint8_t resolution = 0x80 | 10;

    (void)state;
    memset(name, 'n', sizeof(name));
    pcapng_add_option(&body, PCAPNG_IF_DESCRIPTION, "Ethernet\0 2", 11);
    pcapng_add_option(&body, PCAPNG_IF_TSRESOL, &resolution, 1);
    pcapng_add_count(&body, PCAPNG_IF_TSOFFSET, 1700000000);
    pcapng_add_option(&body, PCAPNG_IF_NAME, name, sizeof(name));
    scratch_open(&scratch);
    put_front(scratch.file);
    pcapng_put(scratch.file, PCAPNG_INTERFACE, &body);
    body = interface_body();
    pcapng_add_text(&body, PCAPNG_IF_NAME, "");
    pcapng_add_count(&body, PCAPNG_IF_TSOFFSET, (uint64_t)-3);
    pcapng_put(scratch.file, PCAPNG_INTERFACE, &body);
    put_packet(scratch.file, 1, 1024 + 512);
    put_packet(scratch.file, 2, 5000001);
    reader = opened(&scratch);
    assert_int_equal(next_frame(reader).ts_ns, 1700000001500000000);
    assert_int_equal(next_frame(reader).ts_ns, 2000001000);
    assert_string_equal(reader_interface(reader, 1)->description, "Ethernet");
    assert_int_equal(strlen(reader_interface(reader, 1)->name), 255); /* enough of it */
    assert_int_equal(reader_interface(reader, 1)->tsresol, 0x8a);
    assert_null(reader_interface(reader, 2)->name);
    close_all(reader, &scratch);
}

/* --- counts -------------------------------------------------------------------------------- */

/* Statistics count from the begin on: the last count. Drops of interface and system add up. */
static void test_statistics(void **state)
{
    const struct pcapng_interface eth1 = {1, 0, "eth1", 0};
    struct scratch scratch;
    struct reader *reader;

    (void)state;
    scratch_open(&scratch);
    put_front(scratch.file);
    pcapng_put_interface(scratch.file, false, &eth1);
    for (uint64_t round = 1; round <= 2; round++) {
        struct pcapng_body body = statistics_body(0);

        pcapng_add_count(&body, PCAPNG_ISB_IFRECV, 1000 * round);
        pcapng_add_count(&body, PCAPNG_ISB_IFDROP, 3 * round);
        pcapng_add_count(&body, PCAPNG_ISB_OSDROP, 4 * round);
        pcapng_put(scratch.file, PCAPNG_STATISTICS, &body);
    }
    reader = opened(&scratch);
    assert_end(reader);
    assert_true(reader_interface(reader, 0)->has_received);
    assert_int_equal(reader_interface(reader, 0)->received, 2000);
    assert_true(reader_interface(reader, 0)->has_dropped);
    assert_int_equal(reader_interface(reader, 0)->dropped, 14);
    assert_false(reader_interface(reader, 1)->has_received);
    assert_false(reader_interface(reader, 1)->has_dropped);
    close_all(reader, &scratch);
}

/* Packets tell what was dropped before each; where there are statistics too, it is the same
 * loss counted twice. */
static void test_drops_of_packets(void **state)
{
    struct pcapng_body body;
    struct scratch scratch;
    struct reader *reader;

    (void)state;
    scratch_open(&scratch);
    put_front(scratch.file);
    for (uint64_t drops = 0; drops < 4; drops++) {
        body = packet_body(false, 0, drops);
        pcapng_add_count(&body, PCAPNG_EPB_DROPCOUNT, drops);
        pcapng_put(scratch.file, PCAPNG_ENHANCED_PACKET, &body);
    }
    body = statistics_body(0);
    pcapng_add_count(&body, PCAPNG_ISB_IFDROP, 5);
    pcapng_put(scratch.file, PCAPNG_STATISTICS, &body);
    body = statistics_body(0);
    pcapng_add_count(&body, PCAPNG_ISB_OSDROP, 9);
    pcapng_put(scratch.file, PCAPNG_STATISTICS, &body);
    body = packet_body(false, 0, 9);
    pcapng_add_count(&body, PCAPNG_EPB_DROPCOUNT, UINT64_MAX);
    pcapng_put(scratch.file, PCAPNG_ENHANCED_PACKET, &body);
    reader = opened(&scratch);
    next_frame(reader);
    assert_true(reader_interface(reader, 0)->has_dropped); /* that none were is known too */
    assert_int_equal(reader_interface(reader, 0)->dropped, 0);
    for (int i = 1; i < 4; i++)
        next_frame(reader);
    assert_int_equal(reader_interface(reader, 0)->dropped, 6);
    next_frame(reader);
    assert_int_equal(reader_interface(reader, 0)->dropped, INT64_MAX);
    assert_false(reader_interface(reader, 0)->has_received);
    close_all(reader, &scratch);
}

/* --- times --------------------------------------------------------------------------------- */

static void test_times(void **state)
{
    const int64_t second = 1000000000;
    static const struct {
        uint64_t ticks;
        uint8_t tsresol;
        int64_t offset_s, expected_ns;
    } times[] = {
        {1700000000,           0,          0,           1700000000 * INT64_C(1000000000)},
        {1700000000123456,     6,          0,           1700000000123456000             },
        {1700000000123456789,  9,          0,           1700000000123456789             },
        {17000000001234567,    7,          0,           1700000000123456700             },
        {1700000000123456789,  10,         0,           170000000012345678              },
        {UINT64_MAX,           12,         0,           18446744073709551               },
        {UINT64_MAX,           19,         0,           1844674407                      },
        {UINT64_MAX,           20,         0,           184467440                       },
        {UINT64_MAX,           28,         0,           1                               },
        {UINT64_MAX,           29,         0,           0                               },
        {UINT64_MAX,           127,        0,           0                               },
        {3,                    0x80 | 1,   0,           1500000000                      },
        {(5U << 20) + 1,       0x80 | 20,  0,           5000000953                      },
        {(5ULL << 32) + 1,     0x80 | 32,  0,           5000000000                      },
        {(1ULL << 32) - 1,     0x80 | 32,  0,           999999999                       },
        {(7ULL << 40) + 1100,  0x80 | 40,  0,           7000000001                      },
        {UINT64_MAX,           0x80 | 63,  0,           1999999999                      },
        {UINT64_MAX,           0x80 | 64,  0,           999999999                       },
        {UINT64_MAX,           0x80 | 93,  0,           1                               },
        {UINT64_MAX,           0x80 | 94,  0,           0                               },
        {UINT64_MAX,           0x80 | 127, 0,           0                               },
        {1000001,              6,          1700000000,  1700000001000001000             },
        {1700000000000000000,  9,          -1699999999, 1000000000                      },
        {1700000000000000000,  9,          -1700000001, 0                               },
        {1,                    9,          INT64_MIN,   0                               },
        {UINT64_MAX,           0,          INT64_MIN,   PCAPNG_TIME_MAX                 },
        {UINT64_MAX,           0,          0,           PCAPNG_TIME_MAX                 },
        {0,                    9,          INT64_MAX,   PCAPNG_TIME_MAX                 },
        {UINT64_MAX,           9,          INT64_MAX,   PCAPNG_TIME_MAX                 },
        {4294967295999999999U, 9,          0,           PCAPNG_TIME_MAX                 },
        {4294967296000000000U, 9,          0,           PCAPNG_TIME_MAX                 },
        {4294967295,           0,          0,           4294967295 * INT64_C(1000000000)},
    };

    (void)state;
    assert_int_equal(PCAPNG_TIME_MAX / second, UINT32_MAX);
    for (size_t i = 0; i < COUNT(times); i++)
        assert_int_equal(pcapng_time_ns(times[i].ticks, times[i].tsresol, times[i].offset_s),
                         times[i].expected_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packet_of_either_byte_order),
        cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_section_with_a_length),
        cmocka_unit_test(test_simple_packet),
        cmocka_unit_test(test_obsolete_packet),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_other_blocks_are_skipped),
        cmocka_unit_test(test_interface_options),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_drops_of_packets),
        cmocka_unit_test(test_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
