#include "scene/describe.h"

#include <inttypes.h>

static const char *fate_name(enum scene_fate fate)
{
    static const char *const names[FATES] = {
        [FATE_UNANSWERED] = "unanswered",
        [FATE_REFUSED] = "refused",
        [FATE_CLOSED_BY_CLIENT] = "closed by the client",
        [FATE_CLOSED_BY_SERVER] = "closed by the server",
        [FATE_RESET_BY_CLIENT] = "reset by the client",
        [FATE_LEFT_OPEN] = "left open",
    };

    return names[fate];
}

static void describe_path(const struct scene *scene, FILE *out)
{
    for (unsigned i = 0; i <= scene->stops; i++) {
        const struct scene_hop *hop = &scene->hop[i];

        fprintf(out,
                "hop %u: %" PRId64 " ns there, %" PRId64 " back, jitter %" PRId64
                "; of 10,000 lost %u, doubled %u, delayed %u; routers %u%s%s%s\n",
                i, hop->delay_ns[TO_SERVER], hop->delay_ns[TO_CLIENT], hop->jitter_ns, hop->lost,
                hop->doubled, hop->delayed, hop->routers, hop->source_nat ? ", source NAT" : "",
                hop->target_nat ? ", target NAT" : "", hop->renumbers ? ", renumbers" : "");
        if (i == scene->stops)
            break;
        fprintf(out, "stop %u: %s", i, scene->points[scene->stop[i].point].name);
        if (scene->stop[i].only_host >= 0)
            fprintf(out, ", host %d only", scene->stop[i].only_host);
        if (scene->stop[i].only_server >= 0)
            fprintf(out, ", server %d only", scene->stop[i].only_server);
        fprintf(out, "%s\n", scene->stop[i].wire_size ? ", wire size" : "");
    }
}

static void describe_points(const struct scene *scene, FILE *out)
{
    for (unsigned i = 0; i < scene->points_count; i++) {
        const struct scene_point *point = &scene->points[i];
        const struct scene_clock *clock = &scene->inputs[point->input].clock;

        fprintf(out,
                "point %s: input %u interface %u, records from %" PRId64 " to %" PRId64
                ", drops %u of 10,000; clock ahead by %" PRId64 " ns, drift %" PRId64
                " ppb, set by %" PRId64 " at %" PRId64 "\n",
                point->name, point->input, point->ifindex, point->begin_ns, point->end_ns,
                point->dropped, clock->offset_ns, clock->drift_ppb, clock->step_ns,
                clock->step_at_ns);
    }
}

static void describe_tuple(const struct scene_tuple *tuple, FILE *out)
{
    fprintf(out, " | %s %u > %s %u", tuple->client.addr, tuple->client.port, tuple->server.addr,
            tuple->server.port);
}

static void describe_connections(const struct scene *scene, FILE *out)
{
    for (size_t i = 0; i < scene->connections_count; i++) {
        const struct scene_connection *connection = &scene->connections[i];

        fprintf(out, "connection %zu: host %u, server %u, %" PRId64 " to %" PRId64 ", %s", i,
                connection->host, connection->server, connection->start_ns, connection->last_ns,
                fate_name(connection->fate));
        if (connection->injected_at_ns != 0)
            fprintf(out, ", RSTs made at hop %u", connection->injected_hop);
        describe_tuple(&connection->sent, out);
        for (unsigned stop = 0; stop < scene->stops; stop++)
            describe_tuple(&connection->views[stop], out);
        fputc('\n', out);
    }
}

static void describe_sightings(const struct scene *scene, FILE *out)
{
    fputs("time,connection,dir,packet,copy,stop,frame,seq,len,flags,tsval,ip_id,made\n", out);
    for (size_t i = 0; i < scene->sightings_count; i++) {
        const struct scene_sighting *sighting = &scene->sightings[i];
        const struct scene_packet *packet = &scene->packets[sighting->packet];

        fprintf(out, "%" PRId64 ",%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%d\n", sighting->at_ns,
                packet->connection, packet->dir, sighting->packet, sighting->copy, sighting->stop,
                sighting->frame, packet->seq + sighting->from, sighting->to - sighting->from,
                packet->flags, packet->tsval, sighting->ip_id, packet->injected);
    }
}

void describe_scene(const struct scene *scene, FILE *out)
{
    fprintf(out, "seed %" PRIu64 "%s, NAT %s, IPv%u, hosts %u, servers %u\n", scene->seed,
            scene->exact ? ", exact" : "", scene_nat_name(scene->nat), scene->version, scene->hosts,
            scene->servers);
    describe_path(scene, out);
    describe_points(scene, out);
    describe_connections(scene, out);
    describe_sightings(scene, out);
}
