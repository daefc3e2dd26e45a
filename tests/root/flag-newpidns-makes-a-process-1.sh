#!/bin/bash
# flag-newpidns: run is process 1 of a pid namespace of its own, whoever it runs as; signals, death and finish are as
# everywhere. Who may not make one cannot start such a service.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
chmod 755 "$T" "$s"
for name in web his; do
	t_service "$s" $name "trap 'exit 7' TERM; echo \$\$ >pid; sleep 1000 & wait"
	printf '#!/bin/sh\necho "$$ $*" >finished\n' >"$s/$name/finish"
	chmod 755 "$s/$name/finish"
	touch "$s/$name/flag-newpidns"
	echo 6 >"$s/$name/lock-fd"
	sv_listen $name "$s/$name"
done
chown -R 10000:10000 "$s/his"
if ! unshare --pid --fork true 2>/dev/null; then
	t_skip "a pid namespace" "this system has no pid namespaces for us"
	t_done
fi
t_tree "$s"
for name in web his; do
	sv_until $name u
	t_ok "$name: started" t_await 10 test -s "$s/$name/pid"
	t_is "$name: its own number is 1" "$(cat "$s/$name/pid")" 1
	pid=$(sv_pid "$s/$name")
	t_is "$name: its number outside is in the status" "$(awk '/^NSpid:/ { print $2, $3 }' "/proc/$pid/status")" "$pid 1"
	t_is "$name: it leads a session" "$(ps -o sid= -p "$pid" | tr -d ' ')" "$pid"
	t_is "$name: it has its lock" "$(readlink "/proc/$pid/fd/6")" "$s/$name/supervise/service-lock"
	sv_tell "$s/$name" d
	sv_until $name D
	t_is "$name: ends as any other" "$SV_GOT" dD
	t_is "$name: with its exit code" "$(sv_wstat "$s/$name")" 0700
	t_like "$name: finish is in our namespace and knows the number outside" "$(cat "$s/$name/finished")" \
		"^[0-9]{2,} 7 0 $name $pid\$"
done
t_is "his is his own" "$(stat -c %u "$s/his/finished")" 10000

# Without the privilege.
mkdir "$T/plain"
t_service "$T/plain" web
touch "$T/plain/web/flag-newpidns"
chown -R 10000:10000 "$T/plain"
cd "$T/plain" || exit 1 # the way to it may not be his
setpriv --reuid 10000 --regid 10000 --clear-groups "$B/hexad" . >"$T/plain.log" 2>&1 </dev/null &
t_trees+=("$!")
t_ok "an ordinary user cannot" t_await_line "$T/plain.log" \
	'^hexad: warning: web: unable to spawn ./run \(waiting 60 seconds\): Operation not permitted$'
t_is "the service is down, and wanted up" "$(sv_flags "$T/plain/web")" 0d
t_done
