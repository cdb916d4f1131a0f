#include "case/findings.h"

static const char rank_sql[] =
    "CREATE TEMP TABLE worst (place INTEGER PRIMARY KEY, finding_id INTEGER NOT NULL,"
    " rule_id TEXT NOT NULL, connection_id INTEGER);"
    "INSERT INTO worst (finding_id, rule_id, connection_id)"
    " SELECT f.id, f.rule_id, f.connection_id FROM finding f JOIN rule r ON r.id = f.rule_id"
    " ORDER BY " SEVERITY_RANK(
        "f.severity") ", r.kind <> 'diagnosis', f.confidence DESC, f.id;"
                      "CREATE INDEX temp.worst_by_rule ON worst (rule_id, place);"
                      "CREATE INDEX temp.worst_by_connection ON worst (connection_id, place);";

enum status findings_rank(const struct report *report, struct error *err)
{
    if (sqlite3_exec(report->db, rank_sql, NULL, NULL, NULL) == SQLITE_OK)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT, "%s: %s", report->path, sqlite3_errmsg(report->db));
}
