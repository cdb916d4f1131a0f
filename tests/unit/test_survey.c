/* Pass 1 over captures of one incident: points, connections across NAT, clocks, the way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "packet/capture_file.h"
#include "packet/frame.h"
#include "survey/survey.h"
#include "unit/unit.h"

enum {
    TRACES = 3,
    MS = 1000000
};

static const struct pcap_format format = {.dlt = 1, .nanoseconds = true};
static const int64_t begin_ns = 1700000000LL * 1000000000LL;

/* Up to three captures, written as they are filled and then surveyed. The points are called `a`,
 * `b` and `c`. */
struct fixture {
    char path[TRACES][64];
    FILE *trace[TRACES];
    int64_t clock_ns[TRACES]; /* how far the clock of the point is ahead */
    struct input_set inputs;
    struct survey survey;
    struct error err;
    bool surveyed;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    for (int i = 0; i < TRACES; i++) {
        int file;

        strcpy(fixture->path[i], "/tmp/tcpmortem-survey.XXXXXX");
        file = mkstemp(fixture->path[i]);
        assert_true(file >= 0);
        fixture->trace[i] = fdopen(file, "wb");
        assert_non_null(fixture->trace[i]);
        pcap_put_header(fixture->trace[i], &format);
    }
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    if (fixture->surveyed)
        survey_done(&fixture->survey);
    input_set_done(&fixture->inputs);
    for (int i = 0; i < TRACES; i++) {
        if (fixture->trace[i])
            fclose(fixture->trace[i]);
        unlink(fixture->path[i]);
    }
    free(fixture);
    return 0;
}

/* The point sees the frame, so long after the begin. */
static void see(struct fixture *fixture, int point, int64_t at_ns, const struct frame_spec *spec)
{
    static struct built_frame frame;

    frame_build(spec, &frame);
    pcap_put_packet(fixture->trace[point], &format, begin_ns + at_ns + fixture->clock_ns[point],
                    frame.bytes, frame.len, frame.len);
}

/* Surveys the first `count` captures. */
static struct survey *survey_first(struct fixture *fixture, int count)
{
    for (int i = 0; i < count; i++) {
        char argument[80];

        assert_int_equal(fclose(fixture->trace[i]), 0);
        fixture->trace[i] = NULL;
        snprintf(argument, sizeof(argument), "%c=%s", 'a' + i, fixture->path[i]);
        assert_int_equal(input_set_add(&fixture->inputs, argument, &fixture->err), STATUS_OK);
    }
    assert_int_equal(survey_run(&fixture->survey, &fixture->inputs,
                                &(const struct survey_options){0}, &fixture->err),
                     STATUS_OK);
    fixture->surveyed = true;
    return &fixture->survey;
}

/* A connection as one point sees it. */
struct view {
    const char *client, *server;
    uint16_t client_port, server_port;
    uint32_t isn_client, isn_server;
    uint32_t tsval; /* 0: no timestamps */
    uint32_t client_ttl;
};

/* The handshake as seen at a point. The point is `near_ns` away from the client and `far_ns` from
 * the server, which the SYN left at `at_ns`. */
static void see_handshake(struct fixture *fixture, int point, const struct view *view,
                          int64_t at_ns, int64_t near_ns, int64_t far_ns)
{
    const uint8_t stamps[] = {FRAME_MSS(1460), FRAME_TIMESTAMPS(view->tsval, 0), FRAME_NOP,
                              FRAME_NOP};
    struct frame_spec client = {.src = view->client,
                                .dst = view->server,
                                .sport = view->client_port,
                                .dport = view->server_port,
                                .seq = view->isn_client,
                                .flags = FRAME_SYN,
                                .ttl = FRAME_FORCE(view->client_ttl),
                                .options = view->tsval ? stamps : NULL,
                                .options_len = view->tsval ? sizeof(stamps) : 0};
    struct frame_spec server = {.src = view->server,
                                .dst = view->client,
                                .sport = view->server_port,
                                .dport = view->client_port,
                                .seq = view->isn_server,
                                .ack = view->isn_client + 1,
                                .flags = FRAME_SYN | FRAME_ACK};

    see(fixture, point, at_ns + near_ns, &client);
    see(fixture, point, at_ns + near_ns + 2 * far_ns, &server);
    client.flags = FRAME_ACK;
    client.seq++;
    client.ack = view->isn_server + 1;
    client.options_len = 0;
    see(fixture, point, at_ns + near_ns + 2 * far_ns + 2 * near_ns, &client);
}

static const struct view inside = {.client = "172.17.0.2",
                                   .server = "203.0.113.7",
                                   .client_port = 40000,
                                   .server_port = 443,
                                   .isn_client = 0x11111111,
                                   .isn_server = 0x99999999,
                                   .tsval = 5000,
                                   .client_ttl = 64};

/* The same behind a source NAT, one hop on. */
static struct view behind_nat(const struct view *view)
{
    struct view outside = *view;

    outside.client = "192.0.2.1";
    outside.client_port = 61000;
    outside.client_ttl = view->client_ttl - 1;
    return outside;
}

static const struct link *only_link(const struct survey *survey, uint32_t legs)
{
    const struct link *link;

    assert_int_equal(survey->links.count, 1);
    link = survey_link_at(survey, 0);
    assert_int_equal(link->legs, legs);
    return link;
}

/* The name of the n-th point on the way of a connection, the client's first. */
static char point_on_way(const struct survey *survey, const struct link *link, size_t n)
{
    const struct leg_record *leg = survey_member(survey, link, (uint32_t)n);

    assert_int_equal(leg->position, n);
    return survey->points[leg->point].name[0];
}

/* --- connections ------------------------------------------------------------------------------ */

/* One point, one connection: a leg, its samples, its options. */
static void test_survey_run_one_leg(void **state)
{
    struct fixture *fixture = *state;

    see_handshake(fixture, 0, &inside, 0, 10 * MS, 20 * MS);
    const struct survey *survey = survey_first(fixture, 1);

    assert_int_equal(survey->captures[0].packets, 3);
    assert_int_equal(survey->captures[0].segments, 3);
    assert_int_equal(survey->captures[0].end, READ_END);
    assert_int_equal(survey->points_count, 1);
    const struct link *link = only_link(survey, 1);
    const struct leg_record *leg = survey_member(survey, link, 0);

    assert_int_equal(leg->isn[DIR_CLIENT], 0x11111111);
    assert_int_equal(leg->isn[DIR_SERVER], 0x99999999);
    assert_int_equal(leg->client.port, 40000);
    assert_int_equal(leg->samples[SAMPLE_SYN].copies, 1);
    assert_int_equal(leg->samples[SAMPLE_SYN].tsval, 5000);
    assert_int_equal(leg->samples[SAMPLE_SYN].ts_ns, begin_ns + 10 * MS);
    assert_int_equal(leg->samples[SAMPLE_SYNACK].copies, 1);
    assert_true(leg->options[DIR_CLIENT].seen);
    assert_int_equal(leg->options[DIR_CLIENT].mss, 1460);
}

/* No window scale that a SYN offers is taken for an absent one. */
static void test_survey_run_scale_beyond_the_largest(void **state)
{
    static const uint8_t offer[] = {FRAME_NOP, FRAME_WSCALE(WSCALE_ABSENT)};
    const struct frame_spec syn = {
        .flags = FRAME_SYN, .options = offer, .options_len = sizeof offer};
    struct fixture *fixture = *state;

    see(fixture, 0, 0, &syn);
    const struct survey *survey = survey_first(fixture, 1);
    const struct leg_record *leg = survey_member(survey, only_link(survey, 1), 0);

    assert_int_equal(leg->options[DIR_CLIENT].wscale, SCALE_MAX);
    assert_int_equal(leg->options[DIR_SERVER].wscale, 0); /* not seen */
}

/* Source NAT between two points: one connection of two legs, the client's side first. */
static void test_survey_run_source_nat(void **state)
{
    struct fixture *fixture = *state;
    struct view outside = behind_nat(&inside);

    /* The outer point is named first: the order has to come from the packets. */
    see_handshake(fixture, 0, &outside, 0, 2 * MS, 20 * MS);
    see_handshake(fixture, 1, &inside, 0, 1 * MS, 21 * MS);
    const struct survey *survey = survey_first(fixture, 2);
    const struct link *link = only_link(survey, 2);

    assert_true(link->confidence > 0.9f);
    assert_int_equal(link->method, LINK_HANDSHAKE);
    assert_int_equal(point_on_way(survey, link, 0), 'b');
    assert_int_equal(point_on_way(survey, link, 1), 'a');
    assert_int_equal(survey->ambiguous_legs, 0);
}

/* Source and destination NAT, and no timestamps: the ISNs of both ends are enough. */
static void test_survey_run_nat_of_both_without_timestamps(void **state)
{
    struct fixture *fixture = *state;
    struct view before = inside, after;

    before.tsval = 0;
    after = behind_nat(&before);
    after.server = "10.20.30.40";
    after.server_port = 8443;
    see_handshake(fixture, 0, &before, 0, 1 * MS, 21 * MS);
    see_handshake(fixture, 1, &after, 0, 2 * MS, 20 * MS);
    only_link(survey_first(fixture, 2), 2);
}

/* Three points in a row. */
static void test_survey_run_three_points(void **state)
{
    struct fixture *fixture = *state;
    struct view outside = behind_nat(&inside), far = outside;

    far.client_ttl = 60;
    see_handshake(fixture, 0, &far, 0, 9 * MS, 11 * MS);
    see_handshake(fixture, 1, &inside, 0, 1 * MS, 19 * MS);
    see_handshake(fixture, 2, &outside, 0, 2 * MS, 18 * MS);
    const struct survey *survey = survey_first(fixture, 3);
    const struct link *link = only_link(survey, 3);

    assert_int_equal(point_on_way(survey, link, 0), 'b');
    assert_int_equal(point_on_way(survey, link, 1), 'c');
    assert_int_equal(point_on_way(survey, link, 2), 'a');
}

/* The same TTL at both points, as behind one bridge: the times tell the order. */
static void test_survey_run_order_by_time(void **state)
{
    struct fixture *fixture = *state;

    see_handshake(fixture, 0, &inside, 0, 5 * MS, 5 * MS);
    see_handshake(fixture, 1, &inside, 0, 1 * MS, 9 * MS);
    const struct survey *survey = survey_first(fixture, 2);
    const struct link *link = only_link(survey, 2);

    assert_int_equal(point_on_way(survey, link, 0), 'b');
    assert_int_equal(point_on_way(survey, link, 1), 'a');
}

/* Data and its ACK, 100 times; no handshake is seen, no TTL differs, and the clock of the second
 * point is wrong by more than the way is long. */
static void see_middle(struct fixture *fixture, int point, int64_t near_ns, int64_t far_ns)
{
    for (uint32_t i = 0; i < 100; i++) {
        const uint8_t stamps[] = {FRAME_NOP, FRAME_NOP, FRAME_TIMESTAMPS(7000 + i, 9000 + i)};
        struct frame_spec data = {.src = inside.client,
                                  .dst = inside.server,
                                  .sport = inside.client_port,
                                  .dport = inside.server_port,
                                  .seq = 5000 + 100 * i,
                                  .ack = 1,
                                  .flags = FRAME_ACK,
                                  .options = stamps,
                                  .options_len = sizeof(stamps),
                                  .payload_len = 100};
        struct frame_spec ack = {.src = inside.server,
                                 .dst = inside.client,
                                 .sport = inside.server_port,
                                 .dport = inside.client_port,
                                 .seq = 1,
                                 .ack = 5100 + 100 * i,
                                 .flags = FRAME_ACK,
                                 .options = stamps,
                                 .options_len = sizeof(stamps)};

        see(fixture, point, i * 100 * MS + near_ns, &data);
        see(fixture, point, i * 100 * MS + near_ns + 2 * far_ns, &ack);
    }
}

/* The points are named against the way of the packets. */
static void test_survey_run_order_midstream(void **state)
{
    struct fixture *fixture = *state;

    fixture->clock_ns[1] = -30 * MS;
    see_middle(fixture, 0, 11 * MS, 1 * MS);
    see_middle(fixture, 1, 10 * MS, 2 * MS);
    see_middle(fixture, 2, 1 * MS, 11 * MS);
    const struct survey *survey = survey_first(fixture, 3);
    const struct link *link = only_link(survey, 3);

    assert_int_equal(point_on_way(survey, link, 0), 'c');
    assert_int_equal(point_on_way(survey, link, 1), 'b');
    assert_int_equal(point_on_way(survey, link, 2), 'a');
}

/* A proxy opens a connection of its own: other numbers, another connection. */
static void test_survey_run_proxy(void **state)
{
    struct fixture *fixture = *state;
    struct view other = behind_nat(&inside);

    other.isn_client = 0x22222222;
    other.isn_server = 0x77777777;
    see_handshake(fixture, 0, &inside, 0, 1 * MS, 20 * MS);
    see_handshake(fixture, 1, &other, 0, 2 * MS, 19 * MS);
    assert_int_equal(survey_first(fixture, 2)->links.count, 2);
}

/* The same client's ISN by chance, but another server's ISN or another timestamp: no link. */
static void test_survey_run_contradictions(void **state)
{
    struct fixture *fixture = *state;
    struct view other_server = behind_nat(&inside), other_stamp = behind_nat(&inside);

    other_server.isn_server++;
    other_stamp.tsval += 10000000;
    other_stamp.client_port++;
    see_handshake(fixture, 0, &inside, 0, 1 * MS, 20 * MS);
    see_handshake(fixture, 1, &other_server, 0, 2 * MS, 19 * MS);
    see_handshake(fixture, 1, &other_stamp, 1 * MS, 2 * MS, 19 * MS);
    assert_int_equal(survey_first(fixture, 2)->links.count, 3);
}

/* Two SYNs outside agree with the one inside alike: rather no link than a wrong one. */
static void test_survey_run_ambiguous(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec syn = {.flags = FRAME_SYN, .seq = 1000, .src = "172.17.0.2"};

    see(fixture, 0, 0, &syn);
    syn.src = "192.0.2.1";
    syn.sport = 61000;
    see(fixture, 1, 1 * MS, &syn);
    syn.sport = 61001;
    see(fixture, 1, 2 * MS, &syn);
    const struct survey *survey = survey_first(fixture, 2);

    assert_int_equal(survey->links.count, 3);
    assert_true(survey->ambiguous_legs > 0);
}

/* One point that records on all interfaces sees a connection before and after its NAT. */
static void test_survey_run_both_sides_at_one_point(void **state)
{
    struct fixture *fixture = *state;
    struct view outside = behind_nat(&inside);

    see_handshake(fixture, 0, &inside, 0, 1 * MS, 20 * MS);
    see_handshake(fixture, 0, &outside, 10000, 1 * MS, 20 * MS);
    only_link(survey_first(fixture, 1), 2);
}

/* 200 connections at the same time through one NAT: each finds its own other side. */
static void test_survey_run_many_connections(void **state)
{
    struct fixture *fixture = *state;

    for (uint32_t i = 0; i < 200; i++) {
        struct view view = inside, outside;

        view.client_port = (uint16_t)(2000 + i);
        view.isn_client = i * 2654435761U;
        view.isn_server = i * 2246822519U;
        view.tsval = 5000 + i;
        outside = behind_nat(&view);
        outside.client_port = (uint16_t)(60000 - i);
        see_handshake(fixture, 0, &view, i * MS, 1 * MS, 20 * MS);
        see_handshake(fixture, 1, &outside, i * MS, 2 * MS, 19 * MS);
    }
    const struct survey *survey = survey_first(fixture, 2);

    assert_int_equal(survey->links.count, 200);
    for (size_t i = 0; i < survey->links.count; i++) {
        const struct link *link = survey_link_at(survey, i);

        assert_int_equal(link->legs, 2);
        assert_int_equal(survey_member(survey, link, 0)->client.port - 2000,
                         60000 - survey_member(survey, link, 1)->client.port);
    }
}

/* --- clocks ------------------------------------------------------------------------------------
 */

/* Clocks that agree are left alone. */
static void test_survey_run_clocks_agree(void **state)
{
    struct fixture *fixture = *state;
    struct view outside = behind_nat(&inside);

    see_handshake(fixture, 0, &inside, 0, 1 * MS, 20 * MS);
    see_handshake(fixture, 1, &outside, 0, 2 * MS, 19 * MS);
    const struct survey *survey = survey_first(fixture, 2);

    assert_int_equal(survey->clocks[0].method, CLOCK_REFERENCE);
    assert_int_equal(survey->clocks[0].map.offset_ns, 0);
    assert_int_equal(survey->clocks[1].method, CLOCK_AGREES);
    assert_int_equal(survey->clocks[1].map.offset_ns, 0);
    assert_int_equal(survey->clocks[1].map.drift_ppb, 0);
}

/* The second clock is an hour ahead, or behind: the true offset lies within the error told. */
static void test_survey_run_clock_offset(void **state)
{
    static const int64_t hour_ns = 3600LL * 1000 * MS;
    struct fixture *fixture = *state;
    struct view outside = behind_nat(&inside);

    fixture->clock_ns[1] = hour_ns;
    fixture->clock_ns[2] = -hour_ns;
    see_handshake(fixture, 0, &inside, 0, 1 * MS, 20 * MS);
    see_handshake(fixture, 1, &outside, 0, 2 * MS, 19 * MS);
    see_handshake(fixture, 2, &outside, 0, 3 * MS, 18 * MS);
    const struct survey *survey = survey_first(fixture, 3);

    for (size_t i = 1; i < 3; i++) {
        const struct clock *clock = &survey->clocks[i];
        int64_t raw_ns = begin_ns + fixture->clock_ns[i];
        int64_t wrong = clock_common(&clock->map, raw_ns) - begin_ns;

        assert_int_equal(clock->method, CLOCK_OFFSET);
        assert_true(clock->has_error);
        assert_true(clock->error_ns < 10 * MS);
        assert_true((wrong < 0 ? -wrong : wrong) <= clock->error_ns);
    }
    only_link(survey, 3);
}

/* Nothing was seen at both: nothing is known of the other clock. */
static void test_survey_run_clock_unknown(void **state)
{
    struct fixture *fixture = *state;
    struct view other = inside;

    other.isn_client++;
    see_handshake(fixture, 0, &inside, 0, 1 * MS, 20 * MS);
    see_handshake(fixture, 1, &other, 0, 1 * MS, 20 * MS);
    const struct survey *survey = survey_first(fixture, 2);

    assert_int_equal(survey->clocks[1].method, CLOCK_NONE);
    assert_int_equal(survey->clocks[1].map.offset_ns, 0);
}

/* --- what is not TCP ----------------------------------------------------------------------------
 */

/* Every packet that is no segment is counted under its reason; frames run on over the files. */
static void test_survey_run_counts(void **state)
{
    struct fixture *fixture = *state;
    const struct frame_spec syn = {.flags = FRAME_SYN};
    const struct frame_icmp unreachable = {.type = 3, .quote = &syn};

    see(fixture, 0, 0, &(struct frame_spec){.ethertype = FRAME_FORCE(0x0806)});
    see(fixture, 0, 1, &(struct frame_spec){.protocol = FRAME_FORCE(17)});
    see(fixture, 0, 2, &(struct frame_spec){.protocol = FRAME_FORCE(50)});
    see(fixture, 0, 3, &(struct frame_spec){.icmp = &unreachable});
    see_handshake(fixture, 1, &inside, 0, 1 * MS, 20 * MS);
    const struct survey *survey = survey_first(fixture, 2);
    const struct capture *capture = &survey->captures[0];

    assert_int_equal(capture->packets, 4);
    assert_int_equal(capture->segments, 0);
    assert_int_equal(capture->icmp_errors, 1);
    assert_int_equal(capture->skipped[SKIP_NOT_IP], 1);
    assert_int_equal(capture->skipped[SKIP_NOT_TCP], 1);
    assert_int_equal(capture->skipped[SKIP_ENCRYPTED], 1);
    assert_int_equal(capture->first_frame, 1);
    assert_int_equal(survey->captures[1].first_frame, 5);
}

#define SURVEY_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SURVEY_TEST(test_survey_run_one_leg),
        SURVEY_TEST(test_survey_run_source_nat),
        SURVEY_TEST(test_survey_run_nat_of_both_without_timestamps),
        SURVEY_TEST(test_survey_run_three_points),
        SURVEY_TEST(test_survey_run_order_by_time),
        SURVEY_TEST(test_survey_run_order_midstream),
        SURVEY_TEST(test_survey_run_proxy),
        SURVEY_TEST(test_survey_run_contradictions),
        SURVEY_TEST(test_survey_run_ambiguous),
        SURVEY_TEST(test_survey_run_both_sides_at_one_point),
        SURVEY_TEST(test_survey_run_many_connections),
        SURVEY_TEST(test_survey_run_scale_beyond_the_largest),
        SURVEY_TEST(test_survey_run_clocks_agree),
        SURVEY_TEST(test_survey_run_clock_offset),
        SURVEY_TEST(test_survey_run_clock_unknown),
        SURVEY_TEST(test_survey_run_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
