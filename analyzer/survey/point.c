/* Points: an input, or one of the interfaces that its files tell apart. */
#include <string.h>

#include "base/memory.h"
#include "survey/point.h"

static bool same_interface(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static struct point *find_point(struct survey *survey, uint32_t input, const char *interface,
                                uint32_t ifindex)
{
    for (size_t i = 0; i < survey->points_count; i++) {
        struct point *point = &survey->points[i];

        if (point->input == input && point->ifindex == ifindex &&
            same_interface(point->interface, interface))
            return point;
    }
    return NULL;
}

static struct point *make_point(struct survey *survey, uint32_t input, const char *interface,
                                uint32_t ifindex)
{
    struct point *point =
        MEMORY_APPEND(survey->points, survey->points_count, survey->points_capacity);

    point->input = input;
    point->interface = interface ? memory_copy_text(interface) : NULL;
    point->ifindex = ifindex;
    spill_array_init(&point->legs, survey->spill, sizeof(struct leg_record));
    return point;
}

/* What pcapng calls the interface of a frame, or its number there. NULL for pcap, which has one
 * without a name. */
static const char *interface_name(const struct reader *reader, const struct frame *frame,
                                  char number[16])
{
    const char *name = reader_interface(reader, frame->interface)->name;

    if (name != NULL || strcmp(reader_format(reader), "pcap") == 0)
        return name;
    snprintf(number, 16, "#%u", (unsigned)frame->interface);
    return number;
}

/* Remembers the point of a pcapng interface, so that its name is compared once. */
static uint32_t *interface_slot(struct capture *capture, uint32_t interface)
{
    if (interface >= capture->interfaces) {
        size_t count = (size_t)interface + 1;

        capture->interface_points =
            memory_resize(capture->interface_points, count * sizeof(uint32_t));
        memset(capture->interface_points + capture->interfaces, 0,
               (count - capture->interfaces) * sizeof(uint32_t));
        capture->interfaces = count;
    }
    return &capture->interface_points[interface];
}

struct point *survey_point(struct survey *survey, struct capture *capture,
                           const struct reader *reader, const struct frame *frame, uint32_t ifindex,
                           bool create)
{
    uint32_t *slot = ifindex == 0 ? interface_slot(capture, frame->interface) : NULL;
    const char *interface;
    struct point *point;
    char number[16];

    if (slot != NULL && *slot != 0)
        return &survey->points[*slot - 1];
    interface = slot != NULL ? interface_name(reader, frame, number) : NULL;
    point = find_point(survey, capture->input, interface, ifindex);
    if (point == NULL && create)
        point = make_point(survey, capture->input, interface, ifindex);
    if (point != NULL && slot != NULL)
        *slot = (uint32_t)(point - survey->points) + 1;
    return point;
}

void survey_finish_points(struct survey *survey, struct capture *captures, size_t count)
{
    uint32_t input = captures->input;
    const char *name = survey->inputs->items[input].name;
    size_t points = 0;

    for (size_t i = 0; i < survey->points_count; i++)
        points += survey->points[i].input == input;
    if (points == 0) {
        make_point(survey, input, NULL, 0);
        for (size_t i = 0; i < count; i++) {
            captures[i].has_point = true;
            captures[i].point = (uint32_t)survey->points_count - 1;
        }
    }
    for (size_t i = 0; i < survey->points_count; i++) {
        struct point *point = &survey->points[i];

        if (point->input != input)
            continue;
        if (point->ifindex != 0)
            point->name = memory_print("%s/if%u", name, (unsigned)point->ifindex);
        else if (points > 1 && point->interface != NULL)
            point->name = memory_print("%s/%s", name, point->interface);
        else
            point->name = memory_copy_text(name);
    }
}
