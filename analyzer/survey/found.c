#include "survey/found.h"

#include "base/memory.h"

const char *clock_method_name(enum clock_method method)
{
    static const char *const names[] = {
        [CLOCK_NONE] = "none",     [CLOCK_REFERENCE] = "reference", [CLOCK_AGREES] = "agrees",
        [CLOCK_OFFSET] = "offset", [CLOCK_DRIFT] = "drift",         [CLOCK_STEP] = "step",
    };

    return names[method];
}

const char *link_method_name(enum link_method method)
{
    static const char *const names[] = {
        [LINK_NONE] = "none",
        [LINK_HANDSHAKE] = "handshake",
        [LINK_FINGERPRINT] = "fingerprint",
        [LINK_NAT_MAP] = "nat-map",
        [LINK_PAYLOAD] = "payload",
    };

    return names[method];
}

struct leg_record **survey_members(const struct survey *survey, const struct link *link)
{
    for (uint32_t i = 0; i < link->legs; i++)
        survey->one_link[i] = survey_member(survey, link, i);
    return survey->one_link;
}

struct order_file *survey_files(const struct survey *survey)
{
    struct order_file *files = memory_zalloc(survey->captures_count * sizeof *files);

    for (size_t i = 0; i < survey->captures_count; i++) {
        const struct capture *capture = &survey->captures[i];

        files[i].path = capture->path;
        files[i].has_frames = capture->packets > 0;
        files[i].first_ns = capture->first_ns;
        files[i].clock = survey->clocks[capture->input].map;
    }
    return files;
}
