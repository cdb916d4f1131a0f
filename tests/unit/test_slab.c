#include "unit/unit.h"

#include <string.h>

#include "base/slab.h"

/* Many more than one piece holds: none lies in another, each is aligned, and what is written to one
 * stays. */
static void test_slab_take_many(void **state)
{
    static char *objects[5000];
    struct slab slab;

    (void)state;
    slab_init(&slab, 1001);
    for (size_t i = 0; i < COUNT(objects); i++) {
        objects[i] = slab_take(&slab);
        assert_int_equal((uintptr_t)objects[i] % 16, 0);
        memset(objects[i], (int)(i % 251), 1001);
    }
    for (size_t i = 0; i < COUNT(objects); i++)
        for (size_t k = 0; k < 1001; k += 500)
            assert_int_equal((unsigned char)objects[i][k], i % 251);
    slab_done(&slab);
}

/* The last one that was given back is the first to be taken again, and new ones come only when
 * there are no others. */
static void test_slab_give_last_first(void **state)
{
    struct slab slab;
    void *a, *b, *c;

    (void)state;
    slab_init(&slab, 1);
    a = slab_take(&slab);
    b = slab_take(&slab);
    slab_give(&slab, a);
    slab_give(&slab, b);
    assert_ptr_equal(slab_take(&slab), b);
    assert_ptr_equal(slab_take(&slab), a);
    c = slab_take(&slab);
    assert_ptr_not_equal(c, a);
    assert_ptr_not_equal(c, b);
    slab_done(&slab);
}

/* An object may be larger than a piece is. */
static void test_slab_take_large(void **state)
{
    enum {
        LARGE = 1000000
    };
    struct slab slab;
    char *a, *b;

    (void)state;
    slab_init(&slab, LARGE);
    a = slab_take(&slab);
    memset(a, 1, LARGE);
    b = slab_take(&slab);
    memset(b, 2, LARGE);
    assert_int_equal(a[LARGE - 1], 1);
    slab_done(&slab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slab_take_many),
        cmocka_unit_test(test_slab_give_last_first),
        cmocka_unit_test(test_slab_take_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
