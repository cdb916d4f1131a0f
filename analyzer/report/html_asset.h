/* What report.html brings along: scripts and styles, compiled into the program. */
#ifndef HTML_ASSET_H
#define HTML_ASSET_H

#include <stdbool.h>
#include <stdio.h>

enum html_asset {
    HTML_ASSET_DYGRAPHS_CSS, /* empty if the program was built without dygraphs */
    HTML_ASSET_REPORT_CSS,
    HTML_ASSET_DYGRAPHS_JS,
    HTML_ASSET_GRAPH_DATA_JS,
    HTML_ASSET_GRAPH_DRAW_JS,
    HTML_ASSET_GRAPH_JS,
    HTML_ASSET_REPORT_JS,
    HTML_ASSETS
};

/* Whether the program has the library that draws the graph. */
bool html_asset_has_graph(void);

/* Writes the policy that lets a browser run and apply these assets and nothing else, but for
 * images that are in the page where it has some: "default-src 'none'; script-src 'sha256-…' …". */
void html_asset_write_policy(FILE *out, bool has_images);

/* Writes all styles, or all scripts, each in its element. */
void html_asset_write_styles(FILE *out);
void html_asset_write_scripts(FILE *out);

#endif
