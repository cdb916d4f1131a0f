/* Prints what a query on a case database gives, for the command-line tests: a row a line, columns
 * separated by `|`, nothing for NULL.
 *
 * usage: ask_case [-w] CASE.db QUERY
 *
 * -w: the query may change the case. */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int print_row(void *context, int columns, char **values, char **names)
{
    (void)context;
    (void)names;
    for (int i = 0; i < columns; i++)
        printf("%s%s", i > 0 ? "|" : "", values[i] ? values[i] : "");
    putchar('\n');
    return 0;
}

int main(int argc, char **argv)
{
    sqlite3 *db = NULL;
    int result;

    bool writes = argc == 4 && strcmp(argv[1], "-w") == 0;

    if (argc != 3 && !writes) {
        fprintf(stderr, "usage: ask_case [-w] CASE.db QUERY\n");
        return 2;
    }
    argv += writes;
    result =
        sqlite3_open_v2(argv[1], &db, writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, argv[2], print_row, NULL, NULL);
    if (result != SQLITE_OK)
        fprintf(stderr, "%s: %s\n", argv[1], sqlite3_errmsg(db));
    sqlite3_close(db);
    return result == SQLITE_OK ? 0 : 1;
}
