/* Prefix-preserving addresses, and the permutation of ports. */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anonymize/anonymizer.h"
#include "anonymize/cryptopan.h"
#include "unit/unit.h"

/* The key and the addresses of the sample that the authors' program came with. */
static const uint8_t sample_key[CRYPTOPAN_KEY] = {
    21,  34,  23,  141, 51,  164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
    216, 152, 143, 131, 121, 121, 101, 39,  98, 87, 76, 45, 42, 132, 34,  2};

static void expect(int family, size_t size, const char *from, const char *to)
{
    struct cryptopan pan;
    uint8_t bytes[16];
    char text[INET6_ADDRSTRLEN];

    cryptopan_init(&pan, sample_key);
    assert_int_equal(inet_pton(family, from, bytes), 1);
    cryptopan_map(&pan, bytes, size);
    assert_string_equal(inet_ntop(family, bytes, text, sizeof text), to);
}

static void test_cryptopan_map_sample(void **state)
{
    (void)state;
    expect(AF_INET, 4, "128.11.68.132", "135.242.180.132");
    expect(AF_INET, 4, "129.118.74.4", "134.136.186.123");
    expect(AF_INET, 4, "130.132.252.244", "133.68.164.234");
    expect(AF_INET, 4, "141.223.7.43", "141.167.8.160");
    expect(AF_INET, 4, "141.233.145.108", "141.129.237.235");
    expect(AF_INET, 4, "152.163.225.39", "151.140.114.167");
    expect(AF_INET, 4, "156.29.3.236", "147.225.12.42");
}

static void test_cryptopan_map_ipv6(void **state)
{
    (void)state;
    expect(AF_INET6, 16, "::1", "78ff:f001:9fc0:20df:8380:b1f1:704:ed");
    expect(AF_INET6, 16, "::ffff", "78ff:f001:9fc0:20df:8380:b1f1:704:f838");
    expect(AF_INET6, 16, "2001:db8::1", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e");
}

/* How many leading bits two addresses share. */
static size_t shared(const uint8_t *a, const uint8_t *b, size_t size)
{
    size_t bit = 0;

    while (bit < 8 * size && ((a[bit / 8] ^ b[bit / 8]) & 0x80 >> bit % 8) == 0)
        bit++;
    return bit;
}

static void check_prefixes(size_t size)
{
    struct cryptopan pan;
    uint32_t state = 1;

    cryptopan_init(&pan, sample_key);
    for (size_t bit = 0; bit <= 8 * size; bit++) {
        uint8_t a[16] = {0}, b[16];

        for (size_t i = 0; i < size; i++) {
            state = state * 1664525 + 1013904223;
            a[i] = (uint8_t)(state >> 24);
        }
        memcpy(b, a, sizeof a);
        if (bit < 8 * size) { /* the first that differs, and some after it */
            b[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
            for (size_t i = bit / 8 + 1; i < size; i++)
                b[i] ^= (uint8_t)(state >> i);
        }
        assert_int_equal(shared(a, b, size), bit);
        cryptopan_map(&pan, a, size);
        cryptopan_map(&pan, b, size);
        assert_int_equal(shared(a, b, size), bit);
    }
}

static void test_cryptopan_map_prefixes(void **state)
{
    (void)state;
    check_prefixes(4);
    check_prefixes(16);
}

static struct anonymizer *new_anonymizer(const uint8_t *key, size_t size)
{
    const char *folder = getenv("SCRATCH");
    struct anonymizer *anonymizer;
    struct error err = {{0}};
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/key", folder != NULL ? folder : ".");
    file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(key, 1, size, file);
    fclose(file);
    assert_int_equal(anonymizer_new(path, &anonymizer, &err),
                     size == CRYPTOPAN_KEY ? STATUS_OK : STATUS_INPUT);
    unlink(path);
    return anonymizer;
}

static void test_anonymizer_new_key_of_another_size(void **state)
{
    (void)state;
    assert_null(new_anonymizer(sample_key, 31));
}

static void test_anonymizer_port_permutation(void **state)
{
    static bool taken[65536];
    struct anonymizer *anonymizer = new_anonymizer(sample_key, CRYPTOPAN_KEY);
    uint32_t moved = 0;

    (void)state;
    for (uint32_t port = 40000; port < 50000; port += 7)
        anonymizer_keep_port(anonymizer, (uint16_t)port);
    for (uint32_t port = 0; port < 65536; port++) {
        uint16_t other = anonymizer_port(anonymizer, (uint16_t)port);

        assert_false(taken[other]);
        taken[other] = true;
        moved += other != port;
        assert_int_equal(other / 1024, port / 1024);
        assert_int_equal(other % 8, port % 8);
        if (port < 1024 || port == 4789 || (port >= 40000 && port < 50000 && port % 7 == 2))
            assert_int_equal(other, port);
    }
    assert_true(moved > 60000);
    anonymizer_free(anonymizer);
}

static void test_anonymizer_mac(void **state)
{
    struct anonymizer *anonymizer = new_anonymizer(sample_key, CRYPTOPAN_KEY);
    uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, none[6] = {0};
    uint8_t one[6] = {0x00, 0x1b, 0x21, 1, 2, 3}, two[6] = {0x00, 0x1b, 0x21, 1, 2, 4};
    uint8_t group[6] = {0x01, 0x00, 0x5e, 1, 2, 3};

    (void)state;
    anonymizer_mac(anonymizer, all);
    anonymizer_mac(anonymizer, none);
    assert_int_equal(all[0] & all[5], 0xff);
    assert_int_equal(none[0] | none[5], 0);
    anonymizer_mac(anonymizer, one);
    anonymizer_mac(anonymizer, two);
    anonymizer_mac(anonymizer, group);
    assert_memory_not_equal(one, two, 3); /* the maker is hidden too */
    assert_int_equal(one[0] & 3, 2);
    assert_int_equal(group[0] & 3, 3);
    anonymizer_free(anonymizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cryptopan_map_sample),
        cmocka_unit_test(test_cryptopan_map_ipv6),
        cmocka_unit_test(test_cryptopan_map_prefixes),
        cmocka_unit_test(test_anonymizer_new_key_of_another_size),
        cmocka_unit_test(test_anonymizer_port_permutation),
        cmocka_unit_test(test_anonymizer_mac),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
