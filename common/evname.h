/* The letters that supervisors write to event/ directories, as words. Pure. */
#ifndef SV_EVNAME_H
#define SV_EVNAME_H

/* "up" for 'u' and so on; NULL for what is none of s u U d D O x. */
const char *evname_word(char letter);

#endif
