#include "anonymize/cryptopan.h"

#include <string.h>

void cryptopan_init(struct cryptopan *pan, const uint8_t key[CRYPTOPAN_KEY])
{
    aes128_set_encrypt_key(&pan->aes, key);
    aes128_encrypt(&pan->aes, CRYPTOPAN_BLOCK, pan->pad, key + AES128_KEY_SIZE);
}

/* Bit i of the image is bit i of the address, turned over if the function of all bits before it
 * says so: the first bit of a block that begins with those and goes on with the padding, encrypted.
 */
void cryptopan_map(const struct cryptopan *pan, uint8_t *address, size_t size)
{
    uint8_t block[CRYPTOPAN_BLOCK], encrypted[CRYPTOPAN_BLOCK], turned[CRYPTOPAN_BLOCK] = {0};

    memcpy(block, pan->pad, sizeof block);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        uint8_t mask = (uint8_t)(0x80 >> bit % 8);

        aes128_encrypt(&pan->aes, sizeof block, encrypted, block);
        if (encrypted[0] & 0x80)
            turned[bit / 8] |= mask;
        block[bit / 8] = (uint8_t)((block[bit / 8] & ~mask) | (address[bit / 8] & mask));
    }
    for (size_t i = 0; i < size; i++)
        address[i] ^= turned[i];
}
