/* What the states of both ends come to, and how it ended. */
#include "track/life.h"

#include "track/state.h"

void life_note_answer(struct life *life, enum syn_answer answer)
{
    if (life->syn_id != 0 && life->syn_answer == SYN_ANSWER_NONE)
        life->syn_answer = answer;
}

enum tcp_state life_state(const struct life *life, int dir)
{
    enum tcp_state state = life->end[dir].state;

    return life->reset && state != STATE_TIME_WAIT ? STATE_CLOSED : state;
}

int64_t life_since_ns(const struct life *life, int dir)
{
    if (life_state(life, dir) == STATE_UNKNOWN)
        return 0;
    return life_state(life, dir) == life->end[dir].state ? life->end[dir].since_ns : life->rst_ns;
}

void life_icmp(struct life *life, uint8_t type, uint8_t code)
{
    life_note_answer(life, SYN_ANSWER_ICMP);
    if (life->has_icmp)
        return;
    life->has_icmp = true;
    life->icmp_type = type;
    life->icmp_code = code;
}

void life_rst_ignored(struct life *life, uint64_t rst_id)
{
    if (life->rst_id == rst_id)
        life->reset = false;
}

enum outcome track_outcome(const struct track *track)
{
    const struct life *life = &track->life;
    const struct life_end *client = &life->end[DIR_CLIENT], *server = &life->end[DIR_SERVER];

    if (client->fin && server->fin)
        return OUTCOME_CLOSED;
    if (!life->opened && life->refused)
        return OUTCOME_REFUSED;
    if (life->reset)
        return OUTCOME_RESET;
    if (!life->opened)
        return OUTCOME_UNANSWERED;
    if (client->fin || server->fin)
        return OUTCOME_HALF_CLOSED;
    return life_is_midstream(life) ? OUTCOME_MIDSTREAM : OUTCOME_ESTABLISHED;
}
