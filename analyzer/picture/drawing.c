#include "picture/drawing.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "picture/chart_script.h"
#include "picture/gnuplot.h"
#include "picture/picture_script.h"

#define SCRIPT_NAME "pictures.gp"

enum status drawing_draw(const struct drawing *drawing, const char *folder, int formats,
                         struct error *err)
{
    char *path = memory_print("%s/" SCRIPT_NAME, folder);
    FILE *script = fopen(path, "w");
    bool failed = script == NULL;
    enum status status;

    if (script != NULL) {
        for (size_t i = 0; i < drawing->set.count; i++)
            picture_write_script(script, &drawing->set.pictures[i], formats);
        for (size_t i = 0; i < drawing->charts_count; i++)
            chart_write_script(script, &drawing->charts[i], formats);
        failed = ferror(script) != 0;
        failed = fclose(script) != 0 || failed;
    }
    if (failed)
        status = error_set(err, STATUS_OUTPUT, "%s: %s", path, strerror(errno));
    else
        status = gnuplot_run(folder, SCRIPT_NAME, err);
    free(path);
    return status;
}

void drawing_done(struct drawing *drawing)
{
    for (size_t i = 0; i < drawing->charts_count; i++)
        chart_done(&drawing->charts[i]);
    drawing->charts_count = 0;
    picture_set_done(&drawing->set);
}
