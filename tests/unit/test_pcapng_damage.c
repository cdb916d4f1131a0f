/* pcapng that is cut or broken: what came before is kept, and where it broke is told. */
#include <string.h>

#include "unit/pcapng.h"

enum {
    /* The front: a section header and an interface with name and resolution. */
    SECTION = 28,
    INTERFACE = 20 + 8 + 8 + 4,
    FRONT = SECTION + INTERFACE,
    PACKET = 32 + DATA_SIZE,
    FILE_MAX = 1000
};

/* Whatever is read: its end, how many frames came before, and the message. */
static enum read_result read_to_end(struct scratch *scratch, size_t *frames, char message[256])
{
    struct reader *reader = opened(scratch);
    enum read_result result, again;
    struct frame frame;

    *frames = 0;
    while ((result = reader_next(reader, &frame)) == READ_FRAME)
        (*frames)++;
    again = reader_next(reader, &frame);
    assert_int_equal(again, result);
    snprintf(message, 256, "%s", reader_message(reader));
    reader_close(reader);
    return result;
}

/* Two packets, then a block of this type and body: the message about it starts with where it
 * begins. */
static void assert_damage(uint32_t type, const struct pcapng_body *body, const char *expected)
{
    struct scratch scratch;
    char message[256];
    size_t frames;

    scratch_open(&scratch);
    put_front(scratch.file);
    put_packet(scratch.file, 0, 1);
    put_packet(scratch.file, 0, 2);
    pcapng_put(scratch.file, type, body);
    put_packet(scratch.file, 0, 3);
    assert_int_equal(read_to_end(&scratch, &frames, message), READ_DAMAGED);
    assert_int_equal(frames, 2);
    assert_string_equal(message, expected);
    scratch_close(&scratch);
}

/* --- the frame of a block ------------------------------------------------------------------ */

/* Two packets; then the four bytes at `at` of the second become `value`. */
static void assert_patched(size_t at, uint32_t value, enum read_result expected,
                           const char *expected_message)
{
    uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                        (uint8_t)(value >> 24)};
    struct scratch scratch;
    char message[256];
    size_t frames;

    scratch_open(&scratch);
    put_front(scratch.file);
    put_packet(scratch.file, 0, 1);
    put_packet(scratch.file, 0, 2);
    fseek(scratch.file, (long)(FRONT + PACKET + at), SEEK_SET);
    fwrite(bytes, 1, sizeof(bytes), scratch.file);
    assert_int_equal(read_to_end(&scratch, &frames, message), expected);
    assert_int_equal(frames, 1);
    assert_string_equal(message, expected_message);
    scratch_close(&scratch);
}

static void test_block_lengths(void **state)
{
    (void)state;
    assert_patched(4, 70, READ_DAMAGED, "at offset 0x8c: a block of 70 bytes, no multiple of 4");
    assert_patched(4, 0, READ_DAMAGED, "at offset 0x8c: a block of only 0 bytes");
    assert_patched(4, 8, READ_DAMAGED, "at offset 0x8c: a block of only 8 bytes");
    assert_patched(4, 12, READ_DAMAGED, "at offset 0x8c: a block of 12 bytes, but 0 at its end");
    assert_patched(4, 0xfffffffc, READ_DAMAGED,
                   "at offset 0x8c: a block of 4294967292 bytes, too many to be true");
    assert_patched(4, 76, READ_TRUNCATED, "at offset 0x8c: the file ends inside of a block");
    assert_patched(PACKET - 4, 76, READ_DAMAGED,
                   "at offset 0x8c: a block of 72 bytes, but 76 at its end");
}

/* The largest block that is read, and the first that is not. */
static void test_block_size_limit(void **state)
{
    enum {
        LIMIT = 16 * 1024 * 1024
    };
    static uint8_t bytes[LIMIT + 4];

    (void)state;
    for (uint32_t size = LIMIT; size <= LIMIT + 4; size += 4) {
        const uint8_t length[4] = {(uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16),
                                   (uint8_t)(size >> 24)};
        struct scratch scratch;
        char message[256];
        size_t frames;

        memset(bytes, 7, sizeof(bytes)); /* a block of type 0x07070707 */
        memcpy(bytes + 4, length, sizeof(length));
        memcpy(bytes + size - 4, length, sizeof(length));
        scratch_open(&scratch);
        put_front(scratch.file);
        fwrite(bytes, 1, size, scratch.file);
        put_packet(scratch.file, 0, 1);
        assert_int_equal(read_to_end(&scratch, &frames, message),
                         size > LIMIT ? READ_DAMAGED : READ_END);
        assert_int_equal(frames, size > LIMIT ? 0 : 1);
        scratch_close(&scratch);
    }
}

/* --- the content of a block ---------------------------------------------------------------- */

static void test_packet_damage(void **state)
{
    struct pcapng_body body = packet_body(false, 1, 3);

    (void)state;
    assert_damage(PCAPNG_ENHANCED_PACKET, &body,
                  "at offset 0xd4: a packet of interface 1, which is unknown");
    body = packet_body(false, UINT32_MAX, 3);
    assert_damage(PCAPNG_ENHANCED_PACKET, &body,
                  "at offset 0xd4: a packet of interface 4294967295, which is unknown");
    body = packet_body(false, 0, 3);
    body.bytes[12] = DATA_SIZE + 1;
    assert_damage(PCAPNG_ENHANCED_PACKET, &body,
                  "at offset 0xd4: a packet of 41 captured bytes in a block that has 40 left");
    memset(body.bytes + 12, 0xff, 4);
    assert_damage(
        PCAPNG_ENHANCED_PACKET, &body,
        "at offset 0xd4: a packet of 4294967295 captured bytes in a block that has 40 left");
    body.size = 16;
    assert_damage(PCAPNG_ENHANCED_PACKET, &body,
                  "at offset 0xd4: a block of type 6 that is too short");
    assert_damage(PCAPNG_OLD_PACKET, &body, "at offset 0xd4: a block of type 2 that is too short");
    body = (struct pcapng_body){0};
    assert_damage(PCAPNG_SIMPLE_PACKET, &body,
                  "at offset 0xd4: a block of type 3 that is too short");
    pcapng_add32(&body, 5);
    pcapng_add32(&body, 0);
    assert_damage(PCAPNG_SIMPLE_PACKET, &body,
                  "at offset 0xd4: a packet of 5 captured bytes in a block that has 4 left");
}

/* A length that ends within the body but leaves no room for its padding. */
static void test_option_damage(void **state)
{
    struct pcapng_body body = packet_body(false, 0, 3);

    (void)state;
    pcapng_add16(&body, 2988);
    pcapng_add16(&body, 5);
    pcapng_add32(&body, 0);
    assert_damage(PCAPNG_ENHANCED_PACKET, &body,
                  "at offset 0xd4: a block of type 6 with a broken option");
    body = packet_body(false, 0, 3);
    pcapng_add_text(&body, PCAPNG_EPB_DROPCOUNT, "four");
    assert_damage(PCAPNG_ENHANCED_PACKET, &body,
                  "at offset 0xd4: a block of type 6 with a broken option");
    body = interface_body();
    pcapng_add_text(&body, PCAPNG_IF_TSRESOL, "");
    assert_damage(PCAPNG_INTERFACE, &body,
                  "at offset 0xd4: a block of type 1 with a broken option");
    body = interface_body();
    pcapng_add_text(&body, PCAPNG_IF_TSOFFSET, "1234567");
    assert_damage(PCAPNG_INTERFACE, &body,
                  "at offset 0xd4: a block of type 1 with a broken option");
    body = interface_body();
    pcapng_add16(&body, PCAPNG_IF_NAME);
    pcapng_add16(&body, 0xffff);
    assert_damage(PCAPNG_INTERFACE, &body,
                  "at offset 0xd4: a block of type 1 with a broken option");
    body.size = 4;
    assert_damage(PCAPNG_INTERFACE, &body, "at offset 0xd4: a block of type 1 that is too short");
}

static void test_statistics_damage(void **state)
{
    struct pcapng_body body = statistics_body(1);

    (void)state;
    assert_damage(PCAPNG_STATISTICS, &body,
                  "at offset 0xd4: statistics of interface 1, which is unknown");
    body.size = 8;
    assert_damage(PCAPNG_STATISTICS, &body, "at offset 0xd4: a block of type 5 that is too short");
    body = statistics_body(0);
    pcapng_add_text(&body, PCAPNG_ISB_IFDROP, "1234");
    assert_damage(PCAPNG_STATISTICS, &body,
                  "at offset 0xd4: a block of type 5 with a broken option");
}

static void test_section_damage(void **state)
{
    struct pcapng_body body = {0};

    (void)state;
    pcapng_add32(&body, 0x1a2b3c4e);
    pcapng_add32(&body, 1);
    pcapng_add64(&body, 0);
    assert_damage(PCAPNG_SECTION_HEADER_TYPE, &body,
                  "at offset 0xd4: a section without a known byte order");
    body.size = 0;
    pcapng_add32(&body, 0x1a2b3c4d);
    pcapng_add32(&body, 2);
    pcapng_add64(&body, 0);
    assert_damage(PCAPNG_SECTION_HEADER_TYPE, &body,
                  "at offset 0xd4: pcapng 2.0, which is not known");
    body.size = 12;
    assert_damage(PCAPNG_SECTION_HEADER_TYPE, &body, "at offset 0xd4: a block of only 24 bytes");
}

/* Interfaces without end would take all the memory. */
static void test_interfaces_limit(void **state)
{
    struct pcapng_body body = interface_body();
    struct scratch scratch;
    char message[256];
    size_t frames;

    (void)state;
    scratch_open(&scratch);
    put_front(scratch.file);
    for (int i = 1; i < 65536; i++)
        pcapng_put(scratch.file, PCAPNG_INTERFACE, &body);
    put_packet(scratch.file, 65535, 1);
    pcapng_put(scratch.file, PCAPNG_INTERFACE, &body);
    assert_int_equal(read_to_end(&scratch, &frames, message), READ_DAMAGED);
    assert_int_equal(frames, 1);
    assert_non_null(strstr(message, "more than 65536 interfaces"));
    scratch_close(&scratch);
}

/* --- cut ----------------------------------------------------------------------------------- */

/* Cut at every length: between two blocks that is an end like any other, inside of one it is
 * told; inside of the first there is no capture. */
static void test_cut_anywhere(void **state)
{
    const size_t size = FRONT + 3 * PACKET;
    uint8_t bytes[FILE_MAX];
    struct scratch scratch;

    (void)state;
    scratch_open(&scratch);
    put_front(scratch.file);
    for (uint64_t i = 0; i < 3; i++)
        put_packet(scratch.file, 0, i);
    fflush(scratch.file);
    rewind(scratch.file);
    assert_int_equal(fread(bytes, 1, sizeof(bytes), scratch.file), size);
    for (size_t cut = 4; cut <= size; cut++) {
        bool between = cut == SECTION || (cut >= FRONT && (cut - FRONT) % PACKET == 0);
        size_t frames, expected = cut < FRONT ? 0 : (cut - FRONT) / PACKET;
        char message[256];

        scratch_fill(&scratch, bytes, cut);
        if (cut < SECTION) {
            struct reader *reader;
            struct error err;

            assert_int_equal(reader_open(scratch.path, false, &reader, &err), STATUS_INPUT);
            assert_non_null(strstr(err.text, "at offset 0x0: the file ends inside of a block"));
            continue;
        }
        assert_int_equal(read_to_end(&scratch, &frames, message),
                         between ? READ_END : READ_TRUNCATED);
        assert_int_equal(frames, expected);
        if (!between)
            assert_memory_equal(message, "at offset 0x", 12);
    }
    scratch_close(&scratch);
}

/* The first block has to be right, or it is no capture. */
static void test_first_block_damage(void **state)
{
    const struct {
        size_t at;
        uint8_t value;
        const char *message;
    } patches[] = {
        {4,  29, "at offset 0x0: a block of 29 bytes, no multiple of 4" },
        {4,  24, "at offset 0x0: a block of only 24 bytes"              },
        {8,  0,  "at offset 0x0: a section without a known byte order"  },
        {12, 2,  "at offset 0x0: pcapng 2.0, which is not known"        },
        {24, 32, "at offset 0x0: a block of 28 bytes, but 32 at its end"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(patches); i++) {
        struct scratch scratch;
        struct reader *reader;
        struct error err;

        scratch_open(&scratch);
        put_front(scratch.file);
        fseek(scratch.file, (long)patches[i].at, SEEK_SET);
        fputc(patches[i].value, scratch.file);
        fflush(scratch.file);
        assert_int_equal(reader_open(scratch.path, false, &reader, &err), STATUS_INPUT);
        assert_null(reader);
        assert_memory_equal(err.text, scratch.path, strlen(scratch.path));
        assert_non_null(strstr(err.text, patches[i].message));
        scratch_close(&scratch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_lengths),      cmocka_unit_test(test_block_size_limit),
        cmocka_unit_test(test_packet_damage),      cmocka_unit_test(test_option_damage),
        cmocka_unit_test(test_statistics_damage),  cmocka_unit_test(test_section_damage),
        cmocka_unit_test(test_interfaces_limit),   cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_first_block_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
