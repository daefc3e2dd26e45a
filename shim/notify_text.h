/* What programs write to $NOTIFY_SOCKET: lines NAME=VALUE. Pure. */
#ifndef SV_NOTIFY_TEXT_H
#define SV_NOTIFY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Is one of the lines exactly READY=1? The last one may end without a newline. */
bool notify_text_is_ready(const char *text, size_t len);

#endif
