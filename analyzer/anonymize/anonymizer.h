/* What stands for an address, a port, a MAC address: the same for the same, with one key. */
#ifndef ANONYMIZER_H
#define ANONYMIZER_H

#include <stdint.h>

#include "base/error.h"

struct anonymizer;

/* `key_file` has a key of 32 bytes; NULL: a random one, which nobody ever sees. STATUS_INPUT if the
 * file cannot be read or has another size. Caller frees with anonymizer_free(), which accepts
 * NULL. */
enum status anonymizer_new(const char *key_file, struct anonymizer **out, struct error *err)
    __attribute__((warn_unused_result));
void anonymizer_free(struct anonymizer *anonymizer);

/* From now on this port stands for itself, and no other becomes it. Those below 1024 do so always,
 * and those of tunnels (decode/tunnel.h). */
void anonymizer_keep_port(struct anonymizer *anonymizer, uint16_t port);

/* Another address; what two of them have in common is preserved (anonymize/cryptopan.h). */
void anonymizer_address(const struct anonymizer *anonymizer, uint8_t *bytes, uint8_t version);

/* Another port, and no other port becomes the same. It is in the same range of 1024 and the same
 * modulo 8, for which connections are compared: it is one of 128. */
uint16_t anonymizer_port(const struct anonymizer *anonymizer, uint16_t port);

/* Another address, marked as locally administered, of a group if it was one. All zeros and all
 * ones stay. */
void anonymizer_mac(const struct anonymizer *anonymizer, uint8_t mac[static 6]);

#endif
