#!/bin/bash
#
# How the main program is started: words, lookup, directory, stdin, environment, its place among the processes.
# shellcheck disable=SC2034 # NS_ENV is nsboot.sh's
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

boot_root
boot_life /nonexistent
t_is "a program that is not there: 127" "$CODE" 127
t_is "and a line that says so" "$OUT" \
	"hexad: fatal: unable to run the main program '/nonexistent': No such file or directory"
boot_life nonexistent
t_is "the same through PATH" "$CODE" 127
boot_life /etc/passwd
t_is "one that cannot be executed: 126" "$CODE" 126
t_is "and its line" "$OUT" "hexad: fatal: unable to run the main program '/etc/passwd': Permission denied"
boot_life ''
t_is "an empty word is no program" "$CODE" 127

# shellcheck disable=SC2016 # expanded inside
echo 'echo "no interpreter, $1"' >"$R/plain"
chmod 755 "$R/plain"
boot_life /plain 'a  b'
t_is "a text without #! is the shell's" "$OUT" "no interpreter, a  b"
boot_life sh -c 'for w; do printf "<%s>" "$w"; done' x 'a  b' '' "it's" '*'
t_is "words arrive untouched" "$OUT" "<a  b><><it's><*>"

NS_ENV=(FOO=bar S6_VERBOSITY=1)
boot_life env
t_is "the environment is PATH alone" "$OUT" "PATH=$NS_PATH"
NS_ENV=(FOO=bar S6_KEEP_ENV=1)
boot_life sh -c 'echo "$FOO $HOME"; test -e /run/s6/container_environment || echo none'
t_is "S6_KEEP_ENV keeps it, and nothing is dumped" "$OUT" $'bar /root\nnone'
NS_ENV=()

boot_life cat /proc/1/comm
t_is "PID 1 is s6-svscan" "$OUT" s6-svscan
boot_life sh -c 'tr "\0" "|" </proc/1/cmdline' /opt/main-wrapper.sh 'gateway run'
t_like "PID 1 keeps its own command line" "$OUT" '^[^|]*init\|sh\|-c\|.*\|/opt/main-wrapper.sh\|gateway run\|$'
boot_life sh -c 'read -r _ _ _ p _ </proc/$$/stat; tr "\0" "\n" </proc/$p/cmdline; cat /proc/$p/comm' W
t_like "the holder shows rc.init top and the words" "$(head -n 1 <<<"$OUT")" '^rc\.init top sh -c .* W$'
t_is "and is called rc.init" "$(tail -n 1 <<<"$OUT")" rc.init
boot_life sh -c 'grep -E "^(Sig(Blk|Ign)|ShdPnd)" /proc/self/status; umask; ls /proc/self/fd | wc -l'
t_is "no signal blocked or ignored, umask 022, no foreign descriptor" "$(tr -s '\t\n' ' ' <<<"$OUT")" \
	"ShdPnd: 0000000000000000 SigBlk: 0000000000000000 SigIgn: 0000000000000000 0022 4 "
boot_life readlink /proc/1/fd/0
t_is "PID 1's own stdin is /dev/null" "$OUT" /dev/null

boot_before 'mkdir -p "/a b"; cd "/a b"; echo piped | { exec 3<&0; exec "$@" <&3 3<&-; }'
rm -f "$R/init"
cat >"$R/init" <<'INIT'
#!/bin/sh
mkdir -p "/a b"
cd "/a b"
exec /command/init "$@" <<TEXT
piped
TEXT
INIT
chmod 755 "$R/init"
boot_script 10 'pwd'
NS_ENV=(S6_VERBOSITY=1)
boot_life sh -c 'pwd; cat'
t_is "scripts start in /, the main program where /init did, with its stdin" "$OUT" $'/\n/a b\npiped'
# hexad raises its own limit of open files; scripts and the main program get the one it was given.
boot_root
boot_script 1 'echo "script $(ulimit -Sn)"'
ulimit -Sn 777
boot_life sh -c 'echo "main $(ulimit -Sn)"; exit 3'
t_is "the limit of open files is handed on as it came" "$CODE $(grep -E '^(script|main) ' <<<"$OUT" | tr '\n' ' ')" \
	"3 script 777 main 777 "
t_done
