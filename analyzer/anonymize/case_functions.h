/* SQL functions that give other addresses, for case_copy.c. */
#ifndef CASE_FUNCTIONS_H
#define CASE_FUNCTIONS_H

#include <sqlite3.h>

#include "anonymize/anonymizer.h"

/* Adds anonymous_address(text), anonymous_port(number), anonymous_remark(kind, text) and
 * anonymous_ip_header(ip, tcp), anonymous_tcp_header(ip, tcp), which rewrite the blobs of table
 * `syn`. A result code of SQLite; `anonymizer` is borrowed until `db` is closed. */
int case_functions_add(sqlite3 *db, const struct anonymizer *anonymizer);

#endif
