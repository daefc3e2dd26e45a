/* New numbers in the texts of passwd and group. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "remap.h"

#define PASSWD "root:x:0:0:root:/root:/bin/sh\napp:x:10000:10000:the application:/home/app:/bin/sh\n" \
	"helper:x:7:10000::/:/bin/false\napple:x:10001:10001::/:/bin/sh\n"

static void expect_passwd(const char *text, uint32_t uid, uint32_t from, uint32_t to, const char *want)
{
	int changed;
	char *got = remap_passwd(text, "app", uid, from, to, &changed);

	cr_assert(got);
	cr_expect_str_eq(got, want);
	cr_expect_eq(changed, strcmp(text, want) != 0);
	free(got);
}

Test(remap, the_user_gets_the_uid_and_his_group_s_members_the_gid)
{
	expect_passwd(PASSWD, 99, REMAP_NONE, REMAP_NONE, "root:x:0:0:root:/root:/bin/sh\n"
		"app:x:99:10000:the application:/home/app:/bin/sh\nhelper:x:7:10000::/:/bin/false\n"
		"apple:x:10001:10001::/:/bin/sh\n");
	expect_passwd(PASSWD, 99, 10000, 100, "root:x:0:0:root:/root:/bin/sh\n"
		"app:x:99:100:the application:/home/app:/bin/sh\nhelper:x:7:100::/:/bin/false\napple:x:10001:10001::/:/bin/sh\n");
	expect_passwd(PASSWD, 10000, 10000, 10000, PASSWD);
	expect_passwd(PASSWD, REMAP_NONE, REMAP_NONE, REMAP_NONE, PASSWD);
}

Test(remap, lines_that_are_none_stay_as_they_are)
{
	expect_passwd("", 99, 1, 2, "");
	expect_passwd("app", 99, 1, 2, "app");
	expect_passwd("\n:\n::::\napp:x\n+::::::\napp:x:1:1", 99, 1, 2, "\n:\n::::\napp:x\n+::::::\napp:x:99:2");
}

Test(remap, a_group_gets_the_gid_and_keeps_its_members)
{
	int changed;
	char *got = remap_group("root:x:0:\napp:x:10000:a,b\napps:x:10000:\n", "app", 100, &changed);

	cr_expect_str_eq(got, "root:x:0:\napp:x:100:a,b\napps:x:10000:\n");
	cr_expect(changed);
	free(got);
	got = remap_group("app:x:100:a,b", "app", 100, &changed);
	cr_expect_str_eq(got, "app:x:100:a,b");
	cr_expect_not(changed);
	free(got);
}

Test(remap, numbers_are_digits_from_1_to_65534)
{
	static const char *const bad[] = { "", "0", "00", "65535", "99999", "123456", "-1", "+1", " 1", "1 ", "1a",
		"0x10", "1.0" };

	cr_expect_eq(remap_number("1"), 1);
	cr_expect_eq(remap_number("99"), 99);
	cr_expect_eq(remap_number("65534"), 65534);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_eq(remap_number(bad[i]), REMAP_NONE, "'%s'", bad[i]);
}

Test(remap, the_first_variable_that_is_set_and_not_empty_counts)
{
	char a[] = "A=", b[] = "B=7", c[] = "C=8", name[80];
	char *env[] = { a, b, c, NULL };

	cr_expect_str_eq(remap_variable("A, B,C", env, name, sizeof(name)), "7");
	cr_expect_str_eq(name, "B");
	cr_expect_null(remap_variable("A, D", env, name, sizeof(name)));
	cr_expect_null(remap_variable("", env, name, sizeof(name)));
}
