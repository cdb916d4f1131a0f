/* Writes the traces that the benchmark reads: traffic of one kind, as much of it as asked for.
 *
 * usage: generate KIND SEGMENTS FOLDER NAME
 *
 * long   8 connections that transfer all the time, 48,000 segments a second
 * short  1000 connections open at one time, each of 7 or 9 segments and open for about 100 s
 * nat    4 of the first kind and 1000 of the second, open for about 10 s, seen inside and outside
 *        of a source NAT: FOLDER/NAME.pcap and FOLDER/NAME-outside.pcap, SEGMENTS in the first
 *
 * Some segments are lost and sent again. More segments mean a longer trace, not more connections at
 * one time. The same arguments give the same bytes.
 * Prints how many legs a point has to know at one time, those included that were closed less than
 * 2MSL ago. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/trace.h"
#include "packet/frame.h"

enum {
    MSS = 1448,
    SYN_LOST_IN = 1000,
    REQUEST_LOST_IN = 200,
    DATA_LOST_IN = 2000,
    DUPLICATE_ACKS = 3, /* before a fast retransmission */
    CLOSING = 3         /* segments that close a long connection */
};

static const int64_t us = 1000, ms = 1000000, second = 1000000000, two_msl = 240LL * 1000000000;

/* What kind of traffic, see above. */
struct traffic {
    const char *name;
    uint32_t bulks, shorts; /* connections at one time */
    int64_t round_ns;       /* of a bulk transfer: two segments sent, one ACK */
    uint32_t rounds_late;   /* by which the ACK is: the RTT */
    int64_t idle_ns;        /* of a short connection, the mean */
};

static const struct traffic kinds[] = {
    {"long",  8, 0,    500 * 1000LL,   10, 0                 },
    {"short", 0, 1000, 0,              0,  100 * 1000000000LL},
    {"nat",   4, 1000, 16 * 1000000LL, 2,  10 * 1000000000LL },
};

enum {
    STEPS = 10
};

/* What an end says in its turn. */
struct step {
    enum sender sender;
    uint16_t flags; /* 0: the script is over */
    uint32_t len;
    bool idle; /* after a while */
};

#define SYN_SYNACK_ACK                                                                             \
    {CLIENT, FRAME_SYN, 0, false}, {SERVER, FRAME_SYN | FRAME_ACK, 0, false},                      \
    {                                                                                              \
        CLIENT, FRAME_ACK, 0, false                                                                \
    }

static const struct step client_closes[STEPS] = {
    SYN_SYNACK_ACK,
    {CLIENT, FRAME_PSH | FRAME_ACK, 420, false},
    {SERVER, FRAME_PSH | FRAME_ACK, 900, false},
    {CLIENT, FRAME_ACK,             0,   false},
    {CLIENT, FRAME_FIN | FRAME_ACK, 0,   true },
    {SERVER, FRAME_FIN | FRAME_ACK, 0,   false},
    {CLIENT, FRAME_ACK,             0,   false}
};
static const struct step server_closes[STEPS] = {
    SYN_SYNACK_ACK,
    {CLIENT, FRAME_PSH | FRAME_ACK,             300, true },
    {SERVER, FRAME_FIN | FRAME_PSH | FRAME_ACK, 700, false},
    {CLIENT, FRAME_FIN | FRAME_ACK,             0,   false},
    {SERVER, FRAME_ACK,                         0,   false}
};
static const struct step bulk_opens[STEPS] = {SYN_SYNACK_ACK};
static const struct step bulk_closes[STEPS] = {
    {CLIENT, FRAME_FIN | FRAME_ACK, 0, false},
    {SERVER, FRAME_FIN | FRAME_ACK, 0, false},
    {CLIENT, FRAME_ACK,             0, false}
};

/* Of a round of a bulk transfer: two segments, an ACK, what was lost. */
enum phase {
    FIRST,
    SECOND,
    ACKNOWLEDGED,
    AGAIN
};

struct connection {
    struct talk talk;
    int64_t next_ns, rtt_ns;
    const struct step *step;
    bool is_repeated; /* the step, since its segment was lost */

    /* Bulk transfer. */
    bool is_bulk, has_hole;
    enum phase phase;
    uint32_t round, hole, duplicates, repaired_in;
};

struct generator {
    struct trace trace;
    const struct traffic *traffic;
    uint64_t random;
    uint32_t number; /* of connections so far */
    struct connection *connections;
    struct connection **heap; /* the next to speak first */
    uint32_t count;
    int64_t *closed_ns; /* of each that is closed, in order of time */
    uint32_t closed, left, most;
};

/* xorshift64: from 0 to n - 1. */
static uint64_t draw(struct generator *generator, uint64_t n)
{
    uint64_t x = generator->random;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    generator->random = x;
    return (x >> 11) % n;
}

/* --- who speaks next ------------------------------------------------------------------------ */

static void exchange(struct connection **a, struct connection **b)
{
    struct connection *c = *a;

    *a = *b;
    *b = c;
}

/* Puts the first, whose time has changed, where it belongs. */
static void sink(struct generator *generator)
{
    struct connection **heap = generator->heap;
    uint32_t at = 0, child;

    while ((child = 2 * at + 1) < generator->count) {
        if (child + 1 < generator->count && heap[child + 1]->next_ns < heap[child]->next_ns)
            child++;
        if (heap[at]->next_ns <= heap[child]->next_ns)
            break;
        exchange(&heap[at], &heap[child]);
        at = child;
    }
}

/* How many legs a point has to know now: those that are open, or closed not long ago. */
static void count_legs(struct generator *generator, int64_t now_ns)
{
    uint32_t legs;

    while (generator->left < generator->closed &&
           now_ns - generator->closed_ns[generator->left] >= two_msl)
        generator->left++;
    legs = generator->count + generator->closed - generator->left;
    if (legs > generator->most)
        generator->most = legs;
}

static void note_closed(struct generator *generator, int64_t now_ns)
{
    generator->closed_ns[generator->closed++] = now_ns;
    count_legs(generator, now_ns);
}

/* --- connections ---------------------------------------------------------------------------- */

static void open_connection(struct generator *generator, struct connection *connection,
                            bool is_bulk, int64_t now_ns)
{
    *connection = (struct connection){
        .rtt_ns = 1 * ms + (int64_t)draw(generator, 60) * ms,
        .is_bulk = is_bulk,
        .next_ns = now_ns,
        .step = is_bulk                   ? bulk_opens
                : draw(generator, 4) == 0 ? client_closes
                                          : server_closes,
    };
    talk_begin(&connection->talk, generator->number++);
    if (is_bulk) /* it stays open: a port that no other gets */
        connection->talk.outside_port = (uint16_t)(62000 + generator->number);
}

static void speak(struct generator *generator, struct connection *connection,
                  const struct shape *shape)
{
    struct talk *talk = &connection->talk;
    uint32_t end =
        shape->seq + shape->len + !!(shape->flags & FRAME_SYN) + !!(shape->flags & FRAME_FIN);

    trace_put(&generator->trace, talk, shape, connection->next_ns);
    if (!shape->lost && (int32_t)(end - talk->next[shape->sender]) > 0)
        talk->next[shape->sender] = end;
}

/* When the other end answers, or this one goes on. */
static int64_t wait_before(struct generator *generator, const struct connection *connection,
                           const struct step *step)
{
    if (step->idle)
        return generator->traffic->idle_ns / 2 +
               (int64_t)draw(generator, (uint64_t)generator->traffic->idle_ns);
    return step->sender == SERVER ? connection->rtt_ns
                                  : 20 * us + (int64_t)draw(generator, 80) * us;
}

static void follow_script(struct generator *generator, struct connection *connection)
{
    const struct step *step = connection->step;
    struct talk *talk = &connection->talk;
    struct shape shape = {.sender = step->sender,
                          .flags = step->flags,
                          .seq = talk->next[step->sender],
                          .ack = step->flags & FRAME_ACK ? talk->next[!step->sender] : 0,
                          .len = step->len};
    uint64_t lost_in = step->flags == FRAME_SYN                  ? SYN_LOST_IN
                       : step->sender == CLIENT && step->len > 0 ? REQUEST_LOST_IN
                                                                 : 0;

    shape.lost = lost_in > 0 && !connection->is_repeated && draw(generator, lost_in) == 0;
    speak(generator, connection, &shape);
    connection->is_repeated = shape.lost;
    if (shape.lost) {
        connection->next_ns += step->flags == FRAME_SYN ? second : 200 * ms + connection->rtt_ns;
        return;
    }
    connection->step = ++step;
    if (step->flags != 0)
        connection->next_ns += wait_before(generator, connection, step);
}

/* The ACK of what came a few rounds ago: of all of it, or up to the hole, with what is behind. */
static void acknowledge(const struct generator *generator, struct connection *connection,
                        struct shape *shape)
{
    shape->sender = SERVER;
    shape->len = 0;
    shape->seq = connection->talk.next[SERVER];
    shape->ack = connection->talk.next[CLIENT] - generator->traffic->rounds_late * 2 * MSS;
    if (connection->has_hole && connection->duplicates > DUPLICATE_ACKS &&
        connection->round >= connection->repaired_in)
        connection->has_hole = false;
    if (!connection->has_hole || (int32_t)(shape->ack - connection->hole) <= MSS)
        return;
    shape->sack[0] = connection->hole + MSS;
    shape->sack[1] = shape->ack;
    shape->ack = connection->hole;
    connection->duplicates++;
}

/* A segment with data for the first time. */
static bool is_lost(struct generator *generator, struct connection *connection, uint32_t seq)
{
    if (connection->has_hole || draw(generator, DATA_LOST_IN) != 0)
        return false;
    connection->has_hole = true;
    connection->hole = seq;
    connection->duplicates = 0;
    return true;
}

/* What follows in the same round; FIRST: nothing. */
static enum phase phase_after(const struct generator *generator, struct connection *connection)
{
    switch (connection->phase) {
    case FIRST:
        return SECOND;
    case SECOND: /* before the first ACK can be back */
        return connection->round < generator->traffic->rounds_late ? FIRST : ACKNOWLEDGED;
    case ACKNOWLEDGED:
        if (!connection->has_hole || connection->duplicates != DUPLICATE_ACKS)
            return FIRST;
        connection->duplicates++;
        connection->repaired_in = connection->round + generator->traffic->rounds_late;
        return AGAIN;
    default:
        return FIRST;
    }
}

/* One segment of a round: two are sent, and an earlier one is acknowledged. */
static void transfer(struct generator *generator, struct connection *connection)
{
    struct talk *talk = &connection->talk;
    struct shape shape = {
        .flags = FRAME_ACK, .seq = talk->next[CLIENT], .ack = talk->next[SERVER], .len = MSS};

    if (connection->phase == ACKNOWLEDGED)
        acknowledge(generator, connection, &shape);
    else if (connection->phase == AGAIN)
        shape.seq = connection->hole;
    else
        shape.lost = is_lost(generator, connection, shape.seq);
    if (connection->phase == SECOND)
        shape.flags |= FRAME_PSH;
    speak(generator, connection, &shape);
    if (shape.lost) /* the sender does not know it yet */
        talk->next[CLIENT] += MSS;
    connection->phase = phase_after(generator, connection);
    if (connection->phase == FIRST) {
        connection->round++;
        connection->next_ns += generator->traffic->round_ns + (int64_t)draw(generator, 10) * us;
    }
    connection->next_ns += 12 * us;
}

/* The first of the heap says what it has to, and is put to its next time. */
static void step_on(struct generator *generator)
{
    struct connection *connection = generator->heap[0];

    if (connection->step->flags != 0)
        follow_script(generator, connection);
    else
        transfer(generator, connection);
    if (!connection->is_bulk && connection->step->flags == 0) {
        note_closed(generator, connection->next_ns);
        open_connection(generator, connection, false,
                        connection->next_ns + (int64_t)draw(generator, 1000) * us);
    }
    sink(generator);
}

/* --- a trace -------------------------------------------------------------------------------- */

static void begin(struct generator *generator, uint64_t segments)
{
    const struct traffic *traffic = generator->traffic;

    generator->random = 88172645463325252ULL;
    generator->count = traffic->bulks + traffic->shorts;
    generator->connections = calloc(generator->count, sizeof *generator->connections);
    generator->heap = calloc(generator->count, sizeof(struct connection *));
    generator->closed_ns = calloc(segments + 1, sizeof *generator->closed_ns);
    if (!generator->connections || !generator->heap || !generator->closed_ns) {
        perror("generate");
        exit(1);
    }
    /* One after the other, so that the heap is in order; spread over the time that one is open. */
    for (uint32_t i = 0; i < generator->count; i++) {
        bool is_bulk = i < traffic->bulks;

        generator->heap[i] = &generator->connections[i];
        open_connection(generator, generator->heap[i], is_bulk,
                        is_bulk ? (int64_t)i * 60 * us
                                : 1 * ms + traffic->idle_ns / traffic->shorts * (int64_t)i);
    }
}

static void make(struct generator *generator, uint64_t segments)
{
    uint64_t closing = (uint64_t)generator->traffic->bulks * CLOSING;

    begin(generator, segments);
    while (generator->trace.segments + closing < segments)
        step_on(generator);
    for (uint32_t i = 0; i < generator->traffic->bulks; i++) {
        struct connection *connection = &generator->connections[i];

        connection->next_ns = generator->trace.now_ns + 10 * us;
        connection->step = bulk_closes;
        while (connection->step->flags != 0 && generator->trace.segments < segments)
            follow_script(generator, connection);
    }
    count_legs(generator, generator->trace.now_ns);
    free(generator->closed_ns);
    free(generator->heap);
    free(generator->connections);
}

int main(int argc, char **argv)
{
    struct generator generator = {0};
    uint64_t segments;

    for (size_t i = 0; argc == 5 && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(argv[1], kinds[i].name) == 0)
            generator.traffic = &kinds[i];
    if (generator.traffic == NULL) {
        fprintf(stderr, "usage: generate long|short|nat SEGMENTS FOLDER NAME\n");
        return 2;
    }
    segments = strtoull(argv[2], NULL, 10);
    trace_open(&generator.trace, argv[3], argv[4], strcmp(argv[1], "nat") == 0);
    make(&generator, segments);
    trace_close(&generator.trace);
    printf("%u\n", generator.most);
    return 0;
}
