#!/bin/bash
# timeout: 300
# s6-instance-create, -delete, -control, -status, -list: the same session with Debian's and with ours on an instanced service of
# its own, in a tree of s6 and in one of hexad: the same codes, messages, files and supervisors.
. "$(dirname "$0")/../lib/tap.sh"
. "$T_ROOT/tests/lib/compat.sh"
compat_need

s=scan/svc
# On a file system that gives each directory a number of its own: Debian's s6-svscan takes one with the number of an
# instance that was just removed for that instance, and does not see its logger.
W=$T
if shm=$(mktemp -d /dev/shm/hexad-test.XXXXXX 2>/dev/null); then
	t_at_exit "rm -rf -- '$shm'"
	cp "$B/await" "$shm/probe" && "$shm/probe" exit 1 2147483647 2>/dev/null && W=$shm
fi

# The tree whose service is the instances' tree. Its program is the same tree's supervisor again.
prepare() {
	local supervisor=$DEBIAN_S6/s6-svscan

	[ "$1" = debian ] || supervisor=$B/hexad
	mkdir -p scan/svc/template/data scan/svc/instance scan/svc/instances empty
	printf '#!/bin/sh\nexec sleep 1000\n' >$s/template/run
	printf '#!/bin/sh\nexec 2>>%s\nexec %s -d3 instance\n' "$PWD/inner.log" "$supervisor" >$s/run
	chmod 755 $s/template/run $s/run
	echo 3 >$s/notification-fd
	ln -s nowhere $s/template/data/link
	touch $s/template/.hidden
	chmod 640 $s/template/.hidden
	mkfifo $s/template/data/fifo
}

files() {
	find $s/instance $s/instances ! -path '*/supervise/*' ! -path '*/.s6-svscan*' ! -name 'ftrig1*' -printf '%P %y %m %U:%G %l\n' |
		sort
}

try() {
	local who=$1

	shift
	compat_run "$who" "$@"
	echo "== $*: code $C_CODE"
	# The order of a list is nobody's promise.
	sort <<<"$C_OUT"
	echo "$C_ERR"
}

up() {
	"$DEBIAN_S6/s6-svok" "$s/instances/$1"
	echo "svok $1: $? $("$DEBIAN_S6/s6-svstat" -o wantedup,normallyup "$s/instances/$1" 2>&1)"
}

session() {
	local who=$1 name

	try "$who" s6-instance-create -t 10000 $s one
	up one
	try "$who" s6-instance-create -t 10000 $s one
	try "$who" s6-instance-create -D -t 10000 $s two
	up two
	try "$who" s6-instance-create -d -t 10000 $s three
	up three
	try "$who" s6-instance-create -P -t 10000 -- $s -four
	try "$who" s6-instance-create -f -t 10000 $s a.b ignored
	files
	for name in "" .x "a b" $'a\tb' $'a\nb' $'a\rb' . ..; do
		try "$who" s6-instance-create -t 10000 $s "$name"
		try "$who" s6-instance-delete -t 10000 $s "$name"
		try "$who" s6-instance-control -d $s "$name"
		try "$who" s6-instance-status $s "$name"
	done
	try "$who" s6-instance-list $s
	try "$who" s6-instance-list $s ignored
	try "$who" s6-instance-list none
	try "$who" s6-instance-list empty
	try "$who" s6-instance-list
	try "$who" s6-instance-control -wu -T 10000 -u $s two
	try "$who" s6-instance-status -uwNr $s two
	try "$who" s6-instance-control -wD -T 10000 -d $s two
	try "$who" s6-instance-status -uwNr $s two
	try "$who" s6-instance-status -o up,wantedup,normallyup $s three ignored
	try "$who" s6-instance-status $s none
	try "$who" s6-instance-status none x
	try "$who" s6-instance-status -o nothing $s two
	try "$who" s6-instance-control $s two
	try "$who" s6-instance-control -wD -T 300 $s one
	mkdir $s/instances/six
	try "$who" s6-instance-create -t 10000 $s six
	touch $s/instance/seven
	try "$who" s6-instance-create -t 10000 $s seven
	mv $s/template $s/away
	try "$who" s6-instance-create -t 10000 $s eight
	mv $s/away $s/template
	chmod 555 $s/instances
	try "$who" s6-instance-create -t 10000 $s eight
	chmod 755 $s/instances
	chmod 555 $s/instance
	try "$who" s6-instance-create -t 10000 $s eight
	chmod 755 $s/instance
	mkdir -p $s/template/supervise/control
	try "$who" s6-instance-create -t 500 $s eight
	rm -r $s/template/supervise
	files
	mkdir $s/template/log
	cp $s/template/run $s/template/log
	try "$who" s6-instance-create -D -t 10000 $s nine
	files
	try "$who" s6-instance-delete -t 10000 $s nine
	try "$who" s6-instance-delete -t 10000 $s one
	try "$who" s6-instance-delete -X $s two
	try "$who" s6-instance-delete -t 10000 $s none
	try "$who" s6-instance-delete -t 10000 none x
	try "$who" s6-instance-create -t 10000 empty x
	files
}

refusals() {
	local who=$1 args words command

	for args in "" "$s" "-x $s x" "-t 1s $s x" "-t $s x" "--help" "-t"; do
		read -ra words <<<"$args"
		for command in create delete; do
			try "$who" s6-instance-$command "${words[@]}"
		done
	done
	try "$who" s6-instance-create -t 10000 $s late
	try "$who" s6-instance-delete -t 10000 $s three
	try "$who" s6-instance-list $s
	try "$who" s6-instance-status $s a.b
}

for kind in $(compat_trees); do
	for who in debian ours; do
		mkdir -p "$W/$kind-$who/work"
		cd "$W/$kind-$who/work" || exit
		prepare "$kind"
		compat_tree "$kind" scan
		t_await 10 "$DEBIAN_S6/s6-svwait" -U -t 1000 $s
		session $who >../session 2>&1
		[ $who = debian ] ||
			t_is "$kind: no listener is left behind" "$(find . -name '.ftrig1*' -o -name 'ftrig1*')" ""
		compat_run ours s6-instance-create -t 10000 $s x/y
		t_is "$kind: a name with a slash" "$C_CODE $C_ERR" "100 s6-instance-create: fatal: invalid instance name"
		"$DEBIAN_S6/s6-svc" -wD -T 10000 -d $s
		compat_tree_end
		refusals $who >>../session 2>&1
	done
	cd "$T" || exit
	# Ours reads the options of s6-svstat itself, and waits without s6-svwait.
	sed -i 's/^s6-svstat: \(fatal: invalid option\)/s6-instance-status: \1/; s/^s6-svwait: /s6-svc: /' "$W/$kind-debian/session"
	t_is "$kind: the same session" "$(diff -U5 "$W/$kind-debian/session" "$W/$kind-ours/session")" ""
	t_ok "$kind: it was one" [ "$(grep -c '^==' "$W/$kind-ours/session")" -gt 70 ]
done
compat_run ours s6-instance-control
t_like "control without operands" "$C_CODE $C_ERR" '^100 s6-instance-control: usage: s6-instance-control '
compat_run ours s6-instance-control -Q a b
t_like "control knows no Q" "$C_CODE $C_ERR" '^100 s6-instance-control: usage: s6-instance-control '
compat_run ours s6-instance-status -x a b
t_like "status with an unknown letter" "$C_CODE $C_ERR" '^100 s6-instance-status: usage: s6-instance-status '
t_done
