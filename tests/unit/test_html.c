/* The page: whatever the text is, it stays text; and the data of its graph can be read back. */
#include "unit/unit.h"

#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "decode/packet.h"
#include "picture/graph.h"
#include "picture/picture.h"
#include "report/html_markdown.h"
#include "report/markdown.h"

static char *rendered(const char *markdown)
{
    char *html = NULL;
    size_t size = 0;
    FILE *out = text_open(&html, &size);
    struct error err;

    assert_int_equal(html_markdown_write(out, NULL, markdown, &err), STATUS_OK);
    fclose(out);
    return html;
}

static void assert_rendered(const char *markdown, const char *expected)
{
    char *html = rendered(markdown);

    assert_string_equal(html, expected);
    free(html);
}

static void test_markdown_paragraph_and_spans(void **state)
{
    (void)state;
    assert_rendered("**Cause.** a `b|c` \\*d\\*\nand &lt;e&gt; @<!-- -->f\n\nnext\n",
                    "<p><strong>Cause.</strong> a <code>b|c</code> *d*\nand &lt;e&gt; @f\n</p>\n"
                    "<p>next\n</p>\n");
    assert_rendered("more in [findings.csv](findings.csv).\n", "<p>more in findings.csv.\n</p>\n");
}

static void test_markdown_section_list_fence(void **state)
{
    (void)state;
    assert_rendered("\n## What happened\n\n### A rule\n\n- one\n- two\n\n```text\na  <- b\n```\n",
                    "<section id=\"what-happened\">\n<h2>What happened</h2>\n<h3>A rule</h3>\n"
                    "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
                    "<pre tabindex=0>a  &#60;- b\n</pre>\n</section>\n");
}

static void test_markdown_table(void **state)
{
    (void)state;
    assert_rendered("| a | n |\n| --- | ---: |\n| `x\\|y` | 5 |\n| \\|z | – |\n",
                    "<div class=wide tabindex=0><table class=sortable><caption></caption>\n"
                    "<thead><tr><th scope=col>a</th><th scope=col class=number>n</th></tr>\n"
                    "</thead>\n<tbody>\n"
                    "<tr><td><code>x|y</code></td><td class=number>5</td></tr>\n"
                    "<tr><td>|z</td><td class=number>–</td></tr>\n</tbody></table></div>\n");
}

/* Only the two lines that our writer makes: any other tag is text. */
static void test_markdown_fold(void **state)
{
    (void)state;
    assert_rendered("a\n" MARKDOWN_FOLD_BEGIN "\n\n**b** c\n\n" MARKDOWN_FOLD_END "\nd\n",
                    "<p>a\n</p>\n" MARKDOWN_FOLD_BEGIN "\n<p><strong>b</strong> c\n</p>\n"
                    "</details>\n<p>d\n</p>\n");
    assert_rendered("<details>\n", "<p>&#60;details&#62;\n</p>\n");
    assert_rendered("```text\n" MARKDOWN_FOLD_END "\n```\n",
                    "<pre tabindex=0>&#60;/details&#62;\n</pre>\n");
}

/* Text that no writer should have let through: it breaks nothing even so. */
static void test_markdown_time(void **state)
{
    (void)state;
    assert_rendered("| a |\n| --- |\n| 2026-11-21T12:30:05.260068000Z |\n| 2026-11-21T12:30 |\n",
                    "<div class=wide tabindex=0><table class=sortable><caption></caption>\n"
                    "<thead><tr><th scope=col>a</th></tr>\n</thead>\n<tbody>\n"
                    "<tr><td class=time><span>2026-11-21T</span><wbr>"
                    "<span>12:30:05.260068000Z</span></td></tr>\n"
                    "<tr><td>2026-11-21T12:30</td></tr>\n</tbody></table></div>\n");
}

static void test_markdown_raw_html(void **state)
{
    static const char *const texts[] = {
        "<script>alert(1)</script>",
        "a `<script>` b",
        "[<script>](javascript:x)",
        "- <b onclick='x'>",
        "## </h2><script>",
        "| <script> |\n| --- |\n| <b> |",
        "```text\n</pre><script>",
        "**<b>** \\<script> &<b>;",
        "`<script>",
        "[<script>",
        "\\",
        "|",
        "| a",
        "```",
        "##",
        "**",
        "| a |\n| ---",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *html = rendered(texts[i]);

        assert_null(strstr(html, "<script"));
        assert_null(strstr(html, "<b"));
        assert_null(strstr(html, "href"));
        free(html);
    }
}

/* --- the data of the graph ------------------------------------------------------------------ */

struct reader {
    uint8_t bytes[4096];
    size_t size, at;
};

static void read_data(struct reader *reader, struct graph *graph)
{
    struct base64_decode_ctx base64;
    char *text = NULL;
    size_t size = 0;
    FILE *out = text_open(&text, &size);

    graph_write_data(out, graph);
    fclose(out);
    base64_decode_init(&base64);
    reader->size = sizeof reader->bytes;
    assert_true(base64_decode_update(&base64, &reader->size, reader->bytes, size, text));
    assert_true(base64_decode_final(&base64));
    reader->at = 0;
    free(text);
}

static int64_t number(struct reader *reader)
{
    uint64_t value = 0;

    for (int shift = 0;; shift += 7) {
        assert_true(reader->at < reader->size);
        value |= (uint64_t)(reader->bytes[reader->at] & 0x7f) << shift;
        if (reader->bytes[reader->at++] < 0x80)
            return (int64_t)value;
    }
}

static int64_t difference(struct reader *reader)
{
    uint64_t value = (uint64_t)number(reader);

    return (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

static void test_graph_data(void **state)
{
    struct graph *graph = graph_new(1000, 1, NULL, 0);
    struct reader reader;

    (void)state;
    graph_add(
        graph, 0,
        &(struct picture_segment){
            .id = 7, .ts_ns = 1500, .flags = TCP_SYN, .win = 64240, .ttl = 64, .case_frame = 3});
    graph_add(graph, 1,
              &(struct picture_segment){.id = 9,
                                        .ts_ns = 1400,
                                        .flags = TCP_SYN,
                                        .ttl = 63,
                                        .case_frame = 90,
                                        .seen_before = 7});
    graph_add(graph, 0,
              &(struct picture_segment){.id = 12,
                                        .ts_ns = 4000000000,
                                        .dir = 1,
                                        .off = -5,
                                        .len = 1448,
                                        .flags = TCP_ACK,
                                        .has_ack = true,
                                        .ack_off = 6000000000,
                                        .case_frame = 4});
    assert_int_equal(graph_count(graph), 3);
    assert_int_equal(graph_index(graph, 9), 1);
    assert_int_equal(graph_index(graph, 8), -1);
    read_data(&reader, graph);

    static const int64_t expected[][9] = {
  /* time, head, marks, len, win, back, off, frame, TTL */
        {500,               TCP_SYN,             1 << MARK_SYN, 0,    64240, 0, 0,  3,  64},
        {-100,              1024 + TCP_SYN,      1 << MARK_SYN, 0,    0,     1, 0,  90, 63},
        {4000000000 - 1400, 512 + 256 + TCP_ACK, 0,             1448, 0,     0, -5, 4,  0 },
    };
    for (size_t i = 0; i < COUNT(expected); i++)
        for (size_t column = 0; column < 9; column++)
            assert_int_equal(column == 0 || column > 5 ? difference(&reader) : number(&reader),
                             expected[i][column]);
    assert_int_equal(difference(&reader), 6000000000);
    assert_int_equal(reader.at, reader.size);
    graph_free(graph);
}

/* Of plain segments every third; what is marked, and what is evidence, always. */
static void test_graph_stride(void **state)
{
    static const int64_t wanted[] = {5, 50};
    struct graph *graph = graph_new(0, 3, wanted, COUNT(wanted));

    (void)state;
    for (int64_t id = 1; id <= 90; id++)
        graph_add(graph, 0,
                  &(struct picture_segment){
                      .id = id, .flags = TCP_ACK, .mark_bits = id == 20 ? 1u << MARK_LATE : 0});
    graph_add(graph, 0, &(struct picture_segment){.id = 91, .flags = TCP_RST});
    assert_true(graph_index(graph, 5) >= 0);
    assert_true(graph_index(graph, 50) >= 0);
    assert_true(graph_index(graph, 20) >= 0);
    assert_true(graph_index(graph, 91) >= 0);
    assert_int_equal(graph_count(graph), 29 + 4);
    assert_int_equal(graph_left_out(graph), 58);
    graph_free(graph);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markdown_paragraph_and_spans),
        cmocka_unit_test(test_markdown_section_list_fence),
        cmocka_unit_test(test_markdown_table),
        cmocka_unit_test(test_markdown_time),
        cmocka_unit_test(test_markdown_fold),
        cmocka_unit_test(test_markdown_raw_html),
        cmocka_unit_test(test_graph_data),
        cmocka_unit_test(test_graph_stride),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
