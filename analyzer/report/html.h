/* The parts of report.html that are more than their Markdown. Each writes whole elements. */
#ifndef HTML_H
#define HTML_H

#include "report/writers.h"

report_writer html_verdict;
report_writer html_graph;
report_writer html_findings;
report_writer html_connections;
report_writer html_charts;

#endif
