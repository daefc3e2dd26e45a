#!/bin/bash
# timeout: 240
# What was asked of a profile is written down by the supervisor when it is done, and counts more than what the application's
# last write carries along; an explicit, newer wish in the state file counts more still. Before a stop there is the marker.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/svctl.sh"

s=$HEXAD_SCANDIR
h=$T/home
mkdir -p "$h/profiles/mail" "$h/profiles/other"
touch "$h/profiles/mail/SOUL.md" "$h/profiles/other/SOUL.md"
ini() {
	svctl_ini <<-END
		[app]
		user = $(id -u)
		home = $h
		[profiles]
		command = x
		command_default = x
		startup_ms = 0
		$1
	END
}
ini
m=$h/profiles/mail
INTENT=$m/.hexad-intent.json
MARKER=$m/.gateway-planned-stop.json
t_tree "$s"

# The application: its last act is to write back what it had read, an old wish among it, as it always was.
app() {
	cat >"$s/gateway-$1/run.new" <<-END
		#!/bin/sh
		last() {
			[ ! -e $2/.gateway-planned-stop.json ] || cp $2/.gateway-planned-stop.json $2/marker
			echo '{"gateway_state":"stopped","desired_state":"running","updated_at":"2099-01-01T00:00:00+00:00"}' >$2/state.tmp
			mv $2/state.tmp $2/gateway_state.json
			kill \$!
			exit 0
		}
		trap last TERM
		sleep 1000 &
		echo >&3
		wait
	END
	chmod 755 "$s/gateway-$1/run.new"
	echo 3 >"$s/gateway-$1/notification-fd"
	mv "$s/gateway-$1/run.new" "$s/gateway-$1/run"
	printf '#!/bin/sh\nexec cat >/dev/null\n' >"$s/gateway-$1/log/run"
}
says() { svctl "$@" 2>&1; }
# Without copies of the shell: it is asked five hundred times.
plan() {
	local name a b

	spawn svctl reconcile --dry-run >"$T/plan"
	while read -r name a b _; do
		[ "$name" != "$1" ] || echo "$b $a"
	done <"$T/plan"
}
up_and_trapped() {
	spawn svctl start mail >/dev/null && spawn s6-svwait -U -t 10000 "$s/gateway-mail"
}

t_is "register down" "$(says register mail --down)" "gateway-mail is registered, down"
t_fails "is no wish" test -e "$INTENT"
app mail "$m"
up_and_trapped
t_like "a start is" "$(cat "$INTENT")" '^\{"desired_state": *"running", *"updated_at_ms": *[0-9]{13}\}$'
t_is "its file is the application's, and no other is left" \
	"$(stat -c '%u %a' "$INTENT") $(find "$m" -name '*tmp*')" "$(id -u) 644 "
pid=$(sv_pid "$s/gateway-mail")
start=$(awk '{ print $22 }' "/proc/$pid/stat")
t_is "stop" "$(says stop mail)" "gateway-mail is down"
t_like "who asked for it is known, though it had to wait for its marker" "$(svctl why mail)" \
	"^  wanted +down, by uid $(id -u) \\(svctl, pid [0-9]+\\), "
t_like "its marker was there before the signal" "$(cat "$m/marker")" \
	"\"target_pid\": $pid, \"target_start_time\": $start, \"stopper_pid\": [0-9]+, \"written_at\": \"[0-9-]+T[0-9:]+\\+00:00\""
t_like "the wish is to stay down" "$(cat "$INTENT")" '"desired_state": *"stopped"'
t_like "though the application wrote otherwise" "$(cat "$m/gateway_state.json")" '"desired_state":"running"'
t_is "at the next boot it stays down" "$(plan mail)" "stopped registered"

# The unmodified client's wish.
echo "{\"desired_state\":\"running\",\"updated_at\":$(($(date +%s) + 5))}" >"$m/gateway_state.json"
t_is "an explicit newer wish of the state file counts" "$(plan mail)" "running started"
echo "{\"desired_state\":\"running\",\"updated_at\":$(($(date +%s) - 60))}" >"$m/gateway_state.json"
t_is "an older one does not" "$(plan mail)" "stopped registered"
echo '{"gateway_state":"running"}' >"$m/gateway_state.json"
t_is "nor does what it was last seen doing" "$(plan mail)" "stopped registered"
for text in '[]' '{"desired_state":1,"updated_at_ms":1}' '{"desired_state":"running"}' 'x' ''; do
	mv "$INTENT" "$T/intent"
	echo "$text" >"$INTENT"
	t_is "a record '$text' is none" "$(plan mail)" "running started"
	mv "$T/intent" "$INTENT"
done

# Through the FIFO, where a record is kept already.
is_wanted() { grep -q "\"$1\"" "$INTENT"; }
s6-svc -u "$s/gateway-mail"
t_ok "a start through the FIFO changes the record" t_await 10 is_wanted running
sv_up "$s/gateway-mail"
s6-svc -d "$s/gateway-mail"
t_ok "a stop too" t_await 10 is_wanted stopped
svctl register other --down >/dev/null
app other "$h/profiles/other"
s6-svc -u "$s/gateway-other"
sv_up "$s/gateway-other"
svctl start mail >/dev/null
t_fails "but none is made where there was none" test -e "$h/profiles/other/.hexad-intent.json"

# A client that does not wait for the end: it is written down all the same.
svctl stop mail >/dev/null
up_and_trapped
svctl -t 1 stop mail >/dev/null 2>&1
t_ok "a client that went away" t_await 10 is_wanted stopped

lost=0
n=$((T_SAN ? 50 : 500))
for ((i = 0; i < n; i++)); do
	up_and_trapped
	spawn svctl stop mail >/dev/null
	[ "$(plan mail)" = "stopped registered" ] || lost=$((lost + 1))
done
t_is "$n stops, each against the application's last write: updates lost" $lost 0

up_and_trapped
pid=$(sv_pid "$s/gateway-mail")
rm -f "$MARKER" "$m/marker"
t_is "unregister" "$(says unregister mail)" "gateway-mail is unregistered"
t_like "is a stop that is meant" "$(cat "$m/marker")" "\"target_pid\": $pid, "
t_fails "the record is gone" test -e "$INTENT"
t_tree_end

ini 'planned_stop_file ='
rm -f "$MARKER" "$m/marker"
t_tree "$s"
svctl register mail --down >/dev/null
app mail "$m"
up_and_trapped
svctl stop mail >/dev/null
t_fails "switched off there is no marker" test -e "$MARKER" -o -e "$m/marker"
t_ok "but the record" is_wanted stopped
t_tree_end
ini 'intent_file ='
rm -f "$INTENT" "$m/marker"
t_tree "$s"
up_and_trapped
t_is "the other way round" "$(says stop mail)" "gateway-mail is down"
t_ok "there is the marker" test -e "$m/marker"
t_fails "and no record" test -e "$INTENT"
t_done
