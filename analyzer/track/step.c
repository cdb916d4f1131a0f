#include "track/steps.h"

void step_emit(const struct step *step, enum event_kind kind, bool has_a, int64_t a, bool has_b,
               int64_t b)
{
    step_emit_event(step,
                    (struct event){.kind = kind, .has_a = has_a, .has_b = has_b, .a = a, .b = b});
}

void step_emit_event(const struct step *step, struct event event)
{
    event.segment_id = step->segment->id;
    event.leg_id = step->segment->leg_id;
    step->emit(step->context, &event);
}
