#!/bin/bash
# timeout: 120
# [volume] and the application user's numbers: done before the scripts, as root, for what is listed and nothing else; no link is
# followed; a second start finds it done. Ports that follow from names, and two profiles with one.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

H=$R/home/app
boot_root
cat >"$R/etc/hexad.ini" <<'INI'
[app]
user = app
uid_env = HERMES_UID, PUID
gid_env = HERMES_GID, PGID
home = /home/app
[profiles]
command = sleep 1000
command_default = sleep 1000
port_env = API_PORT
[volume]
mkdir = logs, logs/gateways, link/below, deep/er/still
own_tree = profiles, trick, missing
own_file = note, twice
seed = /etc/seed:config, /etc/tool:tool, /etc/seed:here
INI
echo seeded >"$R/etc/seed"
printf '#!/bin/sh\n' >"$R/etc/tool"
chmod 755 "$R/etc/tool"
owners() { find "$H" -printf '%P %u %g\n' | sort; }
fill() {
	rm -rf "$H"
	mkdir -p "$H/profiles/a/sub" "$R/outside" "$H/bind"
	touch "$H/profiles/a/SOUL.md" "$H/profiles/a/sub/file" "$H/note" "$H/notlisted" "$R/outside/file" "$R/outside/linked"
	echo mine >"$H/here"
	ln -s /outside "$H/link"
	ln -s /outside "$H/trick"
	ln -s /outside/file "$H/profiles/a/out"
	ln "$R/outside/linked" "$H/twice" 2>/dev/null
	chown -R 0:0 "$R/outside" "$H"
}
fill
NS_ENV=(S6_VERBOSITY=1 PUID=99 HERMES_GID=100)
boot_script 1 'id app; stat -c "%u %n" /home/app/logs/gateways'
boot_life sh -c 'exit 3'
t_like "the scripts find the new numbers" "$OUT" '^uid=99\(app\) gid=100\(app\)'
t_like "which is said" "$OUT" "^hexad: info: the application user 'app' has the numbers 99:100 now"
t_is "passwd and group hold them, and keep their modes" \
	"$(grep ^app "$R/etc/passwd"; grep ^app "$R/etc/group"; stat -c %a "$R/etc/passwd" "$R/etc/group")" \
	"app:x:99:100:the application:/home/app:/bin/sh
app:x:100:
644
644"
t_is "no other user has changed" "$(grep -c . "$R/etc/passwd") $(head -n 2 "$R/etc/passwd" | cksum)" \
	"3 $(printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/false' | cksum)"
t_is "what is listed is his, what is not is as it was" \
	"$(cd "$H" && stat -c '%u:%g %n' . ./{profiles,profiles/a/sub/file,note,logs,logs/gateways,deep/er/still,notlisted} | sed 's/ [.]/ =/')" "99:100 =
99:100 =/profiles
99:100 =/profiles/a/sub/file
99:100 =/note
99:100 =/logs
99:100 =/logs/gateways
99:100 =/deep/er/still
0:0 =/notlisted"
t_is "nothing outside has" "$(find "$R/outside" -printf '%f %U %G\n' | sort)" "file 0 0
linked 0 0
outside 0 0"
for what in "use, for there is a symbolic link or no directory on the way to 'link/below'" \
	"use, for there is a symbolic link or no directory on the way to 'trick'" \
	"give away, for it has a second name, 'twice'"; do
	t_ok "it says: unable to ${what:0:60}" grep -qF "warning: unable to $what" <<<"$OUT"
done
t_fails "a path that is not there is no trouble" grep -q missing <<<"$OUT"
t_is "files are seeded once, as his" "$(cat "$H/config" "$H/here"; stat -c '%u %a' "$H/config" "$H/tool")" "seeded
mine
99 644
99 755"
t_is "and the container goes its way" "$CODE" 3

before=$(owners)
rm "$R/home/app/config" && echo changed >"$R/etc/seed"
boot_life sh -c 'exit 3'
t_fails "a second start changes no number" grep -q 'has the numbers' <<<"$OUT"
t_fails "and gives nothing away" grep -q '^hexad: info: gave' <<<"$OUT"
t_is "nobody's file has another owner" "$(owners | grep -v boot.log)" "$(grep -v boot.log <<<"$before")"
t_is "what is missing is seeded again" "$(cat "$H/config")" changed

for bad in 0 65535 -1 abc 1000000 '9 9'; do
	NS_ENV=(S6_VERBOSITY=1 "HERMES_UID=$bad")
	boot_life true
	t_like "HERMES_UID '$bad' is refused" "$OUT" "warning: HERMES_UID is '$bad', not a number from 1 to 65534"
	t_ok "and nothing is changed" grep -q '^app:x:99:100:' "$R/etc/passwd"
done

# Ports: two names with one, found by their hashes.
NS_ENV=(S6_VERBOSITY=1)
read -r one two <<<"$(python3 -c '
import hashlib
seen = {}
for i in range(10000):
    n = "p%d" % i
    port = 9200 + int.from_bytes(hashlib.sha256(n.encode()).digest()[:4], "big") % 600
    if port in seen:
        print(seen[port], n)
        break
    seen[port] = n')"
for p in "$one" "$two" coder; do
	mkdir -p "$H/profiles/$p"
	touch "$H/profiles/$p/SOUL.md"
done
boot_life sh -c 'grep -h API_PORT /run/service/gateway-coder/run /run/service/gateway-default/run'
t_is "a profile gets its port" "$(grep '^env API_PORT' <<<"$OUT")" "env API_PORT=9570
env API_PORT=9449"
t_ok "two with one port are said" grep -qE "^hexad: warning: profile '($one|$two)': port 9[0-9]+ is that of profile '($one|$two)' too" <<<"$OUT"
t_is "once, and no other pair" "$(grep -c 'is that of profile' <<<"$OUT")" 1
t_done
