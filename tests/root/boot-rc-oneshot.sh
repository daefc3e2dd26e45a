#!/bin/bash
#
# Oneshots: a command line without a shell, its context, execline with and without its package, failures and limits.
# timeout: 240
# shellcheck disable=SC2016,SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"
. "$(dirname "$0")/../lib/bootrc.sh"

rc_root
NS_ENV=(S6_VERBOSITY=0 FOO=bar)
oneshot o '#!/bin/sh\nsh -c "echo $0 $#; env | grep -v ^PWD= | sort; pwd; umask; cat; readlink /proc/self/fd/0"'
boot_life true
t_is "context: RC_NAME and PATH, the live directory, the container's stdin" "$OUT" "sh 0
PATH=$NS_PATH
RC_NAME=o
/run/s6-rc/servicedirs
0022
/dev/null"

rc_root
oneshot o 'printf [%s] $RC_NAME "q  q" ~ *.c a&&b'
boot_life true
t_is "no shell: words arrive as they are" "$OUT" '[$RC_NAME][q  q][~][*.c][a&&b]'
rc_root
oneshot o ''
oneshot p '# nothing\n'
NS_ENV=(S6_VERBOSITY=0 S6_BEHAVIOUR_IF_STAGE2_FAILS=2)
boot_life echo CMD
t_is "nothing to do is success" "$CODE $OUT" "0 CMD"
rc_root
mk /script '#!/bin/sh\necho script $0\n'
oneshot o '/script'
boot_life true
t_is "a script by its path" "$OUT" "script /script"
mk /script 'echo no interpreter\n'
NS_ENV=(S6_VERBOSITY=1)
boot_life true
t_is "one without an interpreter is none" "$OUT" "s6-rc: fatal: service o: unable to exec '/script': Exec format error
s6-rc: warning: unable to start service o: command exited 126"
mk S/o/up 'nosuch thing'
boot_life true
t_is "a program that is not there" "$OUT" "s6-rc: fatal: service o: unable to exec 'nosuch': No such file or directory
s6-rc: warning: unable to start service o: command exited 127"

# execline's own commands: links in /command lead to the package, and execlineb brings them where they do not.
rc_root
mk S/o/type 'oneshot\n'
mk S/o/up '#!/command/execlineb -P\nif { mkdir -p /out/q/w }\nforeground { echo one }\necho two'
mk U/o ''
NS_ENV=(S6_VERBOSITY=1)
if [ -x /usr/bin/execlineb ]; then
	boot_life sh -c 'ls -d /out/q/w'
	t_is "one written in execline" "$OUT" $'one\ntwo\n/out/q/w'
	mk S/o/up 'exec 2>&1 echo x\n'
	NS_ENV=(S6_VERBOSITY=0 S6_BEHAVIOUR_IF_STAGE2_FAILS=2)
	boot_life echo CMD
	t_is "shell text fails and stops the container where that is asked for" "$CODE $(grep -c CMD <<<"$OUT")" "1 0"
else
	t_skip "one written in execline" "execline is not installed"
	t_skip "shell text fails and stops the container where that is asked for" "execline is not installed"
fi
mk S/o/up 'if { true } echo x'
boot_before 'mkdir -p /tmp/cmd; for f in /command/*; do case $(readlink $f) in /usr/lib/execline/*) ;; *) cp -P $f /tmp/cmd ;; esac; done
mount --bind /tmp/cmd /command; exec "$@"'
if [ -x /usr/bin/execlineb ]; then
	boot_life true
	t_is "where PATH does not have its commands execlineb is called" "$OUT" x
else
	t_skip "where PATH does not have its commands execlineb is called" "execline is not installed"
fi
NS_ENV=(S6_VERBOSITY=1)
boot_before 'mkdir -p /tmp/b /tmp/real; mount --bind /usr/bin /tmp/real; cp -rs /tmp/real/. /tmp/b; rm -f /tmp/b/execlineb
mount --bind /tmp/b /usr/bin; [ ! -d /usr/lib/execline ] || mount -t tmpfs tmpfs /usr/lib/execline; exec "$@"'
boot_life true
t_like "without the package it is named" "$OUT" \
	"^s6-rc: fatal: service o: unable to exec 'if': it is a command of the execline package, which is not installed$"
t_like "and the script has failed" "$OUT" "^s6-rc: warning: unable to start service o: command exited 127$"

# Failures.
rc_root
oneshot o 'sh -c "exit 7"' 'echo O-DOWN'
oneshot k 'sh -c "kill -9 $$"'
oneshot p 'echo P'
after p o
oneshot q 'echo Q'
NS_ENV=(S6_VERBOSITY=1)
boot_life echo CMD
t_is "what depends on a failure is not tried, others go on, the main program runs" \
	"$(sort <<<"$OUT")" "CMD
Q
s6-rc: warning: unable to start service k: command exited 137
s6-rc: warning: unable to start service o: command exited 7"
for b in 0 1 2; do
	NS_ENV=(S6_VERBOSITY=0 "S6_BEHAVIOUR_IF_STAGE2_FAILS=$b")
	boot_life sh -c 'echo CMD; exit 5'
	t_is "behaviour $b" "$CODE $(grep -c '^CMD' <<<"$OUT") $(grep -c 'warning: some services could not' <<<"$OUT")" \
		"$([ $b = 2 ] && echo "1 0 1" || echo "5 1 $b")"
done

rc_root
oneshot o '/late'
mk /late '#!/bin/sh\ntrap "echo told; exit 0" TERM\n: >/out/late\nwhile :; do sleep 0.05; done\n'
mk S/o/timeout-up '3000\n'
NS_ENV=(S6_VERBOSITY=1)
boot_life sh -c 'until [ -e /out/late ]; do sleep 0.02; done; echo CMD'
t_is "a limit: SIGTERM, and it has failed whatever it says then" \
	"$(grep -vE "told|Terminated" <<<"$OUT") $(grep -c told <<<"$OUT")" \
	$'s6-rc: warning: unable to start service o: command exited 111\nCMD 1'

rc_root
oneshot s '/slow'
mk /slow '#!/bin/sh\n: >/out/slow; exec sleep 1000\n'
NS_ENV=(S6_VERBOSITY=0 S6_CMD_WAIT_FOR_SERVICES_MAXTIME=1500)
boot_life sh -c 'until [ -e /out/slow ]; do sleep 0.02; done; echo CMD; exit 3'
t_is "the limit of all: the main program runs though something does not end" "$CODE $OUT" "3 CMD"
NS_ENV+=(S6_BEHAVIOUR_IF_STAGE2_FAILS=2)
boot_life echo CMD
t_is "or the container stops with 2" "$CODE $(grep -c CMD <<<"$OUT")" "2 0"
t_done
