/* Prefix-preserving anonymization of addresses: Xu, Fan, Ammar, Moon, "Prefix-Preserving IP Address
 * Anonymization" (ICNP 2002). Two addresses that have their first k bits in common, and no more,
 * have the same of their images. */
#ifndef CRYPTOPAN_H
#define CRYPTOPAN_H

#include <nettle/aes.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CRYPTOPAN_KEY = 32,
    CRYPTOPAN_BLOCK = AES_BLOCK_SIZE
};

struct cryptopan {
    struct aes128_ctx aes;
    uint8_t pad[CRYPTOPAN_BLOCK];
};

/* The first half of the key is that of AES-128, the second is encrypted with it and becomes the
 * padding, as in the authors' program. */
void cryptopan_init(struct cryptopan *pan, const uint8_t key[CRYPTOPAN_KEY]);

/* Maps an address of `size` bytes, 4 or 16, in place. */
void cryptopan_map(const struct cryptopan *pan, uint8_t *address, size_t size);

#endif
