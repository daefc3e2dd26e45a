#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "startas.h"

static char text[STARTAS_MAX + 2]; /* and one group more */
static struct ids ids, back;

Test(startas, what_is_written_is_read_again)
{
	int fd = -1;

	ids = (struct ids){ .uid = 10000, .gid = 4294967294u, .ngroups = 3, .groups = { 4294967294u, 0, 20 } };
	cr_assert_eq(startas_write(text, 9, &ids), strlen(text));
	cr_expect_str_eq(text, "9:10000:4294967294:4294967294,0,20");
	cr_assert_eq(startas_parse(text, &fd, &back), 0);
	cr_expect_eq(fd, 9);
	cr_expect_eq(back.uid, ids.uid);
	cr_expect_eq(back.gid, ids.gid);
	cr_expect_eq(back.ngroups, ids.ngroups);
	cr_expect_eq(memcmp(back.groups, ids.groups, 3 * sizeof(gid_t)), 0);
}

Test(startas, as_many_groups_as_there_may_be_fit)
{
	int fd;

	ids = (struct ids){ .uid = 4294967294u, .gid = 4294967294u, .ngroups = IDS_GROUPS_MAX };
	for (unsigned int i = 0; i < IDS_GROUPS_MAX; i++)
		ids.groups[i] = 4294967294u - i;
	cr_assert_lt(startas_write(text, 2147483647, &ids), STARTAS_MAX);
	cr_assert_eq(startas_parse(text, &fd, &back), 0);
	cr_expect_eq(fd, 2147483647);
	cr_expect_eq(memcmp(&back, &ids, sizeof(ids)), 0);
	strcat(text, ",1");
	cr_expect_eq(startas_parse(text, &fd, &back), -EINVAL, "one more");
}

Test(startas, no_group_at_all_is_a_list)
{
	int fd;

	ids = (struct ids){ .uid = 7, .gid = 8 };
	startas_write(text, 3, &ids);
	cr_expect_str_eq(text, "3:7:8:");
	cr_assert_eq(startas_parse(text, &fd, &back), 0);
	cr_expect_eq(back.ngroups, 0);
}

Test(startas, everything_else_is_refused)
{
	static const char *const bad[] = { "", ":", "3", "3:", "3:7", "3:7:8", "x:7:8:", "3:-7:8:", "3:7: 8:", "3:4294967296:8:",
		"2147483648:7:8:", "3:7:8:,", "3:7:8:1,", "3:7:8:1,,2", "3:7:8:1:2", "3:7:8:1,2:", "3:7:8:1 2", "3,7:8:",
		"3:7,8:", "::8:" };
	int fd;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_eq(startas_parse(bad[i], &fd, &back), -EINVAL, "'%s'", bad[i]);
}
