#include "report/parts.h"

#include "report/html.h"
#include "report/markdown.h"

/* A new part is a line here: its Markdown is enough for both. In the page the graph stands for the
 * pictures of connections, and tables that can be sorted and filtered for those of the worst rows.
 */
static const struct report_part parts[] = {
    {markdown_verdict,       html_verdict    },
    {markdown_first_picture, html_graph      },
    {markdown_what_happened, NULL            },
    {markdown_pictures,      html_charts     },
    {markdown_findings,      html_findings   },
    {markdown_failed,        html_connections},
    {markdown_contrast,      NULL            },
    {markdown_captures,      NULL            },
    {markdown_clocks,        NULL            },
    {markdown_delays,        NULL            },
    {markdown_remarks,       NULL            },
    {markdown_reproduce,     NULL            },
};

const struct report_part *report_parts(size_t *count)
{
    *count = sizeof parts / sizeof *parts;
    return parts;
}
