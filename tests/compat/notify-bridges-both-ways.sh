#!/bin/bash
# timeout: 180
# s6-notify-fd-from-socket and s6-notify-socket-from-fd, which Debian's s6 does not have: the datagrams of one protocol become the
# newline of the other and the other way round; each is also tested through the other.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

# say TEXT...: sends each as a datagram to $NOTIFY_SOCKET, as sd_notify does; hear FILE: takes one.
cat >"$T/say" <<'END'
#!/usr/bin/perl
use Socket;
my $name = $ENV{NOTIFY_SOCKET} or die "no NOTIFY_SOCKET\n";
$name =~ s/^\@/\0/;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!\n";
# Abstract names end where their length says, and not with a NUL.
my $addr = $name =~ /^\0/ ? pack("S a*", AF_UNIX, $name) : pack_sockaddr_un($name);
foreach (@ARGV) {
	s/\\n/\n/g;
	defined(send($s, $_, 0, $addr)) or die "send: $!\n";
}
END
cat >"$T/hear" <<'END'
#!/usr/bin/perl
use Socket;
my ($path, $ready, $out) = @ARGV;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!\n";
bind($s, pack_sockaddr_un($path)) or die "bind: $!\n";
open(my $f, ">", $ready);
close $f;
recv($s, my $text, 4096, 0);
open($f, ">", $out);
print $f $text;
END
chmod 755 "$T/say" "$T/hear"

fd=$B/bin/s6-notify-fd-from-socket
socket=$B/bin/s6-notify-socket-from-fd

# Under a supervisor: ready when the program has said so, and not before.
service() {
	t_service "$s" "$1" "exec >>log 2>&1; exec $2"
	echo 7 >"$s/$1/notification-fd"
}
for kind in $(compat_trees); do
	s=$T/$kind
	mkdir "$s"
	service says "$fd sh -c '$T/say STATUS=starting \"STATUS=up\\nREADY=1\"; exec sleep 1000'"
	service never "$fd sh -c '$T/say READY=0 STATUS=READY=1; echo said; exec sleep 1000'"
	service orphan "$fd -f -d 7 sh -c '$T/say READY=1; exec sleep 1000'"
	service through "$fd $socket -d 5 sh -c 'echo >&5; exec sleep 1000'"
	service closed "$fd sh -c 'ls -l /proc/self/fd/7 /proc/\$\$/fd/7; $T/say READY=1; exec sleep 1000'"
	compat_tree "$kind" "$s"
	for name in says orphan through closed; do
		t_ok "$kind: $name: becomes ready" "$DEBIAN_S6/s6-svwait" -U -t 10000 "$s/$name"
	done
	t_await_line "$s/never/log" said
	t_is "$kind: what is not readiness is not passed on" "$("$DEBIAN_S6/s6-svstat" -o up,ready "$s/never")" "true false"
	t_is "$kind: the program does not have the descriptor" "$(grep -c 'No such file' "$s/closed/log")" 2
	"$DEBIAN_S6/s6-svc" -wD -T 10000 -d "$s/never"
	compat_tree_end
done

# The other way: a socket that we listen to.
hearing() {
	rm -f "$T/sock" "$T/heard" "$T/bound"
	"$T/hear" "$T/sock" "$T/bound" "$T/heard" &
	hear=$!
	t_await 10 test -e "$T/bound"
}
cd "$T" || exit
for args in "" "-d 1" "-d 9" "--notification-fd=9" "-f" "-ft 10000"; do
	read -ra words <<<"$args"
	hearing
	n=1
	[[ $args != *9* ]] || n=9
	NOTIFY_SOCKET=$T/sock "$socket" "${words[@]}" sh -c "printf 'not yet' >&$n; printf 'now\\n' >&$n; echo \${NOTIFY_SOCKET-unset} >var"
	t_await_exit $hear
	t_is "socket-from-fd $args: says so, and hides the socket" "$(cat heard) $(cat var)" "READY=1 unset"
done
hearing
NOTIFY_SOCKET=$T/sock "$socket" -k sh -c "$T/say \$NOTIFY_SOCKET"
t_await_exit $hear
t_is "socket-from-fd -k: leaves the socket" "$(cat heard)" "$T/sock"
hearing
NOTIFY_SOCKET=$T/sock "$socket" sh -c 'printf "no newline"; exec sleep 0'
NOTIFY_SOCKET=$T/sock "$T/say" other
t_await_exit $hear
t_is "socket-from-fd: an end without a newline is no readiness" "$(cat heard)" other
t_is "socket-from-fd: nobody wants to know" "$(env -u NOTIFY_SOCKET "$socket" sh -c 'echo out')" out

# Each helper ends with the program, and when its time is over; its parent tells how.
cat >parent <<'END'
#!/usr/bin/perl
if (@ARGV) { open(F, ">&=", $ARGV[0]) or die; print F "\n"; close F; }
print wait < 0 ? "none" : "code " . ($? >> 8);
END
chmod 755 parent
exec 7>/dev/null
t_is "fd-from-socket: its time is over" "$(timeout 20 "$fd" -d 7 -t 200 ./parent)" "code 3"
t_is "socket-from-fd: its time is over" "$(NOTIFY_SOCKET=$T/x timeout 20 "$socket" -d 8 -t 200 ./parent)" "code 3"
t_is "socket-from-fd: nobody listens" "$(NOTIFY_SOCKET=$T/none timeout 20 "$socket" -d 8 ./parent 8 2>err)" "code 111"
t_like "and says so" "$(cat err)" '^s6-notify-socket-from-fd: fatal: unable to send to NOTIFY_SOCKET: No such file'
mkfifo alive
"$fd" -d 7 sh -c 'exit 0' 5>alive &
t_is "fd-from-socket: the helper goes with the program" "$(timeout 20 cat alive)" ""

wrong() {
	local desc=$1 want=$2

	shift 2
	compat_run ours "$@"
	t_is "$desc" "$C_CODE $C_ERR" "$want"
}
mkdir plain bad
echo x >bad/notification-fd
cd plain || exit
wrong "no notification-fd" "111 s6-notify-fd-from-socket: fatal: unable to read ./notification-fd: No such file or directory" \
	s6-notify-fd-from-socket true
wrong "a closed descriptor" "111 s6-notify-fd-from-socket: fatal: notification-fd sanity check failed: Bad file descriptor" \
	s6-notify-fd-from-socket -d 77 true
wrong "no number" "100 s6-notify-fd-from-socket: fatal: notification fd must be an unsigned integer" \
	s6-notify-fd-from-socket -d x true
wrong "no option" "100 s6-notify-fd-from-socket: fatal: unrecognized short option: k" s6-notify-fd-from-socket -k true
wrong "no program" "100 s6-notify-fd-from-socket: usage: s6-notify-fd-from-socket [ -d fd ] [ -f ] [ -t timeout ] prog..." \
	s6-notify-fd-from-socket -d 7
NOTIFY_SOCKET=relative wrong "no socket" "100 s6-notify-socket-from-fd: fatal: invalid \$NOTIFY_SOCKET" \
	s6-notify-socket-from-fd true
wrong "no such program" "127 s6-notify-fd-from-socket: fatal: unable to exec $T/none: No such file or directory" \
	s6-notify-fd-from-socket -d 7 "$T/none"
cd ../bad || exit
wrong "a bad notification-fd" "100 s6-notify-fd-from-socket: fatal: invalid ./notification-fd" s6-notify-fd-from-socket true
t_done
