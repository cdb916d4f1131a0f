/* A case that is open for reports, and how a row's frame is named for people. */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"

/* What a frame number needs to lead back to its file. */
struct report_capture {
    int64_t first_frame, packets;
    char *file_name;  /* without its folder */
    bool one_of_many; /* its point has other files too: the point alone does not name it */
};

struct report_chart {
    char *name;  /* of its files: plots/NAME.png and .svg */
    char *title; /* what it shows */
    char *svg;   /* that file */
    size_t svg_size;
};

struct report {
    sqlite3 *db;
    const char *path;                /* of the case, borrowed */
    struct report_capture *captures; /* in the order of first_frame */
    size_t captures_count;
    /* Pictures in plots/ that show this case: connection-N, worst connection first. */
    struct report_picture *pictures;
    size_t pictures_count, pictures_capacity;
    /* Charts there, for what rules found. */
    struct report_chart *charts;
    size_t charts_count, charts_capacity;
    int max_plots;  /* how many connections are drawn */
    char *contrast; /* Markdown: what sets those that failed apart; NULL: nothing does */
};

struct report_picture {
    int64_t connection;
    bool zoom;   /* there is another one around the evidence */
    bool ladder; /* there is a ladder too */
};

/* Opens the case at `path`, which must outlive the report. Caller closes with report_close(). */
enum status report_open(struct report *report, const char *path, struct error *err)
    __attribute__((warn_unused_result));
void report_close(struct report *report);

/* The number of a frame in its file, as Wireshark shows it; 0 if no file of the case holds it. */
int64_t report_frame_in_file(const struct report *report, int64_t frame);

/* Writes "host#562", or "host:rotated.pcap3#562" where a point has several files: the packet is
 * there under that number in Wireshark. */
void report_write_frame(FILE *out, enum text_style style, const struct report *report,
                        const char *point, int64_t frame);

#endif
