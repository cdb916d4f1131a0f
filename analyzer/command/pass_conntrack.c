#include "command/pass_conntrack.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "decode/address.h"
#include "survey/scale.h"

struct pass_conntrack {
    const struct survey *survey;
    struct conntrack_cases standard;
    const struct conntrack_cases **points; /* NULL: not asked there */
    struct conntrack_leg *former;          /* of the leg that ended last; NULL: none */
};

enum status conntrack_requests_add(struct conntrack_requests *requests, const char *text,
                                   struct error *err)
{
    size_t length = strcspn(text, "=");
    struct conntrack_request *request;
    struct conntrack_cases cases;
    struct error reason;

    if (conntrack_cases_read(&cases, text[length] == '=' ? text + length + 1 : NULL, &reason) !=
        STATUS_OK)
        return error_set(err, STATUS_USAGE, "--conntrack %s: %s", text, reason.text);
    request = MEMORY_APPEND(requests->items, requests->count, requests->capacity);
    request->point = memory_print("%.*s", (int)length, text);
    request->cases = cases;
    return STATUS_OK;
}

void conntrack_requests_done(struct conntrack_requests *requests)
{
    for (size_t i = 0; i < requests->count; i++)
        free(requests->items[i].point);
    free(requests->items);
    *requests = (struct conntrack_requests){0};
}

static enum status take_requests(struct pass_conntrack *conntrack,
                                 const struct conntrack_requests *requests, struct error *err)
{
    const struct survey *survey = conntrack->survey;

    for (size_t i = 0; i < requests->count; i++) {
        const struct conntrack_request *request = &requests->items[i];
        bool found = false;

        for (size_t point = 0; point < survey->points_count; point++) {
            if (strcmp(survey->points[point].name, request->point) != 0)
                continue;
            conntrack->points[point] = &request->cases;
            found = true;
        }
        if (!found)
            return error_set(err, STATUS_USAGE, "--conntrack %s: there is no such point",
                             request->point);
    }
    return STATUS_OK;
}

/* Between two points that follow each other something translated. What comes from outside is seen
 * before conntrack judged it, and whole, on the side whose addresses are the translated ones:
 * beyond the machine for its clients' addresses, before it for its servers'. A load balancer may
 * have the servers beyond it outside as well: theirs are judged where they come in. */
static void take_translated(struct pass_conntrack *conntrack, const struct link *link)
{
    struct leg_record *const *legs;

    if (link->legs < 2)
        return;
    legs = survey_members(conntrack->survey, link);
    for (uint32_t i = 1; i < link->legs; i++) {
        if (!endpoint_equal(&legs[i - 1]->client, &legs[i]->client))
            conntrack->points[legs[i]->point] = &conntrack->standard;
        if (!endpoint_equal(&legs[i - 1]->server, &legs[i]->server)) {
            conntrack->points[legs[i - 1]->point] = &conntrack->standard;
            conntrack->points[legs[i]->point] = &conntrack->standard;
        }
    }
}

enum status pass_conntrack_new(const struct survey *survey,
                               const struct conntrack_requests *requests,
                               struct pass_conntrack **out, struct error *err)
{
    struct pass_conntrack *conntrack = memory_zalloc(sizeof *conntrack);
    enum status status = conntrack_cases_read(&conntrack->standard, NULL, err);

    conntrack->survey = survey;
    conntrack->points = memory_zalloc((survey->points_count + 1) * sizeof *conntrack->points);
    if (status == STATUS_OK)
        status = take_requests(conntrack, requests, err);
    for (size_t i = 0; requests->count == 0 && i < survey->links.count; i++)
        take_translated(conntrack, survey_link_at(survey, i));
    *out = conntrack;
    return status;
}

void pass_conntrack_free(struct pass_conntrack *conntrack)
{
    if (conntrack == NULL)
        return;
    free(conntrack->former);
    free(conntrack->points);
    free(conntrack);
}

/* The window scale of an end: as its SYN had it at any point, or what its windows allow. */
static uint8_t scale_of(const struct survey *survey, const struct leg_record *record, int dir)
{
    const struct link *link = survey_link_at(survey, record->connection);

    for (uint32_t i = 0; i < link->legs; i++) {
        const struct leg_record *member = survey_member(survey, link, i);
        const struct syn_options *own = &member->options[dir], *other = &member->options[!dir];

        if (own->seen && other->seen && own->wscale != WSCALE_CUT && other->wscale != WSCALE_CUT)
            return own->wscale == WSCALE_ABSENT || other->wscale == WSCALE_ABSENT ? 0 : own->wscale;
    }
    return record->scale_most[dir];
}

/* The side of a tuple that sends, the same for all legs that have the tuple. */
static int side_of(const struct leg *leg, int dir)
{
    return leg->client_is_low == (dir == DIR_CLIENT) ? 0 : 1;
}

/* A SYN whose options were not captured whole: what may have been there is taken to have been. */
static struct packet complete(const struct pass_conntrack *conntrack,
                              const struct tracked_segment *segment)
{
    const struct leg_record *record = survey_leg(conntrack->survey, segment->hit->leg);
    struct packet packet = *segment->packet;
    struct tcp_options *options = &packet.tcp.opt;

    options->has_sack_permitted = true;
    if (!options->has_wscale)
        options->wscale = scale_of(conntrack->survey, record, segment->hit->dir);
    options->has_wscale = true;
    return packet;
}

/* A tuple that was used before still has its entry. A leg whose first segment is no SYN is older
 * than the capture. */
static struct conntrack_leg *begin(struct pass_conntrack *conntrack,
                                   const struct conntrack_cases *cases,
                                   const struct tracked_segment *segment, int64_t raw_ns)
{
    const struct leg *leg = segment->hit->leg;
    const struct leg_record *record = survey_leg(conntrack->survey, leg);
    const struct segment *tcp = &segment->packet->tcp;
    struct conntrack_leg *state = leg->has_former ? conntrack->former : NULL;
    uint8_t scale[2];

    if (state != NULL)
        conntrack->former = NULL;
    else
        state = memory_zalloc(sizeof *state + (size_t)cases->count * sizeof state->entries[0]);
    if ((tcp->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
        return state;
    for (int dir = 0; dir < DIRS; dir++)
        scale[side_of(leg, dir)] = scale_of(conntrack->survey, record, dir);
    conntrack_leg_assume(state, cases, side_of(leg, DIR_CLIENT), scale, tcp, raw_ns);
    return state;
}

static void store_verdicts(struct store *store, const struct conntrack_cases *cases,
                           const struct conntrack_result *results,
                           const struct tracked_segment *segment)
{
    const struct conntrack_result *chosen = &results[cases->chosen];
    struct event event = {
        .segment_id = segment->id,
        .leg_id = segment->leg_id,
        .kind = chosen->verdict == CONNTRACK_IGNORE ? EVENT_CT_IGNORED : EVENT_CT_INVALID,
        .has_a = true,
        .a = chosen->reason,
        .has_b = chosen->has_bound,
        .b = chosen->margin,
    };

    if (chosen->verdict != CONNTRACK_ACCEPT)
        store_event(store, &event);
    for (int i = 0; i < cases->count; i++) {
        struct conntrack_row row = {.segment_id = segment->id,
                                    .leg_id = segment->leg_id,
                                    .kernel = cases->items[i].name,
                                    .result = &results[i]};

        store_conntrack(store, &row);
    }
}

void pass_conntrack_segment(struct pass_conntrack *conntrack, struct conntrack_leg **state,
                            const struct tracked_segment *segment, int64_t raw_ns,
                            struct store *store)
{
    const struct leg *leg = segment->hit->leg;
    const struct conntrack_cases *cases = conntrack->points[leg->key.point];
    const struct packet *packet = segment->packet;
    struct conntrack_result results[CONNTRACK_CASES_MAX];
    struct packet completed;

    if (cases == NULL)
        return;
    if (*state == NULL)
        *state = begin(conntrack, cases, segment, raw_ns);
    if ((packet->tcp.flags & TCP_SYN) && packet->tcp.opt.cut) {
        completed = complete(conntrack, segment);
        packet = &completed;
    }
    if (!conntrack_leg_segment(*state, cases, side_of(leg, segment->hit->dir), packet, raw_ns,
                               results))
        store_verdicts(store, cases, results, segment);
}

void pass_conntrack_end(struct pass_conntrack *conntrack, struct conntrack_leg *state)
{
    free(conntrack->former);
    conntrack->former = state;
}
