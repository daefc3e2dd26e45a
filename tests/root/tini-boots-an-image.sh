#!/bin/bash
# tini as process 1 of an image: where there is an /init it is executed, with the words that were for tini, once; else tini keeps
# the program and collects whoever is left behind.
. "$(dirname "$0")/../lib/tap.sh"

if ! unshare -pfm true 2>/dev/null; then
	t_skip "tini as process 1" "no process namespace can be made here"
	t_done
fi
mkdir -p "$T/root/proc" "$T/root/usr" "$T/root/dev"
: >"$T/root/dev/null"
for dir in bin lib lib64 sbin; do
	[ ! -e /$dir ] || ln -s usr/$dir "$T/root/$dir"
done
cp "$B/hexad-shim" "$T/root/tini"

# Boots the directory with tini and the words as process 1.
boot() {
	# shellcheck disable=SC2016
	unshare -pfm sh -c 'mount --rbind /usr "$1/usr" && mount -t proc none "$1/proc" && cd "$1" && shift &&
		exec chroot . "$@"' - "$T/root" /tini "$@" 2>&1
}

# shellcheck disable=SC2016
t_is "without an /init: the program is its child" "$(boot -s -- sh -c 'echo $PPID')" 1
t_is "its code" "$(boot sh -c 'exit 7'; echo $?)" 7
# shellcheck disable=SC2016
t_is "orphans are collected" "$(boot bash -c 'for i in {1..300}; do (: &); done; n=1
	until [ $n = 0 ]; do n=$(grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null | wc -l); done; echo none')" none

# shellcheck disable=SC2016
printf '#!/bin/sh\necho "init $$:" "$@"\nexit 5\n' >"$T/root/init"
chmod 755 "$T/root/init"
wrapper=/opt/app/main-wrapper.sh
while IFS='|' read -r words want; do
	# shellcheck disable=SC2086
	t_is "tini $words" "$(boot $words; echo $?)" "init 1:${want:+ $want}
5"
done <<ROWS
-g -- app run|app run
-s -g app -x --y|app -x --y
/init $wrapper app|$wrapper app
-- $wrapper app|$wrapper app
-g -- /init app|app
|
-g --|
ROWS
t_is "unknown options do not become the main program" "$(boot -q --what app)" \
	"tini: warning: option '-q' is not known and ignored
tini: warning: option '--what' is not known and ignored
init 1: app"
chmod 644 "$T/root/init"
t_is "an /init that cannot be executed is none" "$(boot echo ok)" ok
chmod 755 "$T/root/init"
echo '#!/nonexistent' >"$T/root/init"
t_is "an /init that does not start is told, and done without" "$(boot echo ok)" \
	"tini: warning: running the program without /init, which cannot be executed: No such file or directory
ok"
t_done
