/*
 * The main of a fuzz target without libFuzzer:
 *
 *	NAME CORPUS ROUNDS
 *
 * gives the target each file of the directory CORPUS, then ROUNDS inputs made from them by small changes. These are the same
 * in each run. A target ends the process (abort, a sanitizer) at what must not be.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "fuzz.h"

#define FILES_MAX 256
#define INPUT_MAX 4096

struct input {
	uint8_t data[INPUT_MAX];
	size_t size;
};

static struct input *corpus[FILES_MAX];
static unsigned int n;
static uint64_t state = 88172645463325252U;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void load(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[4096];
	FILE *f;

	while (d && (e = readdir(d)) && n < FILES_MAX) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		corpus[n] = calloc(1, sizeof(*corpus[n]));
		if (corpus[n])
			corpus[n]->size = fread(corpus[n]->data, 1, INPUT_MAX, f);
		n += corpus[n] != NULL;
		(void)fclose(f);
	}
	if (d)
		(void)closedir(d);
}

/* One change: a byte, a piece taken away, a piece of another input put in. */
static void change(struct input *in)
{
	const struct input *from = corpus[next() % n];
	size_t at = in->size ? next() % in->size : 0, len;

	switch (next() % 3) {
	case 0:
		if (in->size)
			in->data[at] = (uint8_t)(next() % 2 ? next() : from->data[next() % INPUT_MAX]);
		break;
	case 1:
		len = in->size ? next() % (in->size - at) : 0;
		memmove(in->data + at, in->data + at + len, in->size - at - len);
		in->size -= len;
		break;
	default:
		len = from->size ? next() % from->size : 0;
		if (in->size + len > INPUT_MAX)
			return;
		memmove(in->data + at + len, in->data + at, in->size - at);
		memcpy(in->data + at, from->data + next() % (from->size - len + 1), len);
		in->size += len;
	}
}

int main(int argc, char **argv)
{
	static struct input in;
	unsigned long rounds;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: %s corpus rounds\n", argv[0]);
		return 100;
	}
	load(argv[1]);
	if (n == 0) {
		(void)fprintf(stderr, "%s: nothing in %s\n", argv[0], argv[1]);
		return 111;
	}
	rounds = strtoul(argv[2], NULL, 10);
	for (unsigned int i = 0; i < n; i++)
		(void)LLVMFuzzerTestOneInput(corpus[i]->data, corpus[i]->size);
	for (unsigned long i = 0; i < rounds; i++) {
		in = *corpus[next() % n];
		for (uint64_t changes = 1 + next() % 4; changes > 0; changes--)
			change(&in);
		(void)LLVMFuzzerTestOneInput(in.data, in.size);
	}
	(void)printf("%u files, %lu inputs made from them\n", n, rounds);
	return 0;
}
