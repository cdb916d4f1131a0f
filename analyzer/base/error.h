/* What went wrong, in one line for the person at the terminal. */
#ifndef ERROR_H
#define ERROR_H

/* How a command ends; also its exit status. A capture that is cut or damaged is not an error. */
enum status {
    STATUS_OK = 0,
    STATUS_FOUND = 1,  /* done, and a finding reached --fail-on, or a regression differs */
    STATUS_USAGE = 2,  /* the command line is wrong */
    STATUS_INPUT = 3,  /* an input cannot be read at all */
    STATUS_OUTPUT = 4, /* the output cannot be written */
    STATUS_RULE = 5,   /* a rule is broken */
};

struct error {
    char text[1024]; /* one line, without a newline; starts with the file or the rule it is about */
};

/* Writes the message into `err` (cut at its size) and returns `status`, so that a function can
 * end with `return error_set(...)`. `err` may not be NULL. */
enum status error_set(struct error *err, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints one line, `tcpmortem: ` and the message, on stderr. For what is worth saying and does
 * not end the run. */
void warn_user(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
