/* s6-echo: prints its arguments. */
#include <stdbool.h>
#include <unistd.h>

#include "applet.h"
#include "out.h"

int echo_main(int argc, char **argv)
{
	const char *separator = " ";
	struct buf out = BUF_INIT;
	bool newline = true;
	char **word;
	int c;

	while ((c = applet_option(argc, argv, "ns:")) != -1) {
		if (c == 'n')
			newline = false;
		else
			separator = optarg;
	}
	(void)applet_operands(argc, argv, &word);
	for (char **w = word; *w; w++) {
		if (w > word)
			buf_add_text(&out, separator);
		buf_add_text(&out, *w);
	}
	if (newline)
		buf_add(&out, "\n", 1);
	out_end(&out);
	return 0;
}
