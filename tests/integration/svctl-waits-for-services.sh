#!/bin/bash
# sanitizer: leaks, of svctl's commands
# svctl wait ends when services are, or have been, in a state; what will not come is a failure at once.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
t_service "$s" web
t_service "$s" ready "read -r _ <'$T/gate'; echo >&3; exec sleep 1000"
echo 3 >"$s/ready/notification-fd"
mkfifo "$T/gate"
t_service "$s" off
: >"$s/off/down"
t_service "$s" dies 'exit 1'
: >"$s/dies/down"
printf '#!/bin/sh\nexit 125\n' >"$s/dies/finish"
chmod 755 "$s/dies/finish"
sv_listen web "$s/web"
sv_listen ready "$s/ready"
t_tree "$s"
sv_until web u
sv_until ready u

# later WORD...: the command in the background, once the supervisor knows that it follows; its output in $T/waited.
later() {
	svctl "$@" >"$T/waited" 2>&1 &
	waiting=$!
	t_await 10 follows
}
# Is a client there, and keeps its connection?
follows() {
	[ "$(sockets)" -gt "$base" ]
}
# Sockets of the supervisor: no other client is there meanwhile.
sockets() {
	find "/proc/$TREE_PID/fd" -lname 'socket:*' | wc -l
}
base=$(sockets)
# Its exit code and output, in $got.
over() {
	wait "$waiting"
	got="$? $(cat "$T/waited")"
}

pid=$(sv_pid "$s/web")
t_is "up, already" "$(svctl_says wait up web)" "0 web is up (pid $pid)"
t_is "down, already" "$(svctl_says wait down off)" "0 off is down"
t_is "several" "$(svctl_says wait up web ready | tr '\n' '|')" "0 web is up (pid $pid)|ready is up (pid $(sv_pid "$s/ready"))|"
t_is "the time is over" "$(svctl_says -t 100 wait down web off)" "99 off is down"$'\n'"svctl: fatal: web is not down within 100 ms"
kill -STOP "$TREE_PID"
for how in '' '-o' '--json'; do
	# shellcheck disable=SC2086 # words are meant
	t_code "a supervisor that does not answer is no success: wait $how" 99 svctl -t 100 wait $how up web
done
t_is "and is told" "$(svctl_says -t 100 wait down web off)" "99 svctl: fatal: no answer within 100 ms; what was asked for goes on"
kill -CONT "$TREE_PID"
t_is "the first of them is enough" "$(svctl_says wait -o down web off)" "0 off is down"
t_is "not ready yet" "$(svctl_says -t 100 wait ready ready)" "99 svctl: fatal: ready is not ready within 100 ms"
later wait ready ready
echo >"$T/gate"
over
t_is "then it is" "$got" "0 ready is ready (pid $(sv_pid "$s/ready"))"
t_is "ready, of what never says so" "$(svctl_says wait ready web)" \
	"1 svctl: fatal: web never says that it is ready: it has no notification-fd"
later wait restarted web
t_is "a run that goes on is not a restart" "$(kill -0 "$waiting" && echo waits)" waits
svctl restart web >/dev/null
over
t_is "a restart is" "$got" "0 web is restarted (pid $(sv_pid "$s/web"))"
later wait up off
svctl once off >/dev/null
over
t_is "a start" "$got" "0 off is up (pid $(sv_pid "$s/off"))"
later wait down off web
svctl stop web off >/dev/null
over
t_is "a stop of two" "$(echo "$got" | tr '\n' '|')" "0 off is down|web is down|"
svctl start web >/dev/null
later wait restarted dies
rm -r "$s/dies"
over
t_is "leaving supervision is one too" "$got" "1 svctl: fatal: dies has left supervision"

t_is "an unknown state" "$(svctl_says wait upp web)" "100 svctl: fatal: 'upp' is no state to wait for: up, ready, down or restarted"
t_is "an unknown name, near another" "$(svctl_says wait up wbe)" "2 svctl: fatal: no such service 'wbe'; did you mean 'web'?"
t_is "too few words" "$(svctl_says wait up)" "100 svctl: usage: svctl wait [-o] [--json] up|ready|down|restarted NAME..."
# More names than a request of the protocol has room for.
many=()
for i in {01..20}; do
	t_service "$s" "m$i"
	: >"$s/m$i/down"
	many+=("m$i")
done
s6-svscanctl -a "$s"
t_is "many names" "$(svctl wait down "${many[@]}" m01 | sort)" "$(printf '%s is down\n' "${many[@]}")"
t_is "many names, and one that is not there" "$(svctl_says wait down "${many[@]}" wbe)" \
	"2 svctl: fatal: no such service 'wbe'; did you mean 'web'?"
t_is "many names, and the time is over for one" "$(svctl -t 300 wait down "${many[@]}" web 2>&1 >/dev/null; echo $?)" \
	"svctl: fatal: web is not down within 300 ms"$'\n'99
kill -STOP "$TREE_PID"
t_is "many names, and no answer" "$(svctl_says -t 100 wait down "${many[@]}")" \
	"99 svctl: fatal: no answer within 100 ms; what was asked for goes on"
kill -CONT "$TREE_PID"
t_is "the first of many is enough" "$(svctl_says wait -o up "${many[@]}" web)" "0 web is up (pid $(sv_pid "$s/web"))"
later wait up "${many[@]}"
for i in "${many[@]}"; do s6-svc -u "$s/$i"; done
over
t_is "many names, and what comes" "$(sed 's/^0 //; s/ (pid [0-9]*)//' <<<"$got" | sort)" "$(printf '%s is up\n' "${many[@]}")"
t_is "JSON" "$(svctl wait up web --json | tr -d ' \n')" \
	"{\"command\":\"wait\",\"code\":0,\"results\":[{\"name\":\"web\",\"code\":0,\"message\":\"webisup(pid$(sv_pid "$s/web"))\"}]}"

later wait down web
kill -SEGV "$TREE_PID"
t_await_line "$TREE_LOG" "took over after a fault .*fault 1\\)"
t_ok "a supervisor that renews itself: svctl waits on" kill -0 "$waiting"
svctl stop web >/dev/null
over
t_is "and hears of it" "$got" "0 web is down"
later wait up web
t_tree_end
over
t_like "one that ends" "$got" "^(1 svctl: fatal: web has left supervision|102 svctl: fatal: wait|102 svctl: fatal: the supervisor has ended)"
t_done
