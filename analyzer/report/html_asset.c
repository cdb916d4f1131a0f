#include "report/html_asset.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <stdint.h>

/* Strings, written by the Makefile: a compiler and a linter read them faster than numbers. */
static const uint8_t dygraphs_css[] = {
#include "report/html/dygraphs.css.inc"
};
static const uint8_t report_css[] = {
#include "report/html/report.css.inc"
};
static const uint8_t dygraphs_js[] = {
#include "report/html/dygraphs.js.inc"
};
static const uint8_t graph_data_js[] = {
#include "report/html/graph_data.js.inc"
};
static const uint8_t graph_draw_js[] = {
#include "report/html/graph_draw.js.inc"
};
static const uint8_t graph_js[] = {
#include "report/html/graph.js.inc"
};
static const uint8_t report_js[] = {
#include "report/html/report.js.inc"
};

static const struct asset {
    const uint8_t *text;
    size_t length;
    bool is_script;
} assets[HTML_ASSETS] = {
    [HTML_ASSET_DYGRAPHS_CSS] = {dygraphs_css,  sizeof dygraphs_css - 1,  false},
    [HTML_ASSET_REPORT_CSS] = {report_css,    sizeof report_css - 1,    false},
    [HTML_ASSET_DYGRAPHS_JS] = {dygraphs_js,   sizeof dygraphs_js - 1,   true },
    [HTML_ASSET_GRAPH_DATA_JS] = {graph_data_js, sizeof graph_data_js - 1, true },
    [HTML_ASSET_GRAPH_DRAW_JS] = {graph_draw_js, sizeof graph_draw_js - 1, true },
    [HTML_ASSET_GRAPH_JS] = {graph_js,      sizeof graph_js - 1,      true },
    [HTML_ASSET_REPORT_JS] = {report_js,     sizeof report_js - 1,     true },
};

bool html_asset_has_graph(void)
{
    return assets[HTML_ASSET_DYGRAPHS_JS].length > 0;
}

static void write_hash(FILE *out, const struct asset *asset)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    char text[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE)];
    struct sha256_ctx sha256;

    sha256_init(&sha256);
    sha256_update(&sha256, asset->length, asset->text);
    sha256_digest(&sha256, sizeof digest, digest);
    base64_encode_raw(text, sizeof digest, digest);
    fprintf(out, " 'sha256-%.*s'", (int)sizeof text, text);
}

static void write_hashes(FILE *out, const char *directive, bool scripts)
{
    fprintf(out, "; %s", directive);
    for (size_t i = 0; i < HTML_ASSETS; i++)
        if (assets[i].is_script == scripts && assets[i].length > 0)
            write_hash(out, &assets[i]);
}

void html_asset_write_policy(FILE *out, bool has_images)
{
    fputs("default-src 'none'", out);
    write_hashes(out, "script-src", true);
    write_hashes(out, "style-src", false);
    if (has_images)
        fputs("; img-src data:", out);
    fputs("; base-uri 'none'; form-action 'none'", out);
}

static void write_assets(FILE *out, const char *element, bool scripts)
{
    for (size_t i = 0; i < HTML_ASSETS; i++) {
        if (assets[i].is_script != scripts || assets[i].length == 0)
            continue;
        fprintf(out, "<%s>", element);
        fwrite(assets[i].text, 1, assets[i].length, out);
        fprintf(out, "</%s>\n", element);
    }
}

void html_asset_write_styles(FILE *out)
{
    write_assets(out, "style", false);
}

void html_asset_write_scripts(FILE *out)
{
    write_assets(out, "script", true);
}
