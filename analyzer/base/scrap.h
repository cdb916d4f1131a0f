/* What is half-written: files and folders that have to go if the program is interrupted. */
#ifndef SCRAP_H
#define SCRAP_H

/* From now on `path` (copied) is half-written. */
void scrap_add(const char *path);

/* It is whole, or gone. Nothing happens if it was not told. */
void scrap_forget(const char *path);

/* Removes all that is half-written, folders with what is in them. Nothing can be added any more: to
 * be called when the program is about to end. */
void scrap_remove_all(void);

#endif
