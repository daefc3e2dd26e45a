/* s6-svc as a part of other commands. */
#ifndef SV_SVC_H
#define SV_SVC_H

#define SVC_MAX 62 /* letters in one call; s6's limit */

struct svc_options {
	char letters[SVC_MAX];
	unsigned int n;
	char wait; /* the letter of -w, 0 without */
	unsigned int ms;
};

/* Reads s6-svc's options, but for the letters in without. */
void svc_parse(int argc, char **argv, const char *without, struct svc_options *opt);

/* Sends, and waits if that is asked for. Returns the exit code. */
int svc_run(char *const *dirs, unsigned int n, struct svc_options *opt);

#endif
