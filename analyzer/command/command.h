/* The commands. Each takes its own arguments, argv[0] being its name, prints results on stdout
 * and everything else on stderr, and returns how it ended; `err` then has the line to print, or
 * is empty if all was said. */
#ifndef COMMAND_H
#define COMMAND_H

#include "base/error.h"

enum status command_analyze(int argc, char **argv, struct error *err);
enum status command_rules(int argc, char **argv, struct error *err);
enum status command_report(int argc, char **argv, struct error *err);
enum status command_contrast(int argc, char **argv, struct error *err);
enum status command_plot(int argc, char **argv, struct error *err);
enum status command_extract(int argc, char **argv, struct error *err);
enum status command_regress(int argc, char **argv, struct error *err);

#endif
