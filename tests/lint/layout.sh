#!/bin/bash
#
# Layout that a formatter cannot argue about: width, trailing blanks, the end of a file, its size.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T_ROOT" || exit 1

c_sources() {
	find common supervisor svctl shim tests -name '*.[ch]' | sort
}

scripts() {
	find tests rootfs .ci -type f ! -name '*.[ch]' ! -name '*.def' | sort
}

# Columns with tabs of 8, counted in characters.
too_wide() {
	xargs awk '{
		line = $0; col = 0
		for (i = 1; i <= length(line); i++)
			col = substr(line, i, 1) == "\t" ? col + 8 - col % 8 : col + 1
		if (col > limit) print FILENAME ":" FNR ": " col " columns"
	}' limit="$1"
}

trailing() {
	{
		c_sources
		scripts
		echo Makefile
	} | xargs grep -nE '[ 	]+$'
}

too_long() {
	find common supervisor svctl shim -name '*.c' -exec \
		awk 'END { if (NR > 800) print FILENAME ": " NR " lines" }' {} \;
}

t_is "no line of C is wider than 130 columns" "$(c_sources | too_wide 130)" ""
t_is "no line of a script is wider than 160 columns" "$(scripts | too_wide 160)" ""
t_is "no line ends with blanks" "$(trailing)" ""
t_is "no file has more than 800 lines" "$(too_long)" ""
t_done
