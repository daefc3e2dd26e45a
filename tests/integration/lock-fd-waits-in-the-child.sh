#!/bin/bash
# lock-fd: the lock is taken before run, which holds it under its number. Where somebody else has it the service is up and
# its process waits, until it gets the lock or a signal; nobody waits with it, nor for what it might hold of theirs.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
t_service "$s" web "echo \$\$ >>$T/ran; exec sleep 1000"
echo 7 >"$s/web/lock-fd"
sv_listen web "$s/web"
{
	find /proc/self/fd -type l -printf ' %l\n'
	echo ftrig1:
} >"$T/leaked"
t_tree "$s"
sv_until web u
t_ok "run is run" t_await_line "$T/ran" "^$(sv_pid "$s/web")\$"
# Those of a process that did not come from whoever started hexad.
fds_of() {
	find "/proc/$1/fd" -type l -printf '%f %l\n' | grep -vF -f "$T/leaked" |
		grep -E "^[0-9]+ ($s|pipe:|.*anon_inode|/memfd)" | sed 's/pipe:.*/pipe/'
}
t_is "with the lock file as its descriptor 7 and nothing else of hexad's" "$(fds_of "$(sv_pid "$s/web")")" \
	"7 $s/web/supervise/service-lock"
t_is "the lock file is an ordinary file" "$(stat -c '%F %a' "$s/web/supervise/service-lock")" "regular empty file 644"

# lock OP FILE: locks it as s6-setlock does. try: fails at once if it is held; hold: says so and holds it until its
# input ends.
lock() {
	perl -MFcntl -e 'my ($op, $file) = @ARGV;
		open my $f, "+<", $file or die;
		syswrite $f, "mine\n" if $op eq "hold";
		my $how = $op eq "try" ? F_SETLK : F_SETLKW;
		my $whole = pack "s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0;
		exit 1 unless fcntl $f, $how, $whole;
		syswrite STDOUT, "locked\n";
		<STDIN>' "$1" "$2"
}
lock_file=$s/web/supervise/service-lock
t_code "which run has locked" 1 lock try "$lock_file"
sv_tell "$s/web" d
sv_until web D
t_ok "and no longer when it is dead" lock try "$lock_file"
t_fails "nobody was warned" grep -q warning "$TREE_LOG"

# Somebody else has it; a pair with a logger and a service without any of this beside it.
coproc HOLD { lock hold "$lock_file"; }
read -r -t 10 word <&"${HOLD[0]}"
t_is "somebody else has it" "$word" locked
t_service "$s" pair
t_service "$s" pair/log "cat >>$T/logged; echo end of file >>$T/logged"
sv_listen pair "$s/pair"
sv_listen log "$s/pair/log"
sv_scan "$s" a
sv_until pair u
sv_until log u
sv_tell "$s/web" u
sv_until web u
pid=$(sv_pid "$s/web")
t_is "the service is up all the same" "$SV_GOT" u
t_fails "but not run" grep -qx "$pid" "$T/ran"
t_ok "the child is said to block" t_await_line "$TREE_LOG" \
	'^hexad: warning: web: another instance of the service is already running, child will block$'
t_ok "and that the file was not empty" t_await_line "$TREE_LOG" \
	'^hexad: warning: web: a previous instance of the service wrote to the lock file!$'
t_is "it is now" "$(stat -c %s "$s/web/supervise/service-lock")" 0
sv_tell "$s/pair" d
sv_until pair D
t_is "the others are obeyed" "$SV_GOT" dD
mv "$s/pair" "$T/pair"
sv_scan "$s" an
sv_until log x
t_is "and their loggers see the end, though the child was made while they ran" "$(cat "$T/logged")" "end of file"
t_is "by themselves" "$SV_GOT" dDx
t_is "the same child waits still" "$(sv_pid "$s/web")" "$pid"
t_is "it keeps of hexad's descriptors the lock and the pipe for the result alone" \
	"$(fds_of "$pid" | sed 's/^[0-9]* pipe/pipe/' | sort)" \
	"7 $s/web/supervise/service-lock"$'\n'pipe

echo >&"${HOLD[1]}"
t_ok "with the lock it becomes run" t_await_line "$T/ran" "^$pid\$"
t_is "as the same process" "$(sv_pid "$s/web")" "$pid"
sv_tell "$s/web" d
sv_until web D

# A child that waits obeys signals.
coproc AGAIN { lock hold "$lock_file"; }
read -r -t 10 word <&"${AGAIN[0]}"
sv_tell "$s/web" u
sv_until web u
pid=$(sv_pid "$s/web")
sv_tell "$s/web" d
sv_until web D
t_is "a child that waits is stopped by d" "$SV_GOT" dD
t_is "by SIGTERM" "$(sv_wstat "$s/web")" 000f
t_fails "before it was run" grep -qx "$pid" "$T/ran"
echo >&"${AGAIN[1]}"
t_done
