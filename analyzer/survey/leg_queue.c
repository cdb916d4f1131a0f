#include "survey/leg_queue.h"

#include <stddef.h>

void leg_queue_add(struct leg_queue *queue, struct leg *leg, int64_t now_ns)
{
    if (leg->waits)
        return;
    leg->waits = true;
    leg->waits_since_ns = now_ns;
    leg->next = NULL;
    leg->previous = queue->last;
    if (queue->last != NULL)
        queue->last->next = leg;
    else
        queue->first = leg;
    queue->last = leg;
    if (queue->fresh == NULL)
        queue->fresh = leg;
}

void leg_queue_remove(struct leg_queue *queue, struct leg *leg)
{
    if (!leg->waits)
        return;
    if (queue->fresh == leg)
        queue->fresh = leg->next;
    if (leg->previous != NULL)
        leg->previous->next = leg->next;
    else
        queue->first = leg->next;
    if (leg->next != NULL)
        leg->next->previous = leg->previous;
    else
        queue->last = leg->previous;
    leg->next = leg->previous = NULL;
    leg->waits = false;
}

struct leg *leg_queue_quiet(struct leg_queue *queue, int64_t now_ns)
{
    struct leg *leg = queue->fresh;

    if (leg == NULL || now_ns - leg->waits_since_ns < LEG_QUIET_NS)
        return NULL;
    queue->fresh = leg->next;
    return leg;
}

struct leg *leg_queue_due(struct leg_queue *queue, int64_t now_ns)
{
    struct leg *leg = queue->first;

    if (leg == NULL || now_ns - leg->waits_since_ns < LEG_2MSL_NS)
        return NULL;
    leg_queue_remove(queue, leg);
    return leg;
}
