#!/bin/bash
#
# The target "overlay" holds hexad's files and nothing else, and they work in an image that has nothing else.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"

# An image of scratch has no command to run; a container of it can be made and copied out all the same.
id=$(docker create "$OVERLAY" /init)
c_ids+=("$id")
docker export "$id" | tar -tf - | sort >"$T/all"
# The engine puts these in every container.
grep -vE '^(\.dockerenv|dev/.*|proc/|sys/|etc/(hostname|hosts|resolv\.conf|mtab))$' "$T/all" >"$T/files"
t_is "nothing but hexad's files" "$(grep -vE '^(init|command/.*|etc/|etc/(hexad\.ini|s6-overlay/.*)|package/.*|usr/(share/.*)?)$' "$T/files")" ""
for name in init command/hexad command/svctl command/hexad-shim command/s6-svc command/s6-svscan command/with-contenv \
	etc/hexad.ini; do
	t_ok "it has $name" grep -qx "$name" "$T/files"
done
mkdir "$T/out"
docker export "$id" | tar -xf - -C "$T/out" command init
for name in hexad svctl hexad-shim; do
	t_is "$name needs no loader and no library" "$(readelf -lW "$T/out/command/$name" | grep -E 'INTERP|DYNAMIC')" ""
done

mkdir "$T/bare"
cat >"$T/bare/main.c" <<'END'
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* As a service it gets its name as an argument. */
int main(int argc, char **argv)
{
	char comm[32] = "";
	FILE *f = fopen("/proc/1/comm", "r");

	if (f && fgets(comm, sizeof(comm), f))
		comm[strcspn(comm, "\n")] = '\0';
	printf("main: up, PID 1 is %s\n", comm);
	fflush(stdout);
	if (argc > 1 && !strcmp(argv[1], "once"))
		return 7;
	for (;;)
		pause();
}
END
cc -static -o "$T/bare/main" "$T/bare/main.c" || t_fail "a static program for the test"
printf 'FROM %s AS hexad\nFROM scratch\nCOPY --from=hexad / /\nCOPY main /main\nENTRYPOINT ["/init"]\n' "$OVERLAY" >"$T/bare/Dockerfile"
t_ok "FROM scratch with COPY --from=hexad builds" c_build "hexad-test-bare:$$" "$T/bare"
C_IMAGE=hexad-test-bare:$$
out=$(c_run -- /main once)
t_is "the main program's code is the container's" $? 7
t_like "it saw hexad as PID 1" "$out" '^main: up, PID 1 is s6-svscan$'
c_bg -- /main
t_await_line "$C_LOG" '^main: up' 20
mkdir "$T/slot"
cp "$T/bare/main" "$T/slot/run"
docker cp -q "$T/slot" "$C:/run/service/web" 2>/dev/null || docker cp "$T/slot" "$C:/run/service/web" >/dev/null
bare() {
	docker exec "$C" "$@" </dev/null
}
t_ok "s6-svscanctl -a, without a shell anywhere" bare /command/s6-svscanctl -a /run/service
t_ok "s6-svwait -u" bare /command/s6-svwait -u -t 10000 /run/service/web
t_is "the service is up" "$(bare /command/s6-svstat -o up /run/service/web)" true
t_ok "svctl status" bare /command/svctl status
t_ok "s6-svc -wD -d" bare /command/s6-svc -wD -T 10000 -d /run/service/web
t_is "the service is down" "$(bare /command/s6-svstat -o up /run/service/web)" false
t_done
