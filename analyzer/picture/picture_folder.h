/* Folders in which pictures are made and kept. */
#ifndef PICTURE_FOLDER_H
#define PICTURE_FOLDER_H

#include "base/error.h"

/* Makes a temporary folder in the folder `dir`: on the same file system, so that what is made
 * there can be renamed. Caller ends with picture_folder_remove() and free(). */
enum status picture_folder_make(const char *dir, char **folder, struct error *err)
    __attribute__((warn_unused_result));

/* Removes a temporary folder with the files in it. NULL is fine. */
void picture_folder_remove(const char *folder);

/* Removes connection-N.png, ttl.svg and the like, and nothing else, from a folder that may not
 * exist. */
void picture_folder_clear(const char *folder);

/* Renames `name` followed by `suffix` in the folder `folder` to the path `to`. */
enum status picture_folder_move(const char *folder, const char *name, const char *suffix,
                                const char *to, struct error *err)
    __attribute__((warn_unused_result));

#endif
