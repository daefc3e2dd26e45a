#!/bin/bash
#
# `docker stop` ends the container as soon as its services are gone, not after a fixed time.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

# On SIGTERM it takes another 0.3 s and then writes down when it went.
cat >"$T/slow" <<'END'
#!/bin/sh
trap 'sleep 0.3; date +%s%N >"/opt/data/$1"; exit 0' TERM
echo "slow: $1 up"
while :; do
	sleep 100000 &
	wait $!
done
END
chmod 755 "$T/slow"
mkdir "$T/home"
chown 10000:10000 "$T/home"

# Nanoseconds from the moment that FILE of the home holds to the moment the engine saw the container end.
lag() {
	echo $(($(date -d "$(c_state '{{.State.FinishedAt}}')" +%s%N) - $(<"$T/home/$1")))
}

# The measure: the engine alone, with the same program as its PID 1 and nobody in between.
C_IMAGE=$IMAGE c_bg --entrypoint /slow -v "$T/slow:/slow:ro" -v "$T/home:/opt/data" -- bare
t_await_line "$C_LOG" '^slow: bare up' 20
docker stop "$C" >/dev/null
bare=$(lag bare)

c_bg -v "$T/slow:/slow:ro" -v "$T/home:/opt/data"
for name in one two; do
	c_exec sh -c "mkdir /run/service/.$name && printf '#!/bin/sh\nexec /slow $name\n' >/run/service/.$name/run &&
		chmod 755 /run/service/.$name/run && mv /run/service/.$name /run/service/$name"
done
c_exec s6-svscanctl -a /run/service
t_await_line "$C_LOG" '^slow: one up' 10
t_await_line "$C_LOG" '^slow: two up' 10
began=$(date +%s%N)
t_ok "docker stop" docker stop -t 20 "$C"
t_ok "both services ended by themselves" test -s "$T/home/one" -a -s "$T/home/two"
t_ok "they were told at once" test $(($(<"$T/home/one") - began)) -lt 2000000000
apart=$(($(<"$T/home/one") - $(<"$T/home/two")))
t_ok "they ended side by side" test "${apart#-}" -lt 250000000
last=one
[ "$(<"$T/home/two")" -le "$(<"$T/home/one")" ] || last=two
with=$(lag "$last")
echo "# from the last program's end to the container's: bare $((bare / 1000000)) ms, hexad $((with / 1000000)) ms"
t_ok "the container ended when the last of them was gone" test $((with - bare)) -lt 500000000
t_done
