/* A packet that came twice past two points, of which one takes the second for a further sighting of
 * the first, and the other for a segment of its own. */
#include "merge/journey.h"
#include "packet/decoding.h"
#include "survey/leg.h"
#include "unit/unit.h"

enum {
    MS = 1000000
};

struct fixture {
    struct journey *journey;
    uint64_t last_id;
    int64_t now_ns;
    struct missing missing;
    unsigned missing_count;
};

static void keep_missing(void *context, const struct missing *missing)
{
    struct fixture *fixture = context;

    fixture->missing = *missing;
    fixture->missing_count++;
}

/* Some bytes of the client, a millisecond later, at a position: as a segment, or as a copy. */
static void see(struct fixture *fixture, uint32_t position, bool as_copy)
{
    const struct frame_spec spec = {.seq = 100, .payload_len = 50};
    struct packet packet = decoded(&spec);

    assert_is_segment(packet);
    fixture->now_ns += MS;
    if (as_copy)
        journey_add_copy(fixture->journey, position, DIR_CLIENT, fixture->now_ns, &packet);
    else
        journey_add(fixture->journey, position, DIR_CLIENT, ++fixture->last_id, fixture->now_ns,
                    &packet);
}

static void begin(struct fixture *fixture)
{
    const struct journey_listener listener = {.missing = keep_missing, .context = fixture};

    *fixture = (struct fixture){.now_ns = 1000LL * MS};
    fixture->journey = journey_new(2, &listener);
}

static void end(struct fixture *fixture)
{
    journey_end(fixture->journey);
    journey_free(fixture->journey);
}

static void test_journey_add_copy_before(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture);
    see(&fixture, 0, false);
    see(&fixture, 0, true);
    see(&fixture, 1, false);
    see(&fixture, 1, false);
    end(&fixture);
    assert_int_equal(fixture.missing_count, 0);
}

static void test_journey_add_copy_after(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture);
    see(&fixture, 0, false);
    see(&fixture, 0, false);
    see(&fixture, 1, false);
    see(&fixture, 1, true);
    end(&fixture);
    assert_int_equal(fixture.missing_count, 0);
}

/* What comes so much later is none of the copies that came at once. */
static void test_journey_add_copy_long_ago(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture);
    see(&fixture, 0, false);
    see(&fixture, 0, true);
    see(&fixture, 1, false);
    fixture.now_ns += 250 * MS;
    see(&fixture, 1, false);
    end(&fixture);
    assert_int_equal(fixture.missing_count, 1);
    assert_true(fixture.missing.injected);
    assert_int_equal(fixture.missing.way_ns,
                     6 * MS); /* 2 ms, and half of that may vary: 2 + 4 * 1 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_journey_add_copy_before),
        cmocka_unit_test(test_journey_add_copy_after),
        cmocka_unit_test(test_journey_add_copy_long_ago),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
