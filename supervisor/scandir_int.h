/* Between scandir_open.c, which places the watches, and scandir.c, which is called by them. */
#ifndef HEXAD_SCANDIR_INT_H
#define HEXAD_SCANDIR_INT_H

#include <uv.h>

void scandir_on_control(void *sv);
void scandir_on_watch(void *sv);
void scandir_on_timer(uv_timer_t *t);

#endif
