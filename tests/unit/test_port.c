/* SHA-256 by its published examples, and the ports that come of it. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port.h"
#include "sha256.h"

static void expect_sum(const char *text, size_t len, const char *want)
{
	uint8_t sum[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];

	sha256(sum, text, len);
	for (int i = 0; i < SHA256_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	cr_expect_str_eq(hex, want, "%zu bytes: %s", len, hex);
}

Test(sha256, published_examples)
{
	char *million = malloc(1000000);

	expect_sum("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	expect_sum("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect_sum("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', 1000000);
	expect_sum(million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	expect_sum(million, 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
	expect_sum(million, 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
	free(million);
}

Test(port, the_known_names_have_their_known_ports)
{
	static const struct {
		const char *name;
		uint32_t port;
	} rows[] = {
		{ "default", 9449 }, { "coder", 9570 }, { "a", 9610 }, { "b", 9566 }, { "assistant", 9714 }, { "writer", 9543 },
		{ "work", 9687 }, { "personal", 9355 }, { "very-long-profile-name-here", 9318 }, { "test-harness-profile", 9222 },
	};
	struct config c = { .port_base = 9200, .port_count = 600 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		cr_expect_eq(port_of(&c, rows[i].name), rows[i].port, "%s: %u", rows[i].name, port_of(&c, rows[i].name));
}

Test(port, is_given_only_where_a_variable_is_named)
{
	char env[] = "API_PORT", none[] = "", buf[80];
	struct config c = { .port_base = 9200, .port_count = 600, .port_env = none };

	port_word(&c, "coder", buf, sizeof(buf));
	cr_expect_str_eq(buf, "");
	c.port_env = env;
	port_word(&c, "coder", buf, sizeof(buf));
	cr_expect_str_eq(buf, "API_PORT=9570");
}
