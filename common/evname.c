#include "evname.h"

#include <stddef.h>

const char *evname_word(char letter)
{
	switch (letter) {
	case 's':
		return "supervised";
	case 'u':
		return "up";
	case 'U':
		return "ready";
	case 'd':
		return "exited";
	case 'D':
		return "down";
	case 'O':
		return "failed";
	case 'x':
		return "unsupervised";
	default:
		return NULL;
	}
}
