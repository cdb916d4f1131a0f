/* Which end is the client, where no handshake told: legs of one connection must agree, and the one
 * that is surest is believed. */
#include "survey/parts.h"
#include "survey/sketch.h"

struct votes {
    unsigned same, crossed;
};

static void count_vote(void *context, enum sketch_class kind, int dir_a, int dir_b,
                       const struct fingerprint *a, const struct fingerprint *b)
{
    struct votes *votes = context;

    (void)kind;
    (void)a;
    (void)b;
    if (dir_a == dir_b)
        votes->same++;
    else
        votes->crossed++;
}

static void flip(const struct survey *survey, struct leg_record *leg)
{
    struct endpoint client = leg->client;
    uint8_t ttl = leg->ttl[DIR_CLIENT], scale = leg->scale_most[DIR_CLIENT];

    leg->flipped = !leg->flipped;
    leg->client = leg->server;
    leg->server = client;
    leg->ttl[DIR_CLIENT] = leg->ttl[DIR_SERVER];
    leg->ttl[DIR_SERVER] = ttl;
    leg->scale_most[DIR_CLIENT] = leg->scale_most[DIR_SERVER];
    leg->scale_most[DIR_SERVER] = scale;
    sketch_flip(survey_sketch(survey, leg));
}

/* A handshake tells for sure; else the more two ports differ in kind, the surer. */
static int certainty(const struct leg_record *leg)
{
    return leg->has_isn[DIR_CLIENT]
               ? 10
               : leg_service_rank(leg->server.port) - leg_service_rank(leg->client.port);
}

void survey_roles(struct survey *survey)
{
    for (size_t i = 0; i < survey->links.count; i++) {
        const struct link *link = survey_link_at(survey, i);
        struct leg_record **legs, *surest;

        if (link->legs < 2)
            continue;
        legs = survey_members(survey, link);
        surest = legs[0];
        for (size_t k = 1; k < link->legs; k++)
            if (certainty(legs[k]) > certainty(surest))
                surest = legs[k];
        for (size_t k = 0; k < link->legs; k++) {
            struct votes votes = {0};

            if (legs[k] == surest || surest->sketch == 0 || legs[k]->sketch == 0)
                continue;
            sketch_compare(survey_sketch(survey, surest), survey_sketch(survey, legs[k]),
                           count_vote, &votes);
            if (votes.crossed > votes.same)
                flip(survey, legs[k]);
        }
    }
}
