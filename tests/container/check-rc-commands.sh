#!/bin/bash
#
# s6-rc, s6-rc-db, s6-rc-compile and s6-rc-update as scripts and people in a container use them.
# timeout: 200
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/engine.sh"
. "$(dirname "$0")/../lib/lives.sh"

# A source of its own for each error, below /life; the last oneshot made was in error/etc/s6-overlay/s6-rc.d.
error() {
	R=$T/files/$1
	mkdir -p "$R"
}

# Compiles that source in the container, as the application's user: what it says in OUT, the code in CODE.
compile() {
	OUT=$(c_exec s6-rc-compile "/tmp/$1.db" "/life/$1/etc/s6-overlay/s6-rc.d" 2>&1)
	CODE=$?
}

check_compile() {
	error undefined
	oneshot a ''
	after a nosuch
	error cycle
	oneshot a ''
	oneshot b ''
	after a b
	after b a
	error type
	oneshot a ''
	mk S/a/type 'oneshot \n'
	error syntax
	oneshot a 'foreground { a'
	error reserved
	mk S/s6rc-x ''
	error pipeline
	longrun a
	longrun b
	mk S/a/producer-for 'b\n'
	error good
	oneshot a ''
	C_IMAGE=$IMAGE c_bg -v "$T/files:/life:ro" --entrypoint sleep -- 1000

	compile undefined
	t_life "s6-rc-compile: a name that nobody has" \
		"1 s6-rc-compile: fatal: during dependency resolution for service a: undefined service name nosuch"
	compile cycle
	t_like "a cycle" "$CODE $OUT" '^1 s6-rc-compile: fatal: cyclic service dependency reached from (a and involving b|b and involving a)$'
	compile type
	t_life "a type with a blank" \
		"1 s6-rc-compile: fatal: invalid /life/type/etc/s6-overlay/s6-rc.d/a/type: must be oneshot, longrun, or bundle"
	compile syntax
	t_like "a block without an end" "$CODE $OUT" '^1 s6-rc-compile: fatal: .*syntax error.* /life/syntax/etc/s6-overlay/s6-rc.d/a/up.*unmatched \{'
	compile reserved
	t_like "a name that is reserved, even of a file" "$CODE $OUT" \
		'^1 s6-rc-compile: fatal: .*identifier s6rc-x starts with reserved prefix'
	compile pipeline
	t_like "a pipeline that one side does not know of" "$CODE $OUT" \
		'^1 s6-rc-compile: fatal: .*a declares being a producer for .*b .*does not declare it back'
	compile good
	t_life "none of them" "0 "
}

check_broken_graph() {
	oneshot a ''
	after a nosuch
	life_starts -- echo CMD
	life_comes_to 'no service is started$'
	docker kill -s WINCH "$C" >/dev/null
	t_is "with an undefined name in the definitions the container stays, and shows nothing as up" \
		"$(c_exec s6-rc -a list 2>&1; echo $?)" 0
	docker kill -s TERM "$C" >/dev/null
	life_ends
	t_life "and says why" \
"0 s6-rc-compile: fatal: during dependency resolution for service a: undefined service name nosuch
hexad: fatal: the service definitions have errors: no service is started"
}

check_codes() {
	life -- sh -c 's6-rc change nosuch; echo rc=$?
		s6-setuidgid app sh -c "s6-rc bogus; echo rc=\$?; s6-rc-db type top; s6-rc-db contents fix-attrs; echo rc=\$?
			s6-rc-db type nosuch; echo rc=\$?; s6-rc-db check; echo rc=\$?; s6-rc help >/dev/null; echo rc=\$?"' 2>&1
	t_is "the codes: unknown name, usage, no bundle, and none" "$CODE $(grep -v ': ' <<<"$OUT" | tr '\n' ' ')" \
		"0 rc=3 rc=100 bundle rc=5 rc=3 rc=0 rc=0 "
	t_like "the name is named" "$OUT" 's6-rc: fatal: nosuch is not a recognized identifier'
}

check_from_a_script() {
	boot_script 1 's6-rc -a list; echo rc=$?; s6-rc -b -u change user; echo rc=$?'
	life -- true
	t_is "a script that the boot waits for is told at once that s6-rc is busy" \
		"$CODE $(grep -v ' audit: ' <<<"$OUT")" \
		"0 s6-rc: fatal: unable to take locks: Resource busy
rc=111
s6-rc: fatal: unable to take locks: Resource busy
rc=111"
}

check_essential() {
	oneshot e '' 'echo EDOWN'
	mk S/e/flag-essential ''
	life -- sh -c 's6-rc -d change e; echo d=$?; s6-rc -a list | grep e\$; s6-rc -D change e; echo D=$?; s6-rc -a list | grep e\$'
	t_life "an essential service goes down with -D alone" \
		"1 s6-rc: warning: service e is marked as essential, not stopping it"$'\nd=0\ne\nEDOWN\nD=0'
}

check_output_to_caller() {
	longrun own 'echo own: up; exec sleep 1000'
	mk S/o/type 'oneshot\n'
	mk S/o/up 'sh -c "echo TO-CALLER; echo TO-ERROR >&2; cat; exit 3"\n'
	life_starts --
	life_comes_to '^own: up$'
	OUT=$(echo typed | docker exec -i "$C" s6-rc -u change o 2>"$T/err")
	CODE=$?
	t_life "a oneshot started by hand has the input and output of who asked" $'1 TO-CALLER\ntyped'
	t_is "standard error too" "$(cat "$T/err")" $'TO-ERROR\ns6-rc: warning: unable to start service o: command exited 3'
	t_is "nothing of it is on the console" "$(c_logs | grep -c 'TO-\|typed')" 0
	docker kill -s TERM "$C" >/dev/null
	life_ends
}

check_update() {
	longrun k
	owned_by_app /etc/s6-overlay/s6-rc.d/k
	life -- sh -c 'p=$(s6-svstat -o pid /run/service/k); d=/etc/s6-overlay/s6-rc.d/n; mkdir $d; echo oneshot >$d/type
		echo "echo NEW" >$d/up
		s6-rc-compile /run/s6/db2 ${d%/n} /etc/s6-overlay/user-bundles.d /package/admin/s6-overlay/etc/s6-rc/sources &&
		s6-rc-update /run/s6/db2 && s6-rc -u change n; echo rc=$?
		test "$p" -gt 0 -a "$p" = "$(s6-svstat -o pid /run/service/k)" && echo SAMEPID; s6-rc -a list | grep n\$'
	t_life "a service comes in while the container runs, and those that run keep their pid" $'0 NEW\nrc=0\nSAMEPID\nn'
}

lives_side_by_side
t_done
