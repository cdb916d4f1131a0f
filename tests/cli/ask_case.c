/* Prints what a query on a case database gives, for the command-line tests: a row a line, columns
 * separated by `|`, nothing for NULL.
 *
 * usage: ask_case CASE.db QUERY */
#include <sqlite3.h>
#include <stdio.h>

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

    if (argc != 3) {
        fprintf(stderr, "usage: ask_case CASE.db QUERY\n");
        return 2;
    }
    result = sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, argv[2], print_row, NULL, NULL);
    if (result != SQLITE_OK)
        fprintf(stderr, "%s: %s\n", argv[1], sqlite3_errmsg(db));
    sqlite3_close(db);
    return result == SQLITE_OK ? 0 : 1;
}
