/*
 * Linked into the clients of a sanitizer build. To look for leaks takes three times as long as all else that a short client
 * does, and what it has not freed at its end is of no account to anybody; so that is only done where T_LEAKS is set, which the
 * runner does for scripts with a line "# sanitizer: leaks, WHAT". In hexad and in the unit tests it is always done.
 */
#include <stdlib.h>

int __lsan_is_turned_off(void); /* asked by the library that finds leaks */

int __lsan_is_turned_off(void)
{
	return getenv("T_LEAKS") == NULL;
}
