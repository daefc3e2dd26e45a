#!/bin/bash
#
# The manual pages are valid, and say what the tables say: commands, options, settings, applets.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T_ROOT" || exit 1

pages="docs/svctl.1 docs/hexad.8 docs/hexad.ini.5 docs/hexad-shim.1"

if command -v mandoc >/dev/null; then
	for page in $pages; do
		t_is "mandoc is silent about $page" "$(mandoc -Tlint -Wwarning "$page" 2>&1)" ""
	done
else
	t_skip "mandoc is silent about the pages" "mandoc is not installed"
fi
t_is "every page is looked at" "$(printf '%s\n' docs/*.[1-9] | sort | tr '\n' ' ')" \
	"$(tr ' ' '\n' <<<"$pages" | sort | tr '\n' ' ')"

# Those made from a table are what the table makes now.
for page in hexad.ini.5 hexad-shim.1; do
	t_is "docs/$page is up to date (make man makes it so)" "$(diff <(docs/man.sh "$page") "docs/$page")" ""
done
table() {
	sed -nE 's/^(STRING|ENUM|UINT|BOOL)\("([a-z]+)", "([a-z_]+)",.*/\2.\3/p' supervisor/config.def
}
settings() {
	awk '/^\.Ss Section \[/ { gsub(/[][]/, ""); section = $3 } section && /^\.It Cm / { print section "." $3 }' docs/hexad.ini.5
}
t_is "hexad.ini.5 has every setting and no other" "$(settings | sort)" "$(table | sort)"
t_is "hexad-shim.1 has every command and no other" "$(sed -n 's/^\.It Cm //p' docs/hexad-shim.1)" \
	"$("$B/hexad-shim" --list)"

# svctl: names, and every word of a usage that is an option.
commands() {
	sed -nE 's/^SVCTL\(([a-z]+),.*/\1/p' svctl/commands.def
}
t_is "svctl.1 has every command and no other, in their order" \
	"$(sed -n '/^The commands are:/,/^\.El/s/^\.It Cm \([a-z]*\).*/\1/p' docs/svctl.1)" "$(commands)"
t_is "the table is in alphabetical order" "$(commands)" "$(commands | LC_ALL=C sort)"
usage_options() {
	"$B/svctl" help "$1" | head -n 1 | sed 's/svctl \[-d SCANDIR\] \(\[-t MS\]\)\?//' | grep -oE -- '(^|[[ ])-{1,2}[a-z-]+' |
		tr -d '[ ' | sort
}
page_options() {
	sed -n "s/^\\.It Cm $1\\( .*\\)\\?$/\\1/p" docs/svctl.1 | head -n 1 | grep -oE 'Fl [a-z-]+' | sed 's/^Fl /-/' | sort
}
for command in $(commands); do
	t_is "svctl.1 gives $command its options" "$(page_options "$command")" "$(usage_options "$command")"
done
long_options() {
	sed -nE 's/^OPTION\([A-Z_]+, "([a-z-]+)", (.(.).|0),.*/\1 \3/p' svctl/options.def
}
while read -r long letter; do
	t_ok "svctl.1 explains --$long" grep -qE "^\\.It .*Fl -$long( |\$)" docs/svctl.1
	[ -z "$letter" ] || t_ok "svctl.1 explains -$letter with it" grep -qE "^\\.It Fl $letter .*Fl -$long( |\$)" docs/svctl.1
done < <(long_options)
t_is "svctl.1 explains no other" "$(sed -n '/^\.Sh OPTIONS/,/^\.Sh OUTPUT/s/^\.It .*Fl -\([a-z-]*\).*/\1/p' docs/svctl.1 | sort)" \
	"$(long_options | cut -d ' ' -f 1 | sort)"
for code in $("$B/svctl" help | sed -n '/^Exit codes/,$p' | grep -oE '[0-9]+'); do
	t_ok "svctl.1 explains the exit code $code" grep -qx "\\.It $code" docs/svctl.1
done

# hexad: what --help names.
for word in $("$B/hexad" --help | sed -n '/^$/,$p' | grep -oE -- '(^|[ ,])-{1,2}[a-zA-Z-]+' | tr -d ' ,' | sort -u); do
	t_ok "hexad.8 explains $word" grep -qE "^\\.It .*Fl ${word#-}( |\$)" docs/hexad.8
done
t_done
