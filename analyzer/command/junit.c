#include "command/junit.h"

static void write_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            /* Control characters have no place in XML, escaped or not. */
            fputc((unsigned char)*text < 0x20 ? '?' : *text, out);
        }
    }
}

void junit_write(FILE *out, const struct junit_case *cases, size_t count)
{
    size_t failures = 0;

    for (size_t i = 0; i < count; i++)
        failures += cases[i].result == SAMPLE_DIFFERS || cases[i].result == SAMPLE_FAILED;
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"tcpmortem regress\" tests=\"%zu\" failures=\"%zu\">\n",
            count, failures);
    for (size_t i = 0; i < count; i++) {
        fputs("  <testcase classname=\"samples\" name=\"", out);
        write_text(out, cases[i].name);
        fprintf(out, "\" time=\"%.3f", cases[i].seconds);
        if (cases[i].result == SAMPLE_DIFFERS || cases[i].result == SAMPLE_FAILED) {
            fputs("\"><failure message=\"", out);
            write_text(out, cases[i].message ? cases[i].message
                                             : "the findings differ from expected.csv");
            fputs("\"/></testcase>\n", out);
        } else {
            fputs("\"/>\n", out);
        }
    }
    fputs("</testsuite>\n", out);
}
