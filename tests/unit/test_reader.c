/* What all formats have in common: compressed captures, and the reader behind order.h. */
#include <stdlib.h>
#include <string.h>

#include "capture/order.h"
#include "packet/capture_file.h"
#include "packet/pack.h"
#include "packet/scratch.h"
#include "unit/unit.h"

enum {
    FRAMES = 5,
    DATA_SIZE = 60,
    RECORD = 16 + DATA_SIZE,
    FILE_MAX = 4096
};

static const uint8_t data[DATA_SIZE] = {1, 2, 3};

/* Classic pcap of FRAMES frames, a second apart. Returns its size. */
static size_t make_pcap(const struct pcap_format *format, uint8_t bytes[FILE_MAX])
{
    FILE *file = fmemopen(bytes, FILE_MAX, "wb");
    size_t size;

    assert_non_null(file);
    pcap_put_header(file, format);
    for (int64_t i = 1; i <= FRAMES; i++)
        pcap_put_packet(file, format, i * 1000000000 + 123456789, data, DATA_SIZE, 100);
    size = (size_t)ftell(file);
    fclose(file);
    return size;
}

static size_t make_pcapng(uint8_t bytes[FILE_MAX], const char *name)
{
    const struct pcapng_interface interface = {113, 96, name, 9};
    FILE *file = fmemopen(bytes, FILE_MAX, "wb");
    size_t size;

    assert_non_null(file);
    pcapng_put_section(file, false);
    pcapng_put_interface(file, false, &interface);
    for (int64_t i = 1; i <= FRAMES; i++)
        pcapng_put_packet(file, false, &interface, 0, i * 1000000000, data, DATA_SIZE, 100);
    size = (size_t)ftell(file);
    fclose(file);
    return size;
}

static struct reader *opened(const struct scratch *scratch)
{
    struct reader *reader;
    struct error err;

    assert_int_equal(reader_open(scratch->path, false, &reader, &err), STATUS_OK);
    return reader;
}

static enum read_result read_to_end(struct reader *reader, size_t *frames)
{
    enum read_result result;
    struct frame frame;

    for (*frames = 0; (result = reader_next(reader, &frame)) == READ_FRAME; (*frames)++)
        assert_memory_equal(frame.bytes, data, DATA_SIZE);
    return result;
}

/* Classic pcap has one interface, without a name. */
static void test_pcap_interface(void **state)
{
    (void)state;
    for (int variant = 0; variant < 4; variant++) {
        const struct pcap_format format = {
            .dlt = 1, .snaplen = 96, .nanoseconds = variant & 1, .swapped = variant & 2};
        uint8_t bytes[FILE_MAX];
        struct scratch scratch;
        struct reader *reader;
        struct frame frame;

        scratch_open(&scratch);
        scratch_fill(&scratch, bytes, make_pcap(&format, bytes));
        reader = opened(&scratch);
        assert_int_equal(reader_next(reader, &frame), READ_FRAME);
        assert_int_equal(frame.ts_ns, format.nanoseconds ? 1123456789 : 1123456000);
        assert_int_equal(frame.interface, 0);
        assert_int_equal(frame.captured, DATA_SIZE);
        assert_int_equal(frame.sent, 100);
        assert_null(frame.comment);
        assert_string_equal(reader_format(reader), "pcap");
        assert_string_equal(reader_linktype(reader), "EN10MB");
        assert_int_equal(reader_snaplen(reader), 96);
        assert_int_equal(reader_interfaces(reader), 1);
        assert_null(reader_interface(reader, 0)->name);
        assert_int_equal(reader_interface(reader, 0)->tsresol, format.nanoseconds ? 9 : 6);
        assert_false(reader_interface(reader, 0)->has_received);
        assert_null(reader_comment(reader));
        reader_close(reader);
        scratch_close(&scratch);
    }
}

static void test_compressed(void **state)
{
    (void)state;
    for (int format = PACK_NONE; format < PACK_FORMATS; format++) {
        for (int ng = 0; ng < 2; ng++) {
            uint8_t bytes[FILE_MAX], *packed;
            size_t size =
                ng ? make_pcapng(bytes, "eth0") : make_pcap(&(struct pcap_format){.dlt = 1}, bytes);
            struct scratch scratch;
            struct reader *reader;
            size_t frames;

            size = pack((enum pack_format)format, bytes, size, &packed);
            scratch_open(&scratch);
            scratch_fill(&scratch, packed, size);
            reader = opened(&scratch);
            assert_string_equal(reader_format(reader), ng ? "pcapng" : "pcap");
            assert_int_equal(read_to_end(reader, &frames), READ_END);
            assert_int_equal(frames, FRAMES);
            reader_close(reader);
            scratch_close(&scratch);
            free(packed);
        }
    }
}

/* Two members, of which the second is cut, and the first ends where a frame ends. What is missing
 * is known only to who unpacks: libpcap takes it for the end. */
static void test_compressed_cut_between_frames(void **state)
{
    (void)state;
    for (int format = PACK_GZIP; format < PACK_FORMATS; format++) {
        const size_t whole = 24 + 2 * RECORD;
        uint8_t bytes[FILE_MAX], *first, *second;
        size_t size = make_pcap(&(struct pcap_format){.dlt = 1}, bytes), frames;
        size_t first_size = pack((enum pack_format)format, bytes, whole, &first);
        struct scratch scratch;
        struct reader *reader;

        pack((enum pack_format)format, bytes + whole, size - whole, &second);
        scratch_open(&scratch);
        fwrite(first, 1, first_size, scratch.file);
        fwrite(second, 1, 6, scratch.file); /* not even its header */
        fflush(scratch.file);
        reader = opened(&scratch);
        assert_int_equal(read_to_end(reader, &frames), READ_TRUNCATED);
        assert_int_equal(frames, 2);
        assert_non_null(strstr(reader_message(reader), "the data end too early"));
        reader_close(reader);
        scratch_close(&scratch);
        free(first);
        free(second);
    }
}

/* Where both are wrong, the capture and its wrapping, the one that comes first is told. */
static void test_compressed_damage_inside(void **state)
{
    uint8_t bytes[FILE_MAX], *packed;
    struct scratch scratch;
    struct reader *reader;
    size_t size, frames;

    (void)state;
    size = make_pcapng(bytes, "eth0");
    bytes[28 + 40 + 2 * (32 + DATA_SIZE) + 4] = 1; /* the length of the third packet */
    size = pack(PACK_GZIP, bytes, size, &packed);
    packed[size - 8] ^= 1; /* the checksum */
    scratch_open(&scratch);
    scratch_fill(&scratch, packed, size);
    free(packed);
    reader = opened(&scratch);
    assert_int_equal(read_to_end(reader, &frames), READ_DAMAGED);
    assert_int_equal(frames, 2);
    assert_string_equal(reader_message(reader),
                        "at offset 0xfc: a block of 1 bytes, no multiple of 4");
    reader_close(reader);
    scratch_close(&scratch);
}

static void test_open_compressed_text(void **state)
{
    const char text[] = "not a capture";
    uint8_t *packed;
    size_t size = pack(PACK_ZSTD, text, sizeof(text), &packed);
    struct scratch scratch;
    struct reader *reader;
    struct error err;

    (void)state;
    scratch_open(&scratch);
    scratch_fill(&scratch, packed, size);
    free(packed);
    assert_int_equal(reader_open(scratch.path, true, &reader, &err), STATUS_INPUT);
    assert_null(reader);
    assert_non_null(strstr(err.text, "not a capture that can be read"));
    scratch_close(&scratch);
}

/* Of many captures, the interface of each frame is at hand when it is its turn. */
static void test_order_reader(void **state)
{
    const char *const names[] = {"eth0", "eth1"};
    struct scratch scratches[2];
    struct order_file files[2] = {0};
    struct order *order;
    enum order_result result;
    struct frame frame;
    struct error err;
    size_t file, frames = 0, ended = 0;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        uint8_t bytes[FILE_MAX];

        scratch_open(&scratches[i]);
        scratch_fill(&scratches[i], bytes, make_pcapng(bytes, names[i]));
        files[i].path = scratches[i].path;
        assert_int_equal(order_probe(&files[i], &err), STATUS_OK);
    }
    order = order_new(files, 2, false);
    while ((result = order_next(order, &file, &frame, &err)) != ORDER_DONE) {
        const struct reader_interface *interface = reader_interface(order_reader(order), 0);

        assert_int_not_equal(result, ORDER_FAILED);
        assert_string_equal(interface->name, names[file]);
        frames += result == ORDER_FRAME;
        ended += result == ORDER_ENDED;
    }
    assert_int_equal(frames, 2 * FRAMES);
    assert_int_equal(ended, 2);
    order_free(order);
    for (size_t i = 0; i < 2; i++)
        scratch_close(&scratches[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pcap_interface),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_compressed_cut_between_frames),
        cmocka_unit_test(test_compressed_damage_inside),
        cmocka_unit_test(test_open_compressed_text),
        cmocka_unit_test(test_order_reader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
