/* Readiness in datagrams: exactly one line of them, wherever it stands. */
#include <criterion/criterion.h>

#include "../../shim/notify_text.c"

Test(notify_text, finds_the_line_anywhere_and_nothing_like_it)
{
	static const struct {
		const char *text;
		bool ready;
	} rows[] = {
		{ "READY=1", true }, { "READY=1\n", true }, { "STATUS=up\nREADY=1\nMAINPID=4", true },
		{ "STATUS=up\nREADY=1", true }, { "\n\nREADY=1", true }, { "", false }, { "\n", false },
		{ "READY=0", false }, { "READY=10", false }, { "READY=1 ", false }, { " READY=1", false },
		{ "READY=", false }, { "XREADY=1", false }, { "STATUS=READY=1", false }, { "READY=1\r\n", false },
		{ "STOPPING=1\nREADY=1x\n", false }, { "ready=1", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(notify_text_is_ready(rows[i].text, strlen(rows[i].text)), rows[i].ready, "'%s'",
			rows[i].text);
}

Test(notify_text, reads_nothing_behind_the_end)
{
	static const char text[] = "READY=1\nREADY=1";

	for (size_t len = 0; len < sizeof(text); len++)
		cr_expect_eq(notify_text_is_ready(text, len), len >= 7, "%zu bytes", len);
	cr_expect_not(notify_text_is_ready("READY=1", 6));
}
