#!/bin/bash
# timeout: 120
#
# What s6 2.15 writes differently from Debian's 2.11, against bytes built from its formats (tests/compat/recorded): states,
# letters that come together, arguments of finish. And what 2.13 wrote, for those who read it.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

recorded=$T_ROOT/tests/compat/recorded
s=$T/scan
w=$s/web
mkdir "$s"
declare -A seen

# is NAME [DIR]: the status now, in the words of the recorded line of that name.
is() {
	local dir=${2:-$w} hex stamps pid whose

	hex=$(sv_bytes "$dir" 0 36)
	case $((16#${hex:24:16} - 16#${hex:0:16})),$((16#${hex:40:8} - 16#${hex:16:8})) in
	0,0) stamps=same ;;
	-* | 0,-*) stamps=older ;;
	*) stamps=newer ;;
	esac
	pid=$((16#${hex:48:16}))
	case $pid in
	0) whose=none ;;
	*) whose=$(sed -E 's#.*[/ ](run|finish)\x00.*#\1#' "/proc/$pid/cmdline" | tr -d '\0') ;;
	esac
	seen[$1]=1
	t_is "status: $1" "$1 $stamps $whose ${hex:64:4} ${hex:68}" \
		"$(awk -v name="$1" '$1 == name { print $1, $2, $3, $4, $5 }' "$recorded/status-2.15")"
}

# One whose run cannot be executed keeps its first status.
t_service "$s" never
chmod 644 "$s/never/run"
t_service "$s" web 'read -r _ <go; echo >&3; read -r _ <go'
printf '#!/bin/sh\necho "$# $*" >../args\nread -r code <how\nexit "$code"\n' >"$w/finish"
chmod 755 "$w/finish"
mkfifo "$w/go" "$w/how" "$s/args"
exec 8<>"$s/args" 9<>"$w/go"
echo 3 >"$w/notification-fd"
echo 0 >"$w/timeout-finish"
touch "$w/down"
sv_listen web "$w"
sv_listen never "$s/never"
t_tree "$s"
sv_until never s
sv_until web s
is fresh-down
is fresh-up "$s/never"
sv_tell "$s/never" d
t_await 10 sv_has_flags "$s/never" 08
is wanted-down "$s/never"
sv_tell "$s/never" u
t_await 10 sv_has_flags "$s/never" 0c
is tried-in-vain "$s/never"
sv_tell "$w" o
sv_until web u
is once
sv_tell "$w" u
t_await 10 sv_has_flags "$w" 04
is up
sv_tell "$w" p
t_await 10 sv_has_flags "$w" 05
is paused
sv_tell "$w" c
t_await 10 sv_has_flags "$w" 04
is continued
echo >&9
sv_until web U
is ready
sv_tell "$w" p
t_await 10 sv_has_flags "$w" 0d
is ready-paused
sv_tell "$w" cO
t_await 10 sv_has_flags "$w" 08
is ready-want-down
sv_tell "$w" u
t_await 10 sv_has_flags "$w" 0c
pid=$(sv_pid "$w")
sv_tell "$w" k
sv_until web d
is finishing
read -r -t 10 got <&8
t_is "finish gets four arguments" "$got" "4 256 9 web $pid"
sv_tell "$w" d
t_await 10 sv_has_flags "$w" 02
is finishing-down

# One byte is left in the listener's FIFO: a write of two is lost whole, of two writes the first would be there.
room=$(($(perl -e 'print fcntl STDIN, 1032, 0' <&"${sv_fd[web]}") - 1)) # F_GETPIPE_SZ: the kernel may give less than usual
fill() { head -c "$room" /dev/zero >&"${sv_fd[web]}"; }
left() { head -c "$room" <&"${sv_fd[web]}" >/dev/null; }
t_ok "the FIFO takes some" test "$room" -ge 4095
fill
echo 125 >"$w/how"
t_await 10 sv_has_flags "$w" 08
is failed
left
sv_tell "$w" u
sv_letters web 1
t_is "O and D come in one write" "$SV_GOT" u
fill
sv_tell "$w" k
t_await 10 sv_has_flags "$w" 06
left
sv_letters web 1
t_is "d alone is one" "$SV_GOT" d
echo 0 >"$w/how"
read -r -t 10 got <&8
sv_until web u
printf '#!/bin/sh\nexit 3\n' >"$w/run"
printf '#!/bin/sh\necho "$# $*" >../args\n' >"$w/finish"
sv_tell "$w" k
sv_until web d
read -r -t 10 got <&8
sv_until web u
sv_until web d
read -r -t 10 got <&8
t_like "finish after exit 3" "$got" '^4 3 0 web [0-9]+$'
sv_until web D
is exited
rm "$w/finish"
printf '#!/bin/sh\nexec sleep 1000\n' >"$w/run"
sv_until web u
fill
sv_tell "$w" d
t_await 10 sv_has_flags "$w" 08
t_await 10 sv_down "$w"
is no-finish
left
sv_tell "$w" u
sv_letters web 1
t_is "d and D come in one write where there is no finish" "$SV_GOT" u
while read -r name _; do
	t_is "recorded: $name was met" "${seen[$name]:-no}" 1
done < <(grep -v '^#' "$recorded/status-2.15")
t_tree_end

# A supervisor of 2.13, as far as its readers see: a lock that is held, and the file.
old=$T/old
mkdir -p "$old/supervise"
touch "$old/supervise/lock"
coproc HOLD {
	perl -MFcntl -e 'open my $f, "+<", $ARGV[0] or die;
		my $whole = pack "s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0;
		fcntl $f, F_SETLK, $whole or die;
		syswrite STDOUT, "locked\n";
		<STDIN>' "$old/supervise/lock"
}
read -r -t 10 word <&"${HOLD[0]}"
t_is "somebody holds the lock" "$word" locked
while IFS=: read -r name bytes && read -r human && read -r fields; do
	printf %b "$(tr -d ' ' <<<"$bytes" | sed 's/../\\x&/g')" >"$old/supervise/status"
	t_is "2.13, $name: 43 bytes" "$(stat -c %s "$old/supervise/status")" 43
	t_is "2.13, $name: s6-svstat" "$(s6-svstat "$old" | sed -E 's/ [0-9]+ seconds/ N seconds/g')" "$human"
	t_is "2.13, $name: s6-svstat -o" "$(s6-svstat -o up,ready,pid,exitcode,signal "$old")" "$fields"
done < <(grep -v '^#' "$recorded/status-2.13")

t_done
