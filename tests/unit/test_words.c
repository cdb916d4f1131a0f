/* Addresses and names in a rule's words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anonymize/anonymizer.h"
#include "anonymize/words.h"
#include "decode/address.h"
#include "unit/unit.h"

static const struct words_name names[] = {
    {"host",        "point-1"},
    {"host/if2",    "point-2"},
    {"at the rack", "point-3"},
    {"<b>",         "point-4"}
};

static struct anonymizer *anonymizer;

static int set_up(void **state)
{
    char path[] = "/tmp/test_words.XXXXXX";
    int fd = mkstemp(path);
    struct error err;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "0123456789abcdefFEDCBA9876543210", 32), 32);
    close(fd);
    assert_int_equal(anonymizer_new(path, &anonymizer, &err), STATUS_OK);
    unlink(path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    anonymizer_free(anonymizer);
    return 0;
}

static char *hidden(const char *text)
{
    return words_anonymize(anonymizer, names, sizeof names / sizeof *names, text);
}

static void expect(const char *text, const char *expected)
{
    char *got = hidden(text);

    assert_string_equal(got, expected);
    free(got);
}

/* What stands for an address of its own. */
static const char *other(const char *text, char written[ADDRESS_TEXT])
{
    struct address address;
    uint8_t version;

    assert_true(address_parse(text, &address, &version));
    anonymizer_address(anonymizer, address.bytes, version);
    return address_print(&address, version, written);
}

static void test_words_names(void **state)
{
    (void)state;
    expect("seen at host, seen at host/if2", "seen at point-1, seen at point-2");
    expect("it stood at the rack", "it stood point-3");
    expect("at <b>", "at point-4");
    expect("host", "point-1");
    /* Only a whole word is a name. */
    expect("ghost, hosts, the host's", "ghost, hosts, the point-1's");
}

static void test_words_addresses(void **state)
{
    char one[ADDRESS_TEXT], two[ADDRESS_TEXT], expected[200];

    (void)state;
    other("172.18.0.2", one);
    other("2001:db8::1", two);
    assert_string_not_equal(one, "172.18.0.2");
    snprintf(expected, sizeof expected, "there from %s", one);
    expect("there from 172.18.0.2", expected);
    snprintf(expected, sizeof expected, "(%s), then %s: both at point-1.", one, two);
    expect("(172.18.0.2), then 2001:db8::1: both at host.", expected);
    snprintf(expected, sizeof expected, "from %s:443.", one);
    expect("from 172.18.0.2:443.", expected);
    snprintf(expected, sizeof expected, "from %s:%u", one,
             (unsigned)anonymizer_port(anonymizer, 40001));
    assert_string_not_equal(expected, "from 172.18.0.2:40001");
    expect("from 172.18.0.2:40001", expected);
}

static void test_words_plain(void **state)
{
    (void)state;
    expect("", "");
    expect("late", "late");
    expect("1.5 s after the dead beef: 3 of 4", "1.5 s after the dead beef: 3 of 4");
    expect("...:::", "...:::");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_names),
        cmocka_unit_test(test_words_addresses),
        cmocka_unit_test(test_words_plain),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
