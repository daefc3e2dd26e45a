#!/bin/bash
# timeout: 300
# s6-instance-maker and s6-usertree-maker: the same files, byte for byte but for the directories of programs, the same codes and
# messages; what is refused here and taken by Debian's is a row at the end.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

mkdir -m 755 "$T/template" "$T/template/tpl" "$T/template/tpl/data"
cd "$T/template" || exit 1
echo '#!/bin/sh' >tpl/run
chmod 755 tpl/run
ln -s nowhere tpl/data/link
mkfifo tpl/fifo
mkdir -m 1777 tpl/event
touch tpl/.hidden tpl/down file
chmod 640 tpl/.hidden
chmod 2750 tpl/data
template='spawn cp -a "$T"/template/. .'
COMPAT_SHOW=texts

# Without the places where Debian has its programs.
both() {
	local desc=$1

	shift
	compat_files_but "$desc" 's#/usr/lib/execline/bin/##g; s#/usr/bin/s6-#s6-#g' "$template" "$@"
}

instance() {
	both "instance-maker $*" s6-instance-maker "$@"
}
while IFS= read -r args; do
	read -ra words <<<"$args"
	instance "${words[@]}"
done <<'END'
tpl out
-c 0 tpl out
-c 1 tpl out
-c 2 tpl out
-c 90000 tpl out
-c 90001 tpl out
-c 4294967296 tpl out
-c x tpl out
-u nobody tpl out
-u 10:20 tpl out
-u é tpl out
-L /var/log/x tpl out
-L /v"a\r$x tpl out
-L relative tpl out
-u nobody -l daemon -L /log -t 3 -n 5 -s 4096 -S 99999 -P pfx tpl out
-t 0 -L /log tpl out
-t 2 -L /log tpl out
-t 4 -L /log tpl out
-t x -L /log tpl out
-n 0 -s 0 -S 0 -L /log tpl out
-n -1 -L /log tpl out
-s 999999999999 -L /log tpl out
-S 18446744073709551615 -L /log tpl out
-S 18446744073709551616 -L /log tpl out
-r s tpl out
-r s/l -L /log tpl out
-r s/l/p -l nobody -u daemon -L /log tpl out
-r s/l tpl out
-r s -L /log tpl out
-r s/ tpl out
-r s// tpl out
-r s//p tpl out
-r s/l/ -L /log tpl out
-r /l tpl out
-r a/b/c/d -L /log tpl out
-r a/b/c/ -L /log tpl out
-l daemon tpl out
-t 1 tpl out
tpl out ignored
tpl no/such
tpl tpl
tpl out/
tpl
-x tpl out
--help
END
instance
both "control characters in a path" s6-instance-maker -L $'/new\nline\t\x01' tpl out
instance -P "" -L /log tpl out
instance -u "a b" tpl out
instance tpl ""
plain=$template
template+="; umask 077"
both "umask 077" s6-instance-maker -L /log tpl out
template=$plain

usertree() {
	both "usertree-maker $*" s6-usertree-maker "$@"
}
while IFS= read -r args; do
	read -ra words <<<"$args"
	usertree "${words[@]}"
done <<'END'
ska /logs out
-d /scan/${UID} ska /logs out
-d ${HOME}/x ska /logs out
-d ${HOME} ska /logs out
-d relative ska /logs out
-p ${HOME}/bin:/bin ska /logs out
-E /env ska /logs out
-E relative ska /logs out
-E /env -e A -e B ska /logs out
-E /env -e A=b ska /logs out
-e A ska /logs out
-r s/l ska /logs out
-r s/l/p -l nobody ska /logs out
-r s ska /logs out
-r s/ ska /logs out
-r s//p ska /logs out
-r s/l/ ska /logs out
-r s/l/p/q ska /logs out
-r /l ska /logs out
-l nobody -t 3 -n 5 -s 4096 -S 99999 -P pfx ska /logs out
-t 0 ska /logs out
-t 2 ska /logs out
-t 4 ska /logs out
-n x ska /logs out
é /logs out
-E /e"f -e V"W -p x"z\w us"er /lo"g out
ska logs out
ska /logs tpl
ska /logs no/out
ska /logs out ignored
ska /logs
-x ska /logs out
--help
END
usertree -d '/a b' -p 'c d' -E '/e f' -e 'V W' 'us er' '/lo g' out
usertree -p "" ska /logs out
usertree -d "" ska /logs out
usertree ska "" out

# Debian's takes these and writes what cannot work, or leaves half of it behind.
refused() {
	local desc=$1 want=$2

	shift 2
	compat_try ours "$template" "$@"
	t_is "$desc" "$(sed -n '1p;3p' <<<"$C_ALL") $(find "$T/w" -name out)" "$want "
}
refused "no template" $'code 111\ns6-instance-maker: fatal: unable to copy file hierarchy from none to out/template: No such file or directory' \
	s6-instance-maker none out
refused "a file for a template" \
	$'code 111\ns6-instance-maker: fatal: unable to copy file hierarchy from file to out/template: Not a directory' \
	s6-instance-maker file out
refused "an empty name" $'code 100\ns6-instance-maker: fatal: service name cannot be empty' s6-instance-maker -r "" tpl out
refused "the same name twice" $'code 111\ns6-instance-maker: fatal: unable to mkdir out/a: File exists' \
	s6-instance-maker -r a/a -L /log tpl out
refused "no user" $'code 100\ns6-usertree-maker: fatal: invalid user' s6-usertree-maker "" /logs out
refused "no variable" $'code 100\ns6-usertree-maker: fatal: invalid variable name: ' s6-usertree-maker -E /e -e "" u /logs out
# A prefix with blanks is one word of the script.
compat_try ours "$template" s6-instance-maker -P 'a b"c' -L /log tpl out
t_is "a prefix is quoted where it must be" "$(grep -o 'p".*' "$T/w/out/log/run")" 'p"a b\"c" "/log"'

# Both kinds of trees run what was written, with the instance's tree inside.
if command -v execlineb >/dev/null; then
	for kind in $(compat_trees); do
		s=$T/$kind
		mkdir "$s"
		t_service "$T" "tpl-$kind"
		compat_run ours s6-instance-maker "$T/tpl-$kind" "$s/made"
		compat_tree "$kind" "$s"
		t_ok "$kind: its tree comes up" "$DEBIAN_S6/s6-svwait" -U -t 10000 "$s/made"
		compat_run ours s6-instance-create -t 10000 "$s/made" i
		t_is "$kind: it takes an instance" "$C_CODE $C_ERR" "0 "
		compat_run ours s6-instance-delete -t 10000 "$s/made" i
		t_is "$kind: and lets it go" "$C_CODE $C_ERR $(ls "$s/made/instances")" "0  "
		"$DEBIAN_S6/s6-svc" -wD -T 10000 -d "$s/made"
		compat_tree_end
	done
else
	t_skip "trees run what was written" "there is no execlineb"
fi
t_done
