#!/bin/bash
# printcontenv, justc-envdir, logutil-service, logutil-service-main, logutil-newfifo, s6-hostname: the overlay's words.
. "$(dirname "$0")/../lib/tap.sh"

if ! unshare -m true 2>/dev/null; then
	t_skip "the overlay's commands" "no mount namespace can be made here"
	t_done
fi
# Each line of the scene is a check: "NAME: OUTPUT". Run in a mount namespace with a /run of its own.
scene() {
	# shellcheck disable=SC2016
	unshare -mu bash -c 'mount -t tmpfs none /run; mkdir -p /run/s6/container_environment /run/l; cd /run
		chown nobody l; PATH=$B/bin:$PATH; eval "$1"' - "$1" 2>&1
}
E=/run/s6/container_environment

t_is "printcontenv: the value and one newline" "$(scene "printf 'v\n' >$E/A; printcontenv A | od -c | head -n 1")" \
	"0000000   v  \\n"
t_is "printcontenv: a value without a newline" "$(scene "printf v >$E/A; printcontenv A")" v
t_is "printcontenv: an empty one" "$(scene ": >$E/A; printcontenv A | wc -l; echo \${PIPESTATUS[0]}")" "1
0"
t_is "printcontenv: none" "$(scene "printcontenv NOSUCH; echo code \$?")" "code 1"
t_is "printcontenv: no directory" "$(scene "rm -r /run/s6; printcontenv A; echo code \$?")" "code 1"
t_is "printcontenv: no name" "$(scene "printcontenv; echo code \$?")" "printcontenv: usage: printcontenv variable
code 100"
t_is "printcontenv: no name of a variable" "$(scene "printcontenv ../A; echo code \$?")" \
	"printcontenv: fatal: invalid variable name: ../A
code 100"
t_is "printcontenv: a directory" "$(scene "mkdir $E/A; printcontenv A; echo code \$?")" \
	"printcontenv: fatal: unable to read $E/A: Is a directory
code 111"
t_is "printcontenv: S6_KEEP_ENV" \
	"$(scene "echo file >$E/A; export S6_KEEP_ENV=1; A=own printcontenv A; printcontenv A; echo \$?; A= printcontenv A; echo \$?")" \
	"own
1
1"

t_is "justc-envdir: whole files" \
	"$(scene "printf 'a\nb\n' >$E/A; printf '\n' >$E/B; : >$E/C; C=1 justc-envdir $E sh -c 'echo \"\$A|\${B-no}|\${C-no}\"'")" "a
b||no"
t_is "justc-envdir: no directory" "$(scene "justc-envdir /nowhere true; echo \$?; justc-envdir -I /nowhere echo ok")" \
	"justc-envdir: fatal: unable to envdir /nowhere: No such file or directory
111
ok"

# --- loggers ---

who='stat -c "%U %a" l/current; grep -q " hello$" l/current && echo logged'
t_is "logutil-service: as nobody, with the default script" "$(scene "echo hello | logutil-service /run/l; $who")" \
	"nobody 744
logged"
t_like "logutil-service: its stamps are for people" "$(scene "echo hello | logutil-service l; cat l/current")" \
	'^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:.]{18}  hello$'
t_is "logutil-service: a script with a newline at its end" \
	"$(scene "printf 'n3 t\n\ts9999\n' >$E/S6_LOGGING_SCRIPT; echo hello | logutil-service l; cut -c 1,26- l/current")" \
	"@ hello"
t_is "logutil-service: an empty script is the default" \
	"$(scene "printf ' \n' >$E/S6_LOGGING_SCRIPT; echo hello | logutil-service /run/l; $who")" "nobody 744
logged"
t_is "logutil-service: S6_KEEP_ENV" \
	"$(scene "export S6_KEEP_ENV=1 S6_LOGGING_SCRIPT='n1 pX'; echo hello | logutil-service /run/l; cat l/current")" "X hello"
# shellcheck disable=SC2016
t_is "logutil-service: what it becomes" "$(scene 'mkfifo q; exec 5<>q; FOO=bar logutil-service /run/l <&5 & pid=$!
	until tr "\0" "|" </proc/$pid/cmdline | grep "^s6-log|-b|--|n20|s1000000|T|/run/l|$"; do :; done
	tr "\0" "\n" </proc/$pid/environ | wc -l; grep -E "^(Uid|Groups)" /proc/$pid/status | tr -s "\t " " "; kill $pid; wait')" \
	"s6-log|-b|--|n20|s1000000|T|/run/l|
0
Uid: 65534 65534 65534 65534
Groups: 65534 "
t_is "logutil-service -f: a FIFO that nobody writes yet" "$(scene "mkfifo q; logutil-service -f q /run/l & echo hello >q; wait; $who")" \
	"nobody 744
logged"
t_is "logutil-service: a script that s6-log refuses" \
	"$(scene "echo 'n3 zz' >$E/S6_LOGGING_SCRIPT; logutil-service /run/l </dev/null; echo \$?")" "s6-log: fatal: unrecognized directive: zz
100"
t_is "logutil-service: no directory" "$(scene "logutil-service; echo \$?")" \
	"logutil-service: usage: logutil-service [ -f fifo ] logdir
100"
t_is "logutil-service: who is not root logs as himself" \
	"$(scene "mkdir mine; chown 10000 mine; echo hello |
		setpriv --reuid 10000 --regid 10000 --clear-groups logutil-service ./mine; stat -c %u mine/current")" 10000
t_is "logutil-service-main: as whoever calls it" \
	"$(scene "echo hello | logutil-service-main ./l2; stat -c %U l2/current; grep -c hello l2/current")" "root
1"

t_is "logutil-newfifo" "$(scene "touch f; logutil-newfifo f 2>/dev/null; stat -c '%F %U %a' f")" "fifo root 600"
t_is "logutil-newfifo -m -o" "$(scene "umask 077; logutil-newfifo -m 622 -o nobody f 2>/dev/null; stat -c '%F %U:%G %a' f")" \
	"fifo nobody:nogroup 622"
t_is "logutil-newfifo: nothing is removed before all is checked" \
	"$(scene "touch f; logutil-newfifo -o nosuch f; logutil-newfifo -m 9 f; stat -c %F f")" \
	"logutil-newfifo: fatal: unknown user: nosuch
logutil-newfifo: usage: logutil-newfifo [ -m mode ] [ -o owner ] fifo
regular empty file"

# shellcheck disable=SC2016
t_is "with-retries: until it succeeds" "$(scene 'with-retries sh -c "echo try; test -e done || { : >done; exit 1; }"; echo $?')" "try
try
0"
# shellcheck disable=SC2016
t_is "with-retries: -n" "$(scene 'with-retries -n 2 sh -c "echo try; exit 1"; echo $?')" "try
try
1"
# shellcheck disable=SC2016
t_is "with-retries: -t ends a try" "$(scene 'with-retries -n 1 -t 100 sleep 1000; echo $?')" 1
# shellcheck disable=SC2016
t_is "with-retries: a signal is for the program, and no success" \
	"$(scene 'with-retries -n 1 -t 0 sh -c "kill -TERM \$PPID; exec sleep 1000"; echo $?')" 1
# shellcheck disable=SC2016
t_is "with-retries: a program that is not there" "$(scene 'with-retries -n 1 /nonexistent; echo $?; with-retries -n x true; echo $?')" \
	"with-retries: warning: unable to exec /nonexistent: No such file or directory
1
with-retries: usage: with-retries [ -n tries ] [ -t timeout ] prog...
100"

# shellcheck disable=SC2016
t_is "s6-sleep" "$(scene 's6-sleep -m 1; echo $?; s6-sleep 0; echo $?; s6-sleep 1x; echo $?; s6-sleep; echo $?')" "0
0
s6-sleep: usage: s6-sleep [ -m ] duration
100
s6-sleep: usage: s6-sleep [ -m ] duration
100"
t_is "s6-hostname" "$(scene 's6-hostname a-name; s6-hostname; hostname')" "a-name
a-name"
t_is "s6-hostname: not root" "$(scene 'setpriv --reuid 10000 --regid 10000 --clear-groups --bounding-set=-all s6-hostname x; echo $?')" \
	"s6-hostname: fatal: unable to set hostname: Operation not permitted
111"
t_done
