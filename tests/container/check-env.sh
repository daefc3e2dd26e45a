#!/bin/bash
#
# The commands around the environment and users as images call them: with-contenv, printcontenv, s6-setuidgid, s6-envdir,
# with-retries, logutil-service, and the variables that say where an image's files are.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"
. "$(dirname "$0")/../lib/lives.sh"

dir=/run/s6/container_environment

check_with_contenv() {
	life -e FOO=file -- "${as_app[@]}" \
		sh -c 'FOO=local BAR=x with-contenv sh -c "echo foo=\$FOO bar=\$BAR."; PATH=/bin:/command with-contenv printenv PATH'
	t_life "the container's variables win over the caller's, and nothing else of his is left" \
		$'0 foo=file bar=.\n/command:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
	life -e S6_KEEP_ENV=1 -e FOO=bar -- "${as_app[@]}" sh -c 'FOO=local with-contenv printenv FOO HOME'
	t_life "with S6_KEEP_ENV it changes nothing" $'0 local\n/root'
}

check_with_contenv_files() {
	life -- sh -c "cd $dir"'; printf "a\n\n" >A; : >B; printf "\n" >C; printf d >D; echo x >.E
		s6-setuidgid app with-contenv sh -c "echo \"[\$A][\${B-unset}][\${C-unset}][\$D]\"; env | grep -c ^.E="'
	t_life "one newline is cut, an empty file unsets, hidden files do not count" $'1 [a\n][unset][][d]\n0'
	life -- sh -c "mkdir $dir/d"'; with-contenv true; echo rc=$?'
	t_life "a directory among them is an error" \
		$'0 rc=111\n'"with-contenv: fatal: unable to envdir $dir/d: Is a directory"
	life -- "${as_app[@]}" sh -c 'with-contenv; echo rc=$?; with-contenv nosuch; echo rc=$?; with-contenv /etc/passwd; echo rc=$?'
	t_is "its own codes" "$CODE $(grep rc= <<<"$OUT" | tr '\n' ' ')" "0 rc=100 rc=127 rc=126 "
}

check_printcontenv() {
	life -e FOO=bar -- "${as_app[@]}" sh -c 'echo "[$(printcontenv FOO)]"; printcontenv FOO | wc -l; printcontenv NOSUCH; echo rc=$?'
	t_life "printcontenv prints one value and one newline, and fails where there is none" $'0 [bar]\n1\nrc=1'
}

check_bad_numbers() {
	boot_script 1 'exit 1'
	life -e S6_VERBOSITY=abc -e S6_BEHAVIOUR_IF_STAGE2_FAILS=abc -- "${as_app[@]}" sh -c 'echo CMD; exit 3'
	t_is "variables that are no numbers stop nothing" "$CODE $(grep -c '^CMD' <<<"$OUT")" "3 1"
	t_is "and are named" "$(grep -o "S6_[A-Z0-9_]* is 'abc', which is not a number: it counts as .*" <<<"$OUT" | sort -u)" \
"S6_BEHAVIOUR_IF_STAGE2_FAILS is 'abc', which is not a number: it counts as 0
S6_VERBOSITY is 'abc', which is not a number: it counts as 2"
}

check_setuidgid() {
	life -- s6-setuidgid app sh -c 'id -u; id -g; id -G; echo home=$HOME user=$USER.; env | grep -c "^UID="'
	t_life "s6-setuidgid gives a user and his groups, and no variables" $'1 10000\n10000\n10000\nhome= user=.\n0'
	life -- s6-setuidgid 1000:1001 sh -c 'id -u; id -g; id -G'
	t_life "or the numbers, which no file need know" $'0 1000\n1001\n1001'
	life -- sh -c 's6-setuidgid 1000 id; echo rc=$?; s6-setuidgid a:b id; echo rc=$?; s6-setuidgid app nosuch; echo rc=$?'
	t_is "its own codes" "$CODE $(grep rc= <<<"$OUT" | tr '\n' ' ')" "0 rc=1 rc=100 rc=127 "
}

check_setuidgid_oneself() {
	life -u app -- s6-setuidgid app id -u
	t_is "who is that user already needs no privilege" "$CODE $(grep -v '^hexad: ' <<<"$OUT")" "0 10000"
	life -u app -- s6-setuidgid nobody id -u
	t_is "to become another one he does" "$CODE $(grep -c '^[0-9]' <<<"$OUT")" "111 0"
}

check_with_retries() {
	mk /usr/local/bin/third '#!/bin/sh\necho try\n[ -e /tmp/second ] && exit 0\n[ -e /tmp/first ] && exec touch /tmp/second
touch /tmp/first; exit 1\n'
	life -- "${as_app[@]}" sh -c 'with-retries -n 2 -t 200 false; echo rc=$?; with-retries true; echo rc=$?; with-retries -t 5000 third; echo rc=$?'
	t_life "with-retries tries until it works or the tries are used up" $'0 rc=1\nrc=0\ntry\ntry\nrc=0'
}

check_logutil() {
	mkdir -m 755 "$T/log"
	chown 65534:65534 "$T/log"
	legacy m 'while echo line; do sleep 0.2; done' 'exec logutil-service /var/log/m'
	life_starts -v "$T/log:/var/log/m" --
	t_ok "logutil-service logs" t_await_line "$T/log/current" '^20[0-9-]* [0-9:.]*  line$' 30
	t_is "as nobody, into files of his" "$(stat -c %u:%g "$T/log/current")" 65534:65534
	docker kill -s TERM "$C" >/dev/null
	life_ends
	t_life "and not to the container's output" "0 "
}

check_runtime_profile() {
	mk /etc/cont-profile.d/alt/cont-init.d/1 '#!/bin/sh\necho PROFILE\n'
	mk /etc/cont-profile.d/alt/s6-overlay/s6-rc.d/o/type 'oneshot\n'
	mk /etc/cont-profile.d/alt/s6-overlay/s6-rc.d/o/up 'echo PROFILE-SERVICE\n'
	mk /etc/cont-profile.d/alt/s6-overlay/s6-rc.d/o/dependencies.d/base ''
	mk /etc/cont-profile.d/alt/s6-overlay/user-bundles.d/user/contents.d/o ''
	boot_script 1 'echo DEFAULT'
	oneshot o 'echo DEFAULT-SERVICE'
	life -e S6_RUNTIME_PROFILE=alt -- "${as_app[@]}" echo CMD
	t_life "S6_RUNTIME_PROFILE takes all scripts and services from elsewhere" $'0 PROFILE\nPROFILE-SERVICE\nCMD'
}

check_bundle_directory() {
	mk S/o/type 'oneshot\n'
	mk S/o/up 'echo BD\n'
	oneshot p 'echo OTHER'
	mk /bd/user/contents.d/o ''
	mk /bd/user/type 'bundle\n'
	life -e S6_RUNTIME_BUNDLEDIR=/bd -- "${as_app[@]}" echo CMD
	t_life "S6_RUNTIME_BUNDLEDIR says what is started" $'0 BD\nCMD'
}

# What images ask from outside, by the user who runs things in them.
check_exec() {
	longrun own 'echo up; exec sleep 1000'
	longrun other
	owned_by_app /etc/s6-overlay/s6-rc.d/own
	life_starts -e FOO=bar -- "${as_app[@]}" sh -c 'echo main; exec sleep 1000'
	life_comes_to '^main$'
	t_is "s6-rc -a list, for everybody, shows what is up, and nothing of the machinery" "$(c_exec s6-rc -a list | sort | tr '\n' ' ')" \
		"fix-attrs legacy-cont-init legacy-services other own "
	t_is "s6-rc does not change anything for him" \
		"$(c_exec s6-rc -d change own 2>&1; echo $?)" "s6-rc: fatal: unable to take locks: Permission denied"$'\n111'
	t_is "s6-svstat shows him his own services" "$(c_exec s6-svstat -o up /run/service/own)" true
	t_like "but not another's" "$(c_exec s6-svstat /run/service/other 2>&1; echo $?)" 'Permission denied$'
	t_is "there is no runner of oneshots" "$(c_exec s6-svok /run/service/s6rc-oneshot-runner; echo $?)" 1
	t_is "with-contenv from outside" "$(c_exec with-contenv printenv FOO)" bar
	t_is "also where PATH does not have it" "$(docker exec -u 10000 -e PATH=/nowhere "$C" /command/with-contenv /bin/sh -c 'echo $FOO')" bar
}

check_envdir() {
	mk /e/X 'v  \nsecond\n'
	mk /e/Y ''
	life -- "${as_app[@]}" sh -c 'Y=1 s6-envdir /e sh -c "echo \"[\$X][\${Y-unset}]\""; s6-envdir -f /e sh -c "echo \"[\$X]\""
		s6-envdir /nosuch true 2>&1; echo rc=$?; s6-envdir -I /nosuch echo ok'
	t_life "s6-envdir: the first line without blanks at its end, or all of it" \
		$'0 [v][unset]\n[v  \nsecond]\ns6-envdir: fatal: unable to envdir /nosuch: No such file or directory\nrc=111\nok'
}

lives_side_by_side
t_done
