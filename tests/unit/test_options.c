/* The layout of TCP options. */
#include <stdio.h>
#include <string.h>

#include "decode/options.h"
#include "unit/unit.h"

/* A header of 20 bytes and these options; `words` is what its length field says. */
static void assert_layout(const uint8_t *options, uint32_t size, uint8_t words, const char *layout)
{
    uint8_t header[60] = {[12] = (uint8_t)(words << 4)};
    char text[OPTIONS_TEXT];

    memcpy(header + 20, options, size);
    assert_string_equal(options_print(header, 20 + size, text), layout);
}

static void test_linux_syn(void **state)
{
    static const uint8_t options[] = {2, 4, 5, 180, 4, 2, 8, 10, 0, 0,
                                      0, 1, 0, 0,   0, 0, 1, 3,  3, 7};

    (void)state;
    assert_layout(options, sizeof options, 10, "mss,sackOK,ts,nop,wscale");
    assert_layout(options, 6, 10, "mss,sackOK,...");
    assert_layout(options, 0, 5, "");
}

static void test_odd_options(void **state)
{
    static const uint8_t unknown[] = {200, 3, 9, 1};
    static const uint8_t ended[] = {0, 2, 4, 5};
    static const uint8_t zero_length[] = {2, 0, 1, 1};
    static const uint8_t too_long[] = {1, 1, 2, 99};

    (void)state;
    assert_layout(unknown, sizeof unknown, 6, "200,nop");
    assert_layout(ended, sizeof ended, 6, "eol");
    assert_layout(zero_length, sizeof zero_length, 6, "mss,eol");
    assert_layout(too_long, sizeof too_long, 6, "nop,nop,mss");
}

/* As many options as there can be, and names as long as they get: a length of 1 is none, so that
 * each byte begins an option. */
static void test_longest(void **state)
{
    uint8_t options[40];
    char expected[OPTIONS_TEXT] = "";
    size_t used = 0;

    (void)state;
    for (size_t i = 0; i < sizeof options; i++) {
        options[i] = i % 2 == 0 ? 3 : 1;
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%s", i == 0 ? "" : ",",
                                 i % 2 == 0 ? "wscale" : "nop");
    }
    assert_in_range(used, 1, sizeof expected - 1);
    assert_layout(options, sizeof options, 15, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linux_syn),
        cmocka_unit_test(test_odd_options),
        cmocka_unit_test(test_longest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
