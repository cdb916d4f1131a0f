/* What a report makes of text, times and segments: escaping above all. */
#include "unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/time_text.h"
#include "case/query.h"
#include "case/time_range.h"
#include "decode/packet.h"
#include "picture/axis.h"
#include "picture/label.h"
#include "picture/picture.h"
#include "report/csv_row.h"
#include "report/segment_line.h"

static void assert_written(enum text_style style, const char *text, size_t max,
                           const char *expected)
{
    char *written = NULL;
    size_t size = 0;
    FILE *out = text_open(&written, &size);

    text_write(out, style, text, max);
    fclose(out);
    assert_string_equal(written, expected);
    free(written);
}

/* Whatever the style: no control character, no character that turns the direction of text, no
 * broken UTF-8, and one line. */
static void test_text_write_unsafe_characters(void **state)
{
    (void)state;
    assert_written(TEXT_PLAIN, "a\x1b[2Jb", 99, "a\xEF\xBF\xBD[2Jb");
    assert_written(TEXT_PLAIN, "a\nb\tc\rd", 99, "a b c d");
    assert_written(TEXT_PLAIN, "a\xe2\x80\x8fgpj.exe", 99, "a\xEF\xBF\xBDgpj.exe");
    assert_written(TEXT_PLAIN, "\x7f\xc2\x85", 99, "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_written(TEXT_PLAIN, "gr\xc3\xbc\xc3\x9f", 99, "gr\xc3\xbc\xc3\x9f");
    /* a lone continuation byte, an overlong slash, a surrogate, a sequence that is cut */
    assert_written(TEXT_PLAIN, "\x80", 99, "\xEF\xBF\xBD");
    assert_written(TEXT_PLAIN, "\xc0\xaf", 99, "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_written(TEXT_PLAIN, "\xed\xa0\x80", 99, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_written(TEXT_PLAIN, "a\xe2\x82", 99, "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void test_text_write_cut(void **state)
{
    (void)state;
    assert_written(TEXT_PLAIN, "abcdef", 6, "abcdef");
    assert_written(TEXT_PLAIN, "abcdef", 5, "abcde…");
    assert_written(TEXT_PLAIN, "\xc3\xbc\xc3\xbc\xc3\xbc", 2, "\xc3\xbc\xc3\xbc…");
}

static void test_text_write_markdown(void **state)
{
    (void)state;
    assert_written(TEXT_MARKDOWN, "<img src=x onerror=alert(1)>", 99,
                   "&lt;img src=x onerror=alert(1)&gt;");
    assert_written(TEXT_MARKDOWN, "[a](javascript:b)", 99, "\\[a\\](javascript:b)");
    assert_written(TEXT_MARKDOWN, "a|b *c* _d_ `e` ~f~ #1 $x$ \\", 99,
                   "a\\|b \\*c\\* \\_d\\_ \\`e\\` \\~f\\~ \\#1 \\$x\\$ \\\\");
    assert_written(TEXT_MARKDOWN, "&lt; @all", 99, "&amp;lt; @<!-- -->all");
    /* what would begin a list at the start of a line, and may stand anywhere else */
    assert_written(TEXT_MARKDOWN, "- 5 - 6", 99, "\\- 5 - 6");
    assert_written(TEXT_MARKDOWN, "12. of 13.", 99, "12\\. of 13.");
    assert_written(TEXT_MARKDOWN, "10.0.0.1 -5", 99, "10.0.0.1 -5");
}

static void test_text_write_code(void **state)
{
    (void)state;
    assert_written(TEXT_CODE, "a`b|c<d>", 99, "`a'b\\|c<d>`");
    assert_written(TEXT_CODE, "", 99, "` `");
    assert_written(TEXT_FENCED, "```\n# a", 99, "''' # a");
}

/* Nothing in it begins or ends an element, an attribute or a string. */
static void test_text_write_html(void **state)
{
    (void)state;
    assert_written(TEXT_HTML, "</script><b a=\"'`\">&amp;", 99,
                   "&#60;/script&#62;&#60;b a=&#34;&#39;&#96;&#34;&#62;&#38;amp;");
    assert_written(TEXT_HTML, "a\xe2\x80\xaez\xd8\x9c\xe2\x80\xac", 99,
                   "a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_written(TEXT_JSON, "</script><!-- \"a\\b'&", 99,
                   "\"\\u003c/script\\u003e\\u003c!-- \\u0022a\\u005cb\\u0027\\u0026\"");
    assert_written(TEXT_JSON, "\xe2\x80\xa8\n\x01", 99, "\"\xEF\xBF\xBD \xEF\xBF\xBD\"");
}

static void test_text_write_mermaid(void **state)
{
    (void)state;
    assert_written(TEXT_MERMAID, "seq 1:5, ack 2 (-0.5 s)", 99, "seq 1:5, ack 2 (-0.5 s)");
    assert_written(TEXT_MERMAID, "a;b#c\nd%%{e}<f>`\"", 99,
                   "a#59;b#35;c d#37;#37;#123;e#125;#60;f#62;#96;#34;");
}

/* A string in single quotes: nothing in it ends it, and gnuplot runs no command in it. */
static void test_text_write_gnuplot(void **state)
{
    (void)state;
    assert_written(TEXT_GNUPLOT, "a' ; system('id') #", 99, "'a\u2019 ; system(\u2019id\u2019) #'");
    assert_written(TEXT_GNUPLOT, "`id`\n\"x\"", 99, "'\u2019id\u2019 \"x\"'");
}

static void test_text_write_rule_code_spans(void **state)
{
    static const char *const cases[][2] = {
        {"run `a_b` and `c|d`.", "run `a_b` and `c\\|d`."},
        {"`whole`",              "`whole`"               },
        {"one ` only_",          "one \\` only\\_"       },
        {"`a` and ` b",          "`a` and \\` b"         },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *written = NULL;
        size_t size = 0;
        FILE *out = text_open(&written, &size);

        text_write_rule(out, cases[i][0], 99);
        fclose(out);
        assert_string_equal(written, cases[i][1]);
        free(written);
    }
}

static void test_text_count_thousands(void **state)
{
    char text[TEXT_COUNT_SIZE];

    (void)state;
    assert_string_equal(text_count(0, text), "0");
    assert_string_equal(text_count(999, text), "999");
    assert_string_equal(text_count(1000, text), "1,000");
    assert_string_equal(text_count(-1234567, text), "-1,234,567");
    assert_string_equal(text_count(INT64_MIN, text), "-9,223,372,036,854,775,808");
}

static void test_csv_write_text_formula(void **state)
{
    static const char *const cells[] = {
        "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "plain", "a \"b\", c", "a=1", "",
    };
    char *written = NULL;
    size_t size = 0;
    FILE *out = text_open(&written, &size);
    struct csv_row row = {.out = out};

    (void)state;
    for (size_t i = 0; i < COUNT(cells); i++)
        csv_write_text(&row, cells[i]);
    csv_write_int(&row, -5);
    csv_end_row(&row);
    fclose(out);
    assert_string_equal(written,
                        "\"'=1+1\",\"'+1\",\"'-1\",\"'@SUM(A1)\",\"'\tx\",\"'\rx\",\"'\nx\","
                        "\"plain\",\"a \"\"b\"\", c\",\"a=1\",\"\",\"-5\"\n");
    free(written);
}

/* Excel where the comma is the decimal sign begins a cell at each semicolon, and others at tabs and
 * lines; quotes do not keep them from it. Signs elsewhere stay as they are. */
static void test_csv_write_text_other_separators(void **state)
{
    static const char *const cells[][2] = {
        {"a;=1+1",                  "a;'=1+1"                        },
        {"a;\"=1+1\";b",            "a;\"\"'=1+1\"\";b"              },
        {"a\n@b",                   "a\n'@b"                         },
        {"\"-1",                    "\"\"'-1"                        },
        {"a; -1, =1 b-c x@y",       "a; -1, =1 b-c x@y"              },
        {"\xEF\xBC\x9D\x31",        "'\xEF\xBC\x9D\x31"              },
        {"gr\xc3\xbc\xc3\x9f",      "gr\xc3\xbc\xc3\x9f"             },
        {"a\xff",                   "a\xEF\xBF\xBD"                  },
        {"a\x1b[31m\xE2\x80\x8B.",  "a\xEF\xBF\xBD[31m\xEF\xBF\xBD." },
        {"{\"a\":[1,-5],\"b\":-1}", "{\"\"a\"\":[1,-5],\"\"b\"\":-1}"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cells); i++) {
        char *written = NULL, *expected = memory_print("\"%s\"\n", cells[i][1]);
        size_t size = 0;
        FILE *out = text_open(&written, &size);
        struct csv_row row = {.out = out};

        csv_write_text(&row, cells[i][0]);
        csv_end_row(&row);
        fclose(out);
        assert_string_equal(written, expected);
        free(written);
        free(expected);
    }
}

/* Whatever the place where a line no longer fits the room that it is put together in. */
static void test_csv_write_long_lines(void **state)
{
    const size_t room = sizeof((struct csv_row *)NULL)->line;

    (void)state;
    for (size_t length = room - 20; length <= room + 2; length++) {
        char *first = memory_print("%*s", (int)length, "x"), *written = NULL;
        char *expected = memory_print("\"%s\",\"12\",\"a\"\"\"\n\"%s\"\n", first, first);
        size_t size = 0;
        FILE *out = text_open(&written, &size);
        struct csv_row row = {.out = out};

        csv_write_text(&row, first);
        csv_write_int(&row, 12);
        csv_write_text(&row, "a\"");
        csv_end_row(&row);
        csv_write_plain(&row, first);
        csv_end_row(&row);
        fclose(out);
        assert_string_equal(written, expected);
        free(written);
        free(expected);
        free(first);
    }
}

static void test_time_text_formats(void **state)
{
    char text[TIME_TEXT_SIZE];

    (void)state;
    assert_string_equal(time_text_iso(1795217405260068000, text), "2026-11-20T23:30:05.260068000Z");
    assert_string_equal(time_text_iso(-1, text), "1969-12-31T23:59:59.999999999Z");
    assert_string_equal(time_text_clock(1795217405260068001, text), "23:30:05.260068001");
    assert_string_equal(time_text_seconds(-20000000, text), "-0.020000000");
    assert_string_equal(time_text_seconds(INT64_MIN, text), "-9223372036.854775808");
    assert_string_equal(time_text_milliseconds(1037421, text), "1.037421");
    assert_string_equal(time_text_milliseconds(-5, text), "-0.000005");
    assert_string_equal(time_text_human(0, text), "0 ns");
    assert_string_equal(time_text_human(1500, text), "1.5 µs");
    assert_string_equal(time_text_human(999999, text), "1 ms");
    assert_string_equal(time_text_human(87036000, text), "87 ms");
    assert_string_equal(time_text_human(61000000000, text), "61 s");
    assert_string_equal(time_text_human(135000000000, text), "2 min 15 s");
    assert_string_equal(time_text_human(7380000000000, text), "2 h 3 min");
}

static void test_time_text_parse_numbers(void **state)
{
    static const char *const wrong[] = {"",
                                        "-",
                                        ".",
                                        "1e5",
                                        "nan",
                                        "1.5s",
                                        " 1",
                                        "0x1",
                                        "--1",
                                        "1,5",
                                        "1.2.3",
                                        "1000000001",
                                        "99999999999999999999"};
    bool negative;
    int64_t ns;

    (void)state;
    assert_true(time_text_parse("1.5", &ns, &negative));
    assert_int_equal(ns, 1500000000);
    assert_false(negative);
    assert_true(time_text_parse("-0.05", &ns, &negative));
    assert_int_equal(ns, -50000000);
    assert_true(negative);
    assert_true(time_text_parse("-0", &ns, &negative)); /* the end itself */
    assert_int_equal(ns, 0);
    assert_true(negative);
    assert_true(time_text_parse(".000000001", &ns, &negative));
    assert_int_equal(ns, 1);
    assert_true(time_text_parse("0.0000000019", &ns, &negative)); /* beyond the nanosecond */
    assert_int_equal(ns, 1);
    assert_true(time_text_parse("1000000000", &ns, &negative));
    assert_int_equal(ns, 1000000000 * (int64_t)NS_PER_SECOND);
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(time_text_parse(wrong[i], &ns, &negative));
}

/* A connection that lasted from second 100 to second 110. */
static void assert_range(const char *from, const char *to, double expected_from, double expected_to)
{
    const struct time_range range = {from, to};
    int64_t from_ns, to_ns;

    time_range_apply(&range, 100 * (int64_t)NS_PER_SECOND, 110 * (int64_t)NS_PER_SECOND, &from_ns,
                     &to_ns);
    assert_int_equal(from_ns, (int64_t)(expected_from * NS_PER_SECOND));
    assert_int_equal(to_ns, (int64_t)(expected_to * NS_PER_SECOND));
}

static void test_time_range_apply_ends(void **state)
{
    (void)state;
    assert_range(NULL, NULL, 100, 110);
    assert_range("1.5", "2", 101.5, 102);
    assert_range("-0.5", NULL, 109.5, 110);
    assert_range("-2", "-1", 108, 109);
    assert_range("-99", "99", 100, 110); /* never longer than the connection */
    assert_range("20", NULL, 120, 110);  /* empty */
}

static void test_time_range_check_wrong(void **state)
{
    const struct time_range good = {"-1", "2"};
    const struct time_range bad = {"1", "soon"};
    struct error err;

    (void)state;
    assert_int_equal(time_range_check(&good, &err), STATUS_OK);
    assert_int_equal(time_range_check(&bad, &err), STATUS_USAGE);
    assert_non_null(strstr(err.text, "--to soon"));
}

static void assert_line(const struct segment_line *segment, const char *expected)
{
    char *written = NULL;
    size_t size = 0;
    FILE *out = text_open(&written, &size);

    segment_line_write(out, segment, 8);
    fclose(out);
    assert_string_equal(written, expected);
    free(written);
}

static void test_segment_line_write_as_tcpdump(void **state)
{
    struct segment_line line = {
        .ts_ns = 1795217405260068000,
        .where = "host#562",
        .src_addr = "203.0.113.171",
        .src_port = 8443,
        .dst_addr = "10.0.0.1",
        .dst_port = 52630,
        .flags = TCP_ACK,
        .off = 1,
        .has_ack = true,
        .ack_off = 453,
        .len = 696,
        .win = 501,
        .ttl = 64,
        .has_timestamps = true,
        .tsval = 7,
        .tsecr = 5,
        .role = "late segment",
    };

    (void)state;
    assert_line(&line, "23:30:05.260068000 host#562 203.0.113.171.8443 > 10.0.0.1.52630: Flags [.],"
                       " seq 1:697, ack 453, win 501, options [TS val 7 ecr 5], length 696"
                       "  <- late segment");
    /* an ACK without data has no sequence number to tell */
    line.len = 0;
    line.has_timestamps = false;
    line.role = "";
    line.where = "a#1";
    assert_line(&line, "23:30:05.260068000 a#1      203.0.113.171.8443 > 10.0.0.1.52630: Flags [.],"
                       " ack 453, win 501, length 0");
    /* a RST without ACK has one */
    line.flags = TCP_RST;
    line.has_ack = false;
    line.src_addr = "2001:db8::1";
    line.dst_addr = "evil`\n```";
    assert_line(&line, "23:30:05.260068000 a#1      2001:db8::1.8443 > evil' '''.52630: Flags [R],"
                       " seq 1, win 501, length 0, ttl 64");
}

static void test_segment_line_flags_letters(void **state)
{
    char text[9];

    (void)state;
    assert_string_equal(segment_line_flags(0, text), "none");
    assert_string_equal(segment_line_flags(TCP_SYN | TCP_ACK, text), "S.");
    assert_string_equal(segment_line_flags(TCP_FIN | TCP_PSH | TCP_ACK, text), "FP.");
    assert_string_equal(segment_line_flags(0xff, text), "FSRP.UEW");
}

static void test_axis_for_round_steps(void **state)
{
    struct axis axis = axis_for(0, 6087392, 10);

    (void)state;
    assert_int_equal(axis.step, 1000000);
    assert_int_equal(axis.first, 0);
    assert_true(axis.low < 0 && axis.high > 6087392);
    axis = axis_for(754000000, 774000000, 10); /* 20 ms */
    assert_int_equal(axis.step, 2000000);
    assert_int_equal(axis.first, 754000000);
    axis = axis_for(5, 5, 10); /* a single value still has an axis */
    assert_true(axis.low < 5 && axis.high > 5 && axis.step == 1);
    axis = axis_for(-100, -20, 10);
    assert_true(axis.first >= axis.low && axis.first % axis.step == 0);
}

/* 100,000 segments on a straight line: few enough are drawn, marked ones all of them. */
static void test_picture_add_many_segments(void **state)
{
    struct picture_trace *trace = calloc(1, sizeof *trace);
    struct picture picture = {.to_ns = 100000000, .traces = trace, .traces_count = 1};
    int64_t low, high;

    (void)state;
    for (int64_t i = 0; i < 100000; i++) {
        struct picture_segment segment = {
            .id = i + 1, .ts_ns = i * 1000, .off = 1 + i * 1448, .len = 1448, .flags = TCP_ACK};

        segment.mark_bits = i % 10 == 0 ? 1u << MARK_RETRANSMISSION : 0;
        picture_add(&picture, 0, &segment);
    }
    assert_true(trace->bars_count <= 20000 && trace->bars_count >= 2000);
    for (size_t i = 0; i < trace->bars_count; i++) /* none is longer than a 1/1000 of the line */
        assert_true(trace->bars[i].len <= 100 * 1448);
    assert_int_equal(picture.marks[MARK_RETRANSMISSION].count, 10000);
    assert_true(picture_extent(&picture, &low, &high));
    assert_int_equal(low, 1);
    assert_int_equal(high, 1 + 100000 * (int64_t)1448);
    picture_done(&picture);
}

/* SACK blocks are those about the drawn data, in its range, at the point nearest to its sender. */
static void test_picture_add_sack(void **state)
{
    struct picture_trace *traces = calloc(2, sizeof *traces);
    struct picture picture = {
        .from_ns = 100, .to_ns = 1000, .traces = traces, .traces_count = 2, .dir = 1};
    const struct picture_sack sack = {.ts_ns = 500, .off = 10, .len = 5, .dir = 1};
    const struct picture_sack other = {.ts_ns = 500, .off = 20, .len = 5, .dir = 0};
    const struct picture_sack early = {.ts_ns = 99, .off = 30, .len = 5, .dir = 1};

    (void)state;
    picture_add_sack(&picture, 1, &early);
    picture_add_sack(&picture, 0, &other);
    picture_add_sack(&picture, 0, &sack);
    picture_add_sack(&picture, 1, &sack);
    assert_int_equal(picture.sacks_count, 1);
    assert_int_equal(picture.sacks[0].off, 10);
    picture_done(&picture);
}

/* The window is that of the other end's ACKs at the nearest point, scaled but in a SYN; an ACK that
 * is older than others and a RST do not move it; what is before the range comes in from the left.
 */
static void test_picture_add_window(void **state)
{
    struct picture_trace *traces = calloc(2, sizeof *traces);
    struct picture picture = {
        .from_ns = 100, .to_ns = 1000, .traces = traces, .traces_count = 2, .dir = 0};
    const struct picture_segment seen[] = {
        {.dir = 1, .ts_ns = 50, .has_ack = true, .ack_off = 1,        .win = 500,             .flags = TCP_SYN},
        {.dir = 1,        .ts_ns = 110,            .has_ack = true,        .ack_off = 1000, .win = 500},
        {.dir = 1,        .ts_ns = 120,            .has_ack = true,        .ack_off = 900, .win = 500 },
        {.dir = 0,        .ts_ns = 130,            .has_ack = true,        .ack_off = 5000, .win = 500},
        {.dir = 1,        .ts_ns = 140,            .has_ack = true,        .ack_off = 2000, .flags = TCP_RST },
        {.dir = 1,        .ts_ns = 150,            .has_ack = true,        .ack_off = 1000, .win = 0},
    };
    const struct picture_segment elsewhere = {
        .dir = 1, .ts_ns = 160, .has_ack = true, .ack_off = 3000, .win = 500};

    (void)state;
    picture.window.known = true;
    picture.window.scale[1] = 3;
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        picture_add(&picture, 0, &seen[i]);
    picture_add(&picture, 1, &elsewhere);
    assert_int_equal(picture.window.first, 501);
    assert_int_equal(picture.window.steps_count, 2);
    assert_int_equal(picture.window.steps[0].off, 1000 + (500 << 3));
    assert_int_equal(picture.window.steps[1].ts_ns, 150);
    assert_int_equal(picture.window.steps[1].off, 1000);
    picture_done(&picture);
}

/* The other direction stands on its ACK line, and what was acknowledged before the range counts. */
static void test_picture_add_other_direction(void **state)
{
    struct picture_trace *trace = calloc(1, sizeof *trace);
    struct picture picture = {
        .dir = 1, .from_ns = 100, .to_ns = 200, .traces = trace, .traces_count = 1};
    struct picture_segment ack = {
        .id = 1, .ts_ns = 50, .off = 7, .has_ack = true, .ack_off = 5000, .flags = TCP_ACK};
    struct picture_segment rst = {.id = 2, .ts_ns = 150, .off = 7, .flags = TCP_RST};

    (void)state;
    picture_add(&picture, 0, &ack);
    picture_add(&picture, 0, &rst);
    assert_int_equal(trace->level_first, 5000);
    assert_int_equal(trace->steps_count, 0);
    assert_int_equal(picture.marks[MARK_RST_CLIENT].count, 1);
    assert_int_equal(picture.marks[MARK_RST_CLIENT].items[0].off, 5000);
    picture_done(&picture);
}

/* A segment seen at two points is one row; one that was cut on the way is two. */
static void test_ladder_add_sightings(void **state)
{
    struct ladder ladder = {0};
    const struct picture_segment seen[] = {
        {.id = 1,      .ts_ns = 10, .len = 3000     },
        { .id = 2, .ts_ns = 11, .len = 1500, .seen_before = 1},
        { .id = 3, .ts_ns = 12, .len = 1500, .seen_before = 1},
    };

    (void)state;
    ladder_add(&ladder, 0, &seen[0]);
    ladder_add(&ladder, 1, &seen[1]);
    ladder_add(&ladder, 1, &seen[2]);
    ladder_add_icmp(&ladder, 1, 5, 7, 64, memory_copy_text("'ICMP'"));
    ladder_sort(&ladder);
    assert_int_equal(ladder.count, 3);
    assert_true(ladder.rows[0].is_icmp);
    assert_int_equal(ladder.rows[1].sightings[0].segment, 1);
    assert_int_equal(ladder.rows[1].sightings[1].segment, 2);
    assert_false(ladder.rows[1].seen_before);
    assert_int_equal(ladder.rows[2].sightings[0].segment, 0);
    assert_int_equal(ladder.rows[2].sightings[1].segment, 3);
    assert_true(ladder.rows[2].seen_before);
    ladder_done(&ladder);
}

/* A second text at the same spot moves away; one at the right edge turns to the left. */
static void test_label_grid_place_no_overlap(void **state)
{
    struct label_grid *grid = calloc(1, sizeof *grid);
    struct label_place first = label_grid_place(grid, 0.5, 0.5, 0.2);
    struct label_place left = label_grid_place(grid, 0.5, 0.5, 0.2);
    struct label_place third = label_grid_place(grid, 0.5, 0.5, 0.2);
    struct label_place edge = label_grid_place(grid, 0.95, 0.2, 0.2);

    (void)state;
    assert_true(first.y == 0.5 && !first.leftward);
    assert_true(left.y == 0.5 && left.leftward);
    assert_true(third.y < 0.5);
    assert_true(edge.leftward);
    free(grid);
}

/* A case that was tampered with: no difference of two integers overflows. */
static void test_query_int_extremes(void **state)
{
    struct report report = {.path = ":memory:"};
    struct error err;
    struct query q;

    (void)state;
    assert_int_equal(sqlite3_open(report.path, &report.db), SQLITE_OK);
    query_open(&q, &report, "SELECT ~9223372036854775807, 9223372036854775807, -1, 'a', NULL",
               &err);
    assert_true(query_next(&q));
    assert_int_equal(query_int(&q, 0), -(INT64_MAX / 2));
    assert_int_equal(query_int(&q, 1), INT64_MAX / 2);
    assert_int_equal(query_int(&q, 2), -1);
    assert_int_equal(query_int(&q, 3), 0);
    assert_int_equal(query_int(&q, 4), 0);
    assert_int_equal(query_close(&q), STATUS_OK);
    sqlite3_close(report.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_write_unsafe_characters),
        cmocka_unit_test(test_text_write_cut),
        cmocka_unit_test(test_query_int_extremes),
        cmocka_unit_test(test_text_write_markdown),
        cmocka_unit_test(test_text_write_code),
        cmocka_unit_test(test_text_write_html),
        cmocka_unit_test(test_text_write_mermaid),
        cmocka_unit_test(test_text_write_gnuplot),
        cmocka_unit_test(test_text_write_rule_code_spans),
        cmocka_unit_test(test_text_count_thousands),
        cmocka_unit_test(test_csv_write_text_formula),
        cmocka_unit_test(test_csv_write_text_other_separators),
        cmocka_unit_test(test_csv_write_long_lines),
        cmocka_unit_test(test_time_text_formats),
        cmocka_unit_test(test_time_text_parse_numbers),
        cmocka_unit_test(test_time_range_apply_ends),
        cmocka_unit_test(test_time_range_check_wrong),
        cmocka_unit_test(test_segment_line_write_as_tcpdump),
        cmocka_unit_test(test_segment_line_flags_letters),
        cmocka_unit_test(test_axis_for_round_steps),
        cmocka_unit_test(test_picture_add_many_segments),
        cmocka_unit_test(test_picture_add_other_direction),
        cmocka_unit_test(test_picture_add_sack),
        cmocka_unit_test(test_picture_add_window),
        cmocka_unit_test(test_ladder_add_sightings),
        cmocka_unit_test(test_label_grid_place_no_overlap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
