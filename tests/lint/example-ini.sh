#!/bin/bash
#
# rootfs/image/etc/hexad.ini names every setting with its default, and no other.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T_ROOT" || exit 1

# "section.key = value", from the table and from the example.
table() {
	sed -nE 's/^(STRING|ENUM|UINT|BOOL)\("([a-z]+)", "([a-z_]+)",.*"([^"]*)"\)$/\2.\3 = \4/p' supervisor/config.def
}

example() {
	sed -nE '/^\[/{s/[][]//g;h}; /^; [a-z_]+ =/{s/^; //;G;s/^(.*)\n(.*)$/\2.\1/;p}' rootfs/image/etc/hexad.ini
}

t_like "the table is read" "$(table)" '^app\.home = /opt/data$'
t_is "the example has every setting, in the same order" "$(example | sed 's/ *$//')" "$(table | sed 's/ *$//')"
t_done
