/*
 * hexad-catch-all: the program of s6-svscan-log under /init, by way of its run script's first line. The script says
 * whom to become and what s6-log is to do; standard input is the service's FIFO. What s6-log prints goes to the
 * container's standard error, which the supervisor gives to this service alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "msg.h"
#include "uidgid.h"

#define TEXT_MAX 8192
#define WORDS_MAX 16

/* The rest of the line of text that begins with key and a blank, ended by a NUL; NULL. */
static char *line_of(char *text, const char *key)
{
	size_t len = strlen(key);

	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) == 0 && line[len] == ' ') {
			char *value = line + len + 1;

			value[strcspn(value, "\n")] = '\0';
			return value;
		}
	}
	return NULL;
}

/* The supervisor holds it open both ways, so that this does not wait. */
static void open_input(void)
{
	int fd = fdio_open(AT_FDCWD, "fifo", O_RDONLY, 0);

	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		msg_die(EXIT_SYSTEM, fd < 0 ? fd : errno, "unable to open the FIFO");
	if (fd > STDERR_FILENO)
		(void)close(fd);
	if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to write to the console");
}

int catch_all_main(int argc, char **argv)
{
	static char text[TEXT_MAX], copy[TEXT_MAX];
	char *words[WORDS_MAX + 4] = { (char[]){ "s6-log" }, (char[]){ "-bp" }, (char[]){ "--" } };
	int n = 3;
	char **script, *user, *log;
	ssize_t len;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &script);
	len = fdio_read_file(AT_FDCWD, script[0], text, sizeof(text) - 1);
	if (len < 0)
		msg_die(EXIT_SYSTEM, (int)len, "unable to read %s", script[0]);
	memcpy(copy, text, sizeof(copy));
	user = line_of(copy, "user");
	log = line_of(text, "log");
	if (!user || !log)
		msg_die(EXIT_USAGE, 0, "there is no user or no log line in %s", script[0]);
	open_input();
	if (strcmp(user, "-") != 0)
		uidgid_become(user);
	for (char *w = strtok(log, " "); w && n < WORDS_MAX + 3; w = strtok(NULL, " "))
		words[n++] = w;
	words[n] = NULL;
	return applet_call_as("s6-log", "s6-svscan-log", n, words);
}
