#include "anonymize/anonymizer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "anonymize/cryptopan.h"
#include "base/memory.h"
#include "decode/tunnel.h"

/* Reports compare connections by the range of 1024 that a client's port is in, and by its number
 * modulo 8 (report/contrast.sql): those stay. */
enum {
    PORTS = 65536,
    BLOCK = 1024,
    STEP = 8
};

struct anonymizer {
    struct cryptopan pan;
    struct aes128_ctx macs;
    uint16_t other[PORTS]; /* a permutation */
    bool kept[PORTS];
};

/* A key for something else, which tells nothing of the one it comes from. */
static void derive(struct aes128_ctx *aes, const uint8_t key[CRYPTOPAN_KEY],
                   const char label[CRYPTOPAN_BLOCK])
{
    uint8_t derived[CRYPTOPAN_BLOCK];

    aes128_set_encrypt_key(aes, key);
    aes128_encrypt(aes, sizeof derived, derived, (const uint8_t *)label);
    for (size_t i = 0; i < sizeof derived; i++)
        derived[i] ^= key[AES128_KEY_SIZE + i];
    aes128_set_encrypt_key(aes, derived);
}

/* A number below `bound`, the next of a stream. 64 bits, so that none is noticeably likelier. */
static uint32_t draw(const struct aes128_ctx *aes, uint64_t *count, uint32_t bound)
{
    uint8_t block[CRYPTOPAN_BLOCK] = {0};
    uint64_t number = 0, at = (*count)++;

    for (int i = 0; i < 8; i++)
        block[i] = (uint8_t)(at >> 8 * i);
    aes128_encrypt(aes, sizeof block, block, block);
    for (int i = 0; i < 8; i++)
        number |= (uint64_t)block[i] << 8 * i;
    return (uint32_t)(number % bound);
}

/* Fisher and Yates, among the ports of a block that are first, first + 8, … */
static void shuffle(struct anonymizer *anonymizer, const struct aes128_ctx *aes, uint64_t *count,
                    uint32_t first)
{
    uint16_t *other = anonymizer->other + first;

    for (uint32_t i = BLOCK / STEP - 1; i > 0; i--) {
        uint32_t with = draw(aes, count, i + 1);
        uint16_t taken = other[i * STEP];

        other[i * STEP] = other[with * STEP];
        other[with * STEP] = taken;
    }
}

static void begin_ports(struct anonymizer *anonymizer, const uint8_t key[CRYPTOPAN_KEY])
{
    struct aes128_ctx aes;
    uint64_t count = 0;

    derive(&aes, key, "tcpmortem ports");
    for (uint32_t port = 0; port < PORTS; port++) {
        anonymizer->other[port] = (uint16_t)port;
        anonymizer->kept[port] =
            port < BLOCK || tunnel_map_find(NULL, (uint16_t)port) != TUNNEL_NONE;
    }
    for (uint32_t block = BLOCK; block < PORTS; block += BLOCK)
        for (uint32_t i = 0; i < STEP; i++)
            shuffle(anonymizer, &aes, &count, block + i);
}

static enum status read_key(const char *path, uint8_t key[CRYPTOPAN_KEY], struct error *err)
{
    uint8_t bytes[CRYPTOPAN_KEY + 1];
    FILE *file = fopen(path, "rbe");
    size_t size;
    bool failed;

    if (file == NULL)
        return error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno));
    size = fread(bytes, 1, sizeof bytes, file);
    failed = ferror(file) != 0;
    fclose(file);
    if (failed || size != CRYPTOPAN_KEY)
        return error_set(err, STATUS_INPUT, "%s: a key is a file of %d bytes", path, CRYPTOPAN_KEY);
    memcpy(key, bytes, CRYPTOPAN_KEY);
    return STATUS_OK;
}

static enum status make_key(uint8_t key[CRYPTOPAN_KEY], struct error *err)
{
    if (getrandom(key, CRYPTOPAN_KEY, 0) == CRYPTOPAN_KEY)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT, "--anonymize: no random key: %s", strerror(errno));
}

enum status anonymizer_new(const char *key_file, struct anonymizer **out, struct error *err)
{
    uint8_t key[CRYPTOPAN_KEY];
    enum status status = key_file != NULL ? read_key(key_file, key, err) : make_key(key, err);

    *out = NULL;
    if (status != STATUS_OK)
        return status;
    *out = memory_zalloc(sizeof **out);
    cryptopan_init(&(*out)->pan, key);
    derive(&(*out)->macs, key, "tcpmortem macs\0");
    begin_ports(*out, key);
    explicit_bzero(key, sizeof key);
    return STATUS_OK;
}

void anonymizer_free(struct anonymizer *anonymizer)
{
    if (anonymizer != NULL)
        explicit_bzero(anonymizer, sizeof *anonymizer);
    free(anonymizer);
}

void anonymizer_keep_port(struct anonymizer *anonymizer, uint16_t port)
{
    anonymizer->kept[port] = true;
}

void anonymizer_address(const struct anonymizer *anonymizer, uint8_t *bytes, uint8_t version)
{
    cryptopan_map(&anonymizer->pan, bytes, version == 6 ? 16 : 4);
}

/* Ports that are kept are stepped over, which makes of the rest a permutation again: on the cycle
 * of a port that is not kept there is one, at the latest itself. */
uint16_t anonymizer_port(const struct anonymizer *anonymizer, uint16_t port)
{
    uint16_t other = port;

    if (anonymizer->kept[port])
        return port;
    do
        other = anonymizer->other[other];
    while (anonymizer->kept[other]);
    return other;
}

void anonymizer_mac(const struct anonymizer *anonymizer, uint8_t mac[static 6])
{
    static const uint8_t none[6] = {0}, all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    uint8_t block[CRYPTOPAN_BLOCK] = {0}, group = mac[0] & 1;

    if (memcmp(mac, none, 6) == 0 || memcmp(mac, all, 6) == 0)
        return;
    memcpy(block, mac, 6);
    aes128_encrypt(&anonymizer->macs, sizeof block, block, block);
    memcpy(mac, block, 6);
    mac[0] = (uint8_t)((mac[0] & 0xfc) | 0x02 | group);
}
