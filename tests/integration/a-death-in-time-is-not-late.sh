#!/bin/bash
# hexad gets no processor for so long that the end of a run and of a finish, which came in time, are seen when their limits have
# passed: they are not taken for late. s6 looks at deaths first, too.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
limit=3 # s
mkdir "$s"
t_service "$s" run "trap 'echo >told; read -r x <go; exit 7' TERM; echo >&3; while :; do sleep 1000 & wait; done"
t_service "$s" finish
printf '#!/bin/sh\nread -r x <go\n' >"$s/finish/finish"
chmod 755 "$s/finish/finish"
echo 3 >"$s/run/notification-fd"
echo ${limit}000 >"$s/run/timeout-kill"
echo ${limit}000 >"$s/finish/timeout-finish"
for name in run finish; do
	mkfifo "$s/$name/go"
	sv_listen $name "$s/$name"
done
t_tree "$s"
sv_until run U
sv_until finish u

dead() {
	local pid stat

	for pid; do
		read -r stat <"/proc/$pid/stat" && [[ ${stat##*)} == " Z"* ]] || return 1
	done
}
stopped() { grep -q '^State:.*stopped' "/proc/$1/status"; }

run=$(sv_pid "$s/run")
sv_tell "$s/run" d
sv_tell "$s/finish" d
sv_until finish d
finish=$(sv_pid "$s/finish")
t_await 10 test -e "$s/run/told"
kill -STOP "$TREE_PID"
t_await 10 stopped "$TREE_PID"
for name in run finish; do
	echo >"$s/$name/go"
done
t_ok "both are dead" t_await 10 dead "$run" "$finish"
sleep $limit # both limits began before
kill -CONT "$TREE_PID"
sv_until finish D
sv_until run D
t_is "the run ended by itself" "$(sv_wstat "$s/run")" 0700
t_is "nobody was told that it took too long" "$(grep -c 'lifetime' "$TREE_LOG")" 0
t_done
