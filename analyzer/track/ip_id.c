#include "track/ip_id.h"

enum {
    STEP_MAX = 1024, /* a busy host that counts for all its connections together; or back, where
                      * packets overtook each other */
    ENOUGH = 4,      /* steps, to call it a counter */
    PER_EXCEPTION =
        8 /* the SYN-ACK's of Linux is 0; random ones are near each other 1 in 32 times */
};

void ip_ids_follow(struct ip_ids *ids, const struct packet *packet)
{
    int step;

    /* Linux gives a SYN-ACK 0, and counts from a random number after it. */
    if (!packet->has_ip_id || packet->ip_id == 0)
        return;
    step = ip_id_step(packet->ip_id, ids->newest);
    if (!ids->seen || step > 0 || step < -STEP_MAX)
        ids->newest = packet->ip_id;
    if (!ids->seen) {
        ids->seen = true;
        return;
    }
    if (ids->counted == UINT8_MAX || ids->other == UINT8_MAX) {
        ids->counted /= 2;
        ids->other /= 2;
    }
    if (step != 0 && step >= -STEP_MAX && step <= STEP_MAX)
        ids->counted++;
    else
        ids->other++;
}

bool ip_ids_count(const struct ip_ids *ids)
{
    return ids->counted >= ENOUGH && ids->counted >= PER_EXCEPTION * ids->other;
}
