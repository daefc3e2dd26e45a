#include "rc_int.h"
void api_rc_over(struct rc *rc, int code) { (void)rc; (void)code; }
void api_rc_say(struct rc *rc, unsigned int level, const char *text) { (void)rc; (void)level; (void)text; }
