/* Between scandir_open.c, which places the watches, and scandir.c, which is called by them. */
#ifndef HEXAD_SCANDIR_INT_H
#define HEXAD_SCANDIR_INT_H

#include <uv.h>

void scandir_on_control(uv_poll_t *p, int status, int events);
void scandir_on_watch(uv_poll_t *p, int status, int events);
void scandir_on_timer(uv_timer_t *t);

#endif
