#!/bin/bash
# The fuzz targets take their corpus, with all that was ever found, and many small changes of it.
. "$(dirname "$0")/../lib/tap.sh"

for source in "$T_ROOT"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	name=${name#fuzz_}
	t_ok "$name" "$B/fuzz/$name" "$T_ROOT/tests/fuzz/corpus/$name" 20000
	t_comment "$(cat "$T/.out")"
done
t_done
