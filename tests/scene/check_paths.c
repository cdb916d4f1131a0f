#include "scene/checks.h"

#include <inttypes.h>

static bool saw_handshake(const struct truth_leg *leg)
{
    return leg->has_syn && leg->has_synack;
}

/* Where no leg of a link saw a handshake, the client is a guess. If that is wrong, so is the order,
 * and rightly. */
static bool is_reversed(const struct truth *truth, const struct link *link)
{
    struct leg_record *const *legs = survey_members(truth->survey, link);
    const struct truth_leg *leg = truth_of(truth, legs[0]);
    const struct scene_tuple *view = &truth->scene->connections[leg->connection].views[leg->stop];

    for (size_t i = 0; i < link->legs; i++)
        if (legs[i]->has_isn[DIR_CLIENT])
            return false;
    return leg->record->client.port != view->client.port;
}

static void check_link(const struct truth *truth, const struct link *link, struct tally *tally)
{
    const struct scene *scene = truth->scene;
    struct leg_record *const *legs = survey_members(truth->survey, link);

    for (size_t k = 1; k < link->legs; k++) {
        const struct truth_leg *a = truth_of(truth, legs[k - 1]), *b = truth_of(truth, legs[k]);
        enum tally_kind kind = scene->shows_order ? TALLY_ORDER : TALLY_ORDER_TIME;

        if (!scene->shows_order && (!saw_handshake(a) || !saw_handshake(b)))
            continue; /* nothing shows it */
        if (tally_add(tally, kind, (a->stop > b->stop) != is_reversed(truth, link)))
            fprintf(tally->details, "# seed %" PRIu64 " (%s): %s: %s before %s, connection %u\n",
                    scene->seed, scene_nat_name(scene->nat), tally_name(kind),
                    scene->points[scene->stop[a->stop].point].name,
                    scene->points[scene->stop[b->stop].point].name, a->connection);
    }
}

void check_paths(const struct truth *truth, struct tally *tally)
{
    for (size_t i = 0; i < truth->survey->links.count; i++)
        if (survey_link_at(truth->survey, i)->legs > 1)
            check_link(truth, survey_link_at(truth->survey, i), tally);
}
