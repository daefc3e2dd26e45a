#!/bin/bash
#
# The ways to end a container: signals, halt, poweroff, reboot, shutdown, and what is left of each without
# the right to end a namespace.
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

results=/run/s6-linux-init-container-results
bin=/run/s6/basedir/bin
boot_root
NS_ENV=(S6_VERBOSITY=1 S6_KILL_GRACETIME=5000)
boot_life sh -c "trap 'exit 143' TERM; echo 42 >$results/exitcode; $bin/halt; echo \$? >/out/halted; sleep 99"
t_is "halt returns at once, and the container ends with what the file says" "$CODE" 42
boot_life sh -c "trap '' TERM; $bin/halt; echo \$?; exit 3"
t_is "with success" "$(grep -v audit <<<"$OUT")" 0
boot_life sh -c "trap 'cat $results/haltcode >/out/how' TERM; $bin/halt -n -d -W; sleep 9 & wait; wait"
t_is "haltcode" "$(cat "$R/out/how")" h
boot_life sh -c "$bin/halt -w; echo \$?; exit 3"
t_is "halt -w writes a record only, so it does nothing" "$CODE $OUT" "3 0"
boot_life sh -c "$bin/halt -x; exit \$?"
t_is "a wrong option" "$CODE" 100
boot_life s6-setuidgid app $bin/halt
t_is "others than root may not" "$CODE $(tail -n 1 <<<"$OUT")" \
	"100 halt: fatal: unable to talk to shutdownd: Operation not permitted"
boot_life s6-setuidgid app $bin/shutdown -h now
t_is "nor with shutdown" "$CODE" 111
t_is "outside a container nobody is asked" "$("$B/bin/halt" 2>&1 >/dev/null; echo $?)" \
	$'halt: fatal: unable to talk to shutdownd: No such file or directory\n100'
t_code "and the machine is never rebooted" 111 setpriv --bounding-set -sys_boot "$B/bin/halt" -f

# With and without CAP_SYS_BOOT. The kernel ends the namespace with SIGHUP for a restart, SIGINT for power off.
ends() {
	local desc=$1 want=$2 how=$3

	boot_before "${CAPS:-exec \"\$@\"}"
	boot_life sh -c "$how; exec sleep 99"
	t_is "$desc" "$CODE" "$want"
}
ends "poweroff" 130 "$bin/poweroff"
ends "reboot" 129 "$bin/reboot"
ends "halt -p" 130 "$bin/halt -p"
ends "shutdown -r now" 129 "$bin/shutdown -r now"
# What follows is without that right.
CAPS='exec setpriv --bounding-set -sys_boot "$@"'
ends "poweroff without CAP_SYS_BOOT" 111 "$bin/poweroff"
t_like "which is said" "$OUT" '^hexad: warning: unable to power off, the container exits 111 instead'
ends "shutdown -h -P now without it" 111 "$bin/shutdown -h -P now"
ends "halt -f without it" 111 "$bin/halt -f || exit \$?"

# Once the script has run there is somebody to hear the signal.
boot_script 10 'echo booted'
booted() {
	boot_start "$@"
	t_await_line "$NS_LOG" '^booted'
}
for sig in INT:111 USR1:111 PWR:111 USR2:0 TERM:0; do
	booted
	ns_signal "${sig%:*}"
	boot_end
	t_is "SIG${sig%:*} ends with ${sig#*:}" "$CODE" "${sig#*:}"
done
boot_life sh -c 'kill -s INT 1; exec sleep 99'
t_is "the first request decides" "$CODE" 111
boot_life sh -c 'for s in QUIT WINCH HUP ALRM; do kill -s $s 1; done; s6-svok /run/service; exit 4'
t_is "SIGQUIT, SIGWINCH, SIGHUP and SIGALRM do not end it" "$CODE" 4

boot_before 'exec "$@"'
boot_life sh -c "$bin/shutdown -h +1 && $bin/shutdown -c && $bin/shutdown -h 23:59 && $bin/shutdown -h now; exec sleep 99"
t_is "a delayed one can be cancelled and replaced" "$CODE" 0
boot_life sh -c "$bin/shutdown -h later; echo \$?; $bin/shutdown -h; echo \$?; $bin/shutdown now; echo \$?; $bin/shutdown -k now; echo \$?"
t_is "wrong words, no time, no way, and only a warning" "$CODE $(grep -v '^shutdown' <<<"$OUT" | grep -v booted | tr '\n' ' ')" "0 100 100 100 0 "
NS_ENV=(S6_VERBOSITY=1 S6_KILL_GRACETIME=60000)
boot_life sh -c "trap '' TERM; $bin/shutdown -h -t 0 now; while :; do sleep 0.05; done"
t_is "-t takes the place of S6_KILL_GRACETIME" "$CODE" 0

NS_ENV=(S6_VERBOSITY=1)
boot_life sh -c "$bin/shutdown -h +0; exec sleep 99"
t_is "shutdown +0 is at once" "$CODE" 0

# S6_CMD_RECEIVE_SIGNALS
NS_ENV=(S6_VERBOSITY=1 S6_CMD_RECEIVE_SIGNALS=1)
received() {
	boot_start sh -c "$2"
	t_await_line "$NS_LOG" '^up'
	ns_signal "$1"
	boot_end
}
received TERM 'trap "exit 3" TERM; echo up; while :; do sleep 0.05; done'
t_is "signals go to the main program alone" "$CODE" 3
received TERM 'echo up; exec sleep 99'
t_is "one that does nothing about it dies of it" "$CODE" 143
received WINCH 'trap "exit 28" WINCH; echo up; while :; do sleep 0.05; done'
t_is "SIGWINCH too" "$CODE" 28
boot_life sh -c 'readlink /proc/self/fd/0; grep SigIgn /proc/self/status; [ "$(cat /run/s6/cmdpid)" = $$ ] && echo its pid; kill -s INT 1; exit 6'
t_is "it ignores the keys' signals, has no stdin, and its pid is written down" "$CODE $(grep -v booted <<<"$OUT" | tr -d '\t')" \
	$'6 /dev/null\nSigIgn:0000000000000006\nits pid'
booted
ns_signal TERM
boot_end
t_is "without a main program they mean what they always do" "$CODE" 0
NS_ENV=(S6_VERBOSITY=1 "S6_CMD_ARG0=echo /etc/pas?wd \$HOME 'x y'")
boot_life 'a  b' ''
t_is "S6_CMD_ARG0 comes first, cut at blanks, matched and not interpreted" "$(tail -n 1 <<<"$OUT")" "/etc/passwd \$HOME 'x y' a  b "
t_done
