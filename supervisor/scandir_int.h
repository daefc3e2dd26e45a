/* Between scandir_open.c, which places the watches, and scandir.c, which is called by them. */
#ifndef HEXAD_SCANDIR_INT_H
#define HEXAD_SCANDIR_INT_H

#include <stdbool.h>
#include <uv.h>

struct supervisor;

/*
 * Watches the scan directory, once there is a service in it whose removal could be noticed: the end of a process that has
 * an inotify descriptor takes the kernel as long as many a container lives. To be called before that service is opened.
 */
void scandir_watch(struct supervisor *sv);

void scandir_on_control(void *sv);
void scandir_on_watch(void *sv);
void scandir_on_timer(uv_timer_t *t);

#endif
