#!/bin/bash
#
# What an image sees of /init before anything of its own runs: codes, PATH, environment, identity, /run, and what it does
# where another /init refuses.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"
. "$(dirname "$0")/../lib/lives.sh"

path=/command:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

check_codes() {
	life -- "${as_app[@]}" sh -c 'id -u; exit 7'
	t_life "the main program's code is the container's" "7 10000"
	life -- "${as_app[@]}" sh -c 'kill -9 $$'
	t_life "one that is killed by signal 9 gives 137" "137 "
	life -- /nonexistent
	t_life "one that is not there gives 127 and a line" \
		"127 hexad: fatal: unable to run the main program '/nonexistent': No such file or directory"
	life -- /etc/passwd
	t_life "one that cannot be executed gives 126 and a line" \
		"126 hexad: fatal: unable to run the main program '/etc/passwd': Permission denied"
}

check_environment() {
	life -e FOO=bar -- "${as_app[@]}" env
	t_life "the main program's environment is PATH alone" "0 PATH=$path"
	life -e FOO=bar -- "${as_app[@]}" with-contenv printenv FOO HOME
	t_life "with-contenv gives it what the engine gave" $'0 bar\n/root'
	life -e FOO=bar -e S6_KEEP_ENV=1 -- "${as_app[@]}" sh -c 'echo "$FOO $HOME"; ls -d /run/s6/container_environment'
	t_life "S6_KEEP_ENV hands on everything and makes no files of it" \
		$'2 bar /root\nls: cannot access \'/run/s6/container_environment\': No such file or directory'
}

check_path() {
	life -e PATH=/foo -- /bin/sh -c 'echo $PATH'
	t_life "a PATH without them gets /command, /usr/bin and /bin in front" "0 /command:/usr/bin:/bin:/foo"
	life -e PATH=/usr/bin:/command -- "${as_app[@]}" printenv PATH
	t_life "what PATH has already stays where it is" "0 /bin:/usr/bin:/command"
	life -w /opt/data -- "${as_app[@]}" pwd
	t_life "the main program's directory is the container's" "0 /opt/data"
}

check_identity() {
	life -- "${as_app[@]}" sh -c 'cat /proc/1/comm
		stat -c "%a %U %n" /run/s6 /run/service /run/s6/container_environment /run/s6/container_environment/PATH
		stat -c "%F %n" /run/s6-rc/servicedirs /run/service/.s6-svscan/control /run/s6/db
		for c in halt poweroff reboot shutdown; do test -x /run/s6/basedir/bin/$c || echo no $c; done
		cat /run/s6-linux-init-container-results/exitcode'
	t_is "PID 1 is called s6-svscan" "$(head -n 1 <<<"$OUT")" s6-svscan
	t_is "everybody may look at the directories and at the variables" "$(sed -n 2,5p <<<"$OUT")" \
"755 root /run/s6
755 root /run/service
755 root /run/s6/container_environment
644 root /run/s6/container_environment/PATH"
	t_is "what images look for below /run is there, and the code so far is 0" "$CODE $(sed 1,5d <<<"$OUT")" \
"0 directory /run/s6-rc/servicedirs
fifo /run/service/.s6-svscan/control
directory /run/s6/db
0"
}

# No set-uid program makes another user's /run usable: what is lost is said, and everything else works.
check_other_user() {
	life -u app -- sh -c 'id -u; d=/tmp/hexad-10000; stat -c %u /run $d; mkdir $d/web
		printf "#!/bin/sh\nexec sleep 1000\n" >$d/web/run; chmod 755 $d/web/run
		s6-svscanctl -a $d && s6-svwait -u -t 10000 $d/web && s6-svstat -o up $d/web; exit 4'
	t_is "with another user it runs as him, and services of his with it" \
		"$CODE $(grep -v '^hexad: ' <<<"$OUT" | tr '\n' ' ')" "4 10000 0 10000 true "
	t_like "it says where the scan directory is instead" "$OUT" \
		"^hexad: warning: '/run' \(uid 0, mode 0755\) has insecure or unworkable permissions for uid 10000"
	life -u app --security-opt no-new-privileges -- sh -c 'id -u; grep NoNewPrivs /proc/self/status; exit 5'
	t_is "it needs no privilege that an engine can forbid" "$CODE $(grep -v '^hexad: ' <<<"$OUT" | tr '\t\n' '  ')" \
		"5 10000 NoNewPrivs: 1 "
}

check_not_process_1() {
	life --init -- "${as_app[@]}" sh -c 'cat /proc/1/comm; exit 6'
	t_is "under another process 1 it does not refuse" "$CODE $(grep -v '^hexad: ' <<<"$OUT")" "6 docker-init"
	t_like "but says what will not work" "$OUT" '^hexad: info: not process 1: clients will not detect this supervisor'
}

check_read_only() {
	life --read-only --tmpfs /run:exec -e S6_READ_ONLY_ROOT=1 -- \
		sh -c 'touch /x 2>/dev/null || echo read-only; test -p /run/service/.s6-svscan/control && exit 4'
	t_life "on a read-only root with a tmpfs at /run nothing is lost" "4 read-only"
}

check_var_run() {
	LIFE_FIRST='rm /var/run; mkdir /var/run; touch /var/run/old' life -- "${as_app[@]}" \
		sh -c 'readlink /var/run; test -e /var/run/old || echo no old file'
	t_is "a /var/run of its own becomes a link to /run" "$CODE $(grep -v '^hexad: warning' <<<"$OUT")" $'0 /run\nno old file'
	t_like "which is said" "$OUT" "^hexad: warning: '/var/run' "
}

lives_side_by_side
t_done
