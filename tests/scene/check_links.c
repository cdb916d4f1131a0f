#include "scene/checks.h"

#include <inttypes.h>

static void print_leg(const struct truth *truth, const struct truth_leg *leg, FILE *out)
{
    const struct scene *scene = truth->scene;
    const struct scene_tuple *view = &scene->connections[leg->connection].views[leg->stop];

    fprintf(out, "#   connection %u at %s: %s %u > %s %u, ISNs %u %u, %u frames from %" PRId64 "\n",
            leg->connection, scene->points[scene->stop[leg->stop].point].name, view->client.addr,
            view->client.port, view->server.addr, view->server.port, leg->record->isn[DIR_CLIENT],
            leg->record->isn[DIR_SERVER], leg->frames, leg->record->first_ns);
}

static void check_linked(const struct truth *truth, struct tally *tally)
{
    const struct scene *scene = truth->scene;
    enum tally_kind kind = scene->lures ? TALLY_LINKS_LURE : TALLY_LINKS;

    for (size_t i = 0; i < truth->survey->links.count; i++) {
        const struct link *link = survey_link_at(truth->survey, i);
        struct leg_record *const *legs = survey_members(truth->survey, link);

        if (link->legs < 2 || !tally_add(tally, kind, !truth_is_sound(truth, link)))
            continue;
        fprintf(tally->details, "# seed %" PRIu64 " (%s): %s: a false link, by %s, %.2f sure\n",
                scene->seed, scene_nat_name(scene->nat), tally_name(kind),
                link_method_name(link->method), (double)link->confidence);
        for (size_t k = 0; k < link->legs; k++)
            print_leg(truth, truth_of(truth, legs[k]), tally->details);
    }
}

static bool has_twin(const struct scene *scene, size_t connection)
{
    const uint32_t *isn = scene->connections[connection].isn;

    for (size_t i = 0; i < scene->connections_count; i++)
        if (i != connection && scene->connections[i].isn[TO_SERVER] == isn[TO_SERVER] &&
            scene->connections[i].isn[TO_CLIENT] == isn[TO_CLIENT])
            return true;
    return false;
}

/* Whether the point of a leg is passed twice, before and after NAT. */
static bool is_seen_twice(const struct scene *scene, const struct truth_leg *leg)
{
    for (unsigned stop = 0; stop < scene->stops; stop++)
        if (stop != leg->stop && scene->stop[stop].point == scene->stop[leg->stop].point)
            return true;
    return false;
}

/* What there is to link two legs of one connection with. */
static enum tally_kind kind_of(const struct truth *truth, const struct truth_leg *a,
                               const struct truth_leg *b)
{
    const struct scene *scene = truth->scene;

    for (unsigned hop = a->stop + 1U; hop <= b->stop; hop++)
        if (scene->hop[hop].renumbers)
            return TALLY_RENUMBERED;
    if (scene->stop[a->stop].point == scene->stop[b->stop].point)
        return TALLY_ONE_POINT;
    if (!a->has_syn || !b->has_syn)
        return TALLY_MIDSTREAM;
    if (is_seen_twice(scene, a) || is_seen_twice(scene, b))
        return TALLY_BESIDE;
    if (!a->has_synack || !b->has_synack || has_twin(scene, a->connection))
        return TALLY_SYN;
    /* A SYN that was sent again has another timestamp: they must have seen the same. */
    return a->first_syn <= b->last_syn && b->first_syn <= a->last_syn ? TALLY_SURE : TALLY_SYN;
}

/* Neighbouring legs of one connection. */
static void check_apart(const struct truth *truth, struct tally *tally)
{
    const struct scene *scene = truth->scene;

    for (size_t i = 0; i < scene->connections_count; i++) {
        const struct truth_leg *former = NULL, *leg;
        enum tally_kind kind;

        for (unsigned stop = 0; stop < scene->stops; stop++) {
            leg = truth_find(truth, i, stop);
            if (leg == NULL)
                continue;
            kind = former != NULL ? kind_of(truth, former, leg) : TALLY_KINDS;
            if (former != NULL && !(scene->storm && kind == TALLY_RENUMBERED) &&
                tally_add(tally, kind, former->record->connection != leg->record->connection)) {
                fprintf(tally->details, "# seed %" PRIu64 " (%s): %s: no link\n", scene->seed,
                        scene_nat_name(scene->nat), tally_name(kind));
                print_leg(truth, former, tally->details);
                print_leg(truth, leg, tally->details);
            }
            former = leg;
        }
    }
}

void check_links(const struct truth *truth, struct tally *tally)
{
    check_linked(truth, tally);
    check_apart(truth, tally);
}
