#!/bin/bash
# timeout: 90
# A service that was up for a second is back at once, whatever it said and has; one that ends at once, in any way, never
# starts twice within a second.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/sv.sh"

s=$T/scan
mkdir "$s"
loops="exits killed ready finishing told"
old="plain was-ready with-finish killed-by-letter"
note() { sv_note_birth "$T/$1"; }
t_service "$s" exits "$(note exits); exit 1"
t_service "$s" killed "$(note killed); kill -KILL \$\$"
t_service "$s" ready "$(note ready); echo >&3"
t_service "$s" finishing "$(note finishing)"
t_service "$s" told "$(note told); exec sleep 1000"
echo 3 >"$s/ready/notification-fd"
printf '#!/bin/sh\nexit 0\n' >"$s/finishing/finish"
t_service "$s" was-ready 'echo >&3; exec sleep 1000'
echo 3 >"$s/was-ready/notification-fd"
for name in plain with-finish killed-by-letter; do
	t_service "$s" $name
done
cp "$s/finishing/finish" "$s/with-finish/finish"
chmod 755 "$s/finishing/finish" "$s/with-finish/finish"
declare -A fd
for name in $loops; do
	mkfifo "$T/$name"
	exec {n}<>"$T/$name"
	fd[$name]=$n
done
for name in $loops $old; do
	sv_listen "$name" "$s/$name"
done
t_tree "$s"
for name in $old; do
	sv_until "$name" u
done

# Four starts of a loop take more than three seconds, which is what makes the others old enough. The kernel's own times of
# birth are compared, so nothing needs to be allowed for.
birth() { read -r -t 20 -u "${fd[$1]}" BORN; }
least() {
	local name=$1 last min=999999

	birth "$name"
	for _ in 1 2 3; do
		last=$BORN
		[ "$name" != told ] || kill -TERM "$(sv_pid "$s/told")"
		birth "$name"
		[ $((BORN - last)) -ge $min ] || min=$((BORN - last))
	done
	echo "$min"
}
sv_until told u
for name in $loops; do
	got=$(least "$name")
	t_ok "$name: least time between two starts: $got hundredths" test "$got" -ge 100
	t_ok "$name: and it does start again" test "$got" -lt 999999
done

for name in $old; do
	if [ "$name" = killed-by-letter ]; then
		sv_tell "$s/$name" k
	else
		kill -TERM "$(sv_pid "$s/$name")"
	fi
	sv_until "$name" u
	gap=$(sv_gap "$s/$name")
	# The pause would be a second; a finish is part of the gap.
	t_ok "$name, old: up again after $((gap / 1000)) ms" test "$gap" -lt 900000
done
# Now they are young.
for name in plain was-ready with-finish; do
	born=$(sv_born "$(sv_pid "$s/$name")")
	kill -TERM "$(sv_pid "$s/$name")"
	sv_until "$name" u
	gap=$(($(sv_born "$(sv_pid "$s/$name")") - born))
	t_ok "$name, young: started $gap hundredths after its last start" test "$gap" -ge 100
done
t_done
