/* Whether a direction's IP-IDs tell which packet is which. */
#include "track/ip_id.h"
#include "unit/unit.h"

static bool counts(const uint16_t *ids, int n)
{
    struct ip_ids history = {0};

    for (int i = 0; i < n; i++)
        ip_ids_follow(&history, &(struct packet){.has_ip_id = true, .ip_id = ids[i]});
    return ip_ids_count(&history);
}

/* One up for each packet, over the end of 16 bits. */
static void test_ip_id_counter(void **state)
{
    (void)state;
    assert_true(counts((uint16_t[]){65533, 65534, 65535, 0, 1, 2}, 6));
}

/* Linux: a SYN-ACK without a socket has 0; what follows is below it by the circle of 16 bits. */
static void test_ip_id_counter_after_zero(void **state)
{
    (void)state;
    assert_true(counts((uint16_t[]){0, 40000, 40001, 40002, 40003, 40004}, 6));
}

/* A host that counts for all its connections leaves some out. */
static void test_ip_id_counter_of_a_host(void **state)
{
    (void)state;
    assert_true(counts((uint16_t[]){10, 300, 301, 900, 1500, 1501}, 6));
}

/* Packets that overtook each other come from a counter all the same. */
static void test_ip_id_reordered(void **state)
{
    (void)state;
    assert_true(counts((uint16_t[]){10, 14, 11, 12, 13, 15}, 6));
}

static void test_ip_id_of_zero(void **state)
{
    (void)state;
    assert_false(counts((uint16_t[]){0, 0, 0, 0, 0, 0, 0, 0}, 8));
}

static void test_ip_id_at_random(void **state)
{
    (void)state;
    assert_false(counts((uint16_t[]){7, 50011, 3222, 41999, 12, 30000, 9000, 60000}, 8));
}

/* Too few to say. */
static void test_ip_id_of_few(void **state)
{
    (void)state;
    assert_false(counts((uint16_t[]){1, 2, 3, 4}, 4));
}

static void test_ip_id_step(void **state)
{
    (void)state;
    assert_int_equal(ip_id_step(2, 65535), 3);
    assert_int_equal(ip_id_step(65535, 2), -3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ip_id_counter),
        cmocka_unit_test(test_ip_id_counter_of_a_host),
        cmocka_unit_test(test_ip_id_reordered),
        cmocka_unit_test(test_ip_id_of_zero),
        cmocka_unit_test(test_ip_id_at_random),
        cmocka_unit_test(test_ip_id_of_few),
        cmocka_unit_test(test_ip_id_counter_after_zero),
        cmocka_unit_test(test_ip_id_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
