/* The system's book of logins and shutdowns, which last(1) reads. */
#ifndef SV_WTMP_H
#define SV_WTMP_H

/* Appends that it goes down as how says ('r': to come back) to /var/log/wtmp. Without that file, or the right: nothing. */
void wtmp_shutdown(char how);

#endif
