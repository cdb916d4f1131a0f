/* Hashes of files that are read by turns. */
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture/hasher.h"
#include "unit/unit.h"

static void expect(const uint8_t *bytes, size_t size, char text[SHA256_TEXT])
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_init(&context);
    sha256_update(&context, size, bytes);
    sha256_digest(&context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

/* FIPS 180-2, appendix B.1; and of nothing at all. */
static void test_hasher_known(void **state)
{
    struct hash *hash = hash_new(), *empty = hash_new();
    char text[SHA256_TEXT];

    (void)state;
    hash_add(hash, (const uint8_t *)"abc", 3);
    hash_write(hash, text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hash_write(empty, text);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash_free(hash);
    hash_free(empty);
}

/* Three files by turns, in pieces from one byte to a megabyte: more than may be under way at one
 * time. One is given up in the middle. */
static void test_hasher_by_turns(void **state)
{
    enum {
        FILES = 3,
        SIZE = 5000000
    };
    static const size_t pieces[] = {100000, 1, 1000000, 65536, 7, 300000};
    struct hash *hashes[FILES];
    uint8_t *bytes = malloc(SIZE + FILES);
    char text[SHA256_TEXT], expected[SHA256_TEXT];
    size_t done = 0;

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < SIZE + FILES; i++)
        bytes[i] = (uint8_t)(i * 2654435761u >> 24);
    for (size_t file = 0; file < FILES; file++)
        hashes[file] = hash_new();
    for (size_t i = 0; done < SIZE; i++) {
        size_t size = pieces[i % COUNT(pieces)];

        if (size > SIZE - done)
            size = SIZE - done;
        for (size_t file = 0; file < FILES; file++)
            hash_add(hashes[file], bytes + file + done, size);
        done += size;
    }
    for (size_t file = 0; file + 1 < FILES; file++) {
        hash_write(hashes[file], text);
        expect(bytes + file, SIZE, expected);
        assert_string_equal(text, expected);
    }
    for (size_t file = 0; file < FILES; file++)
        hash_free(hashes[file]);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hasher_known),
        cmocka_unit_test(test_hasher_by_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
