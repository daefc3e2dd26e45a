# shellcheck shell=bash disable=SC2034 # NS_ENV is nsboot.sh's
#
# bootrc.sh: service definitions for whole lives of a container. Source it after boot.sh:
#
#   rc_root                 boot_root, with the directories of s6-rc sources and S6_VERBOSITY=0
#   mk PATH TEXT [MODE]     makes a file inside (printf %b), its directories too; S/ is /etc/s6-overlay/s6-rc.d, U/ the
#                           members of bundle user, U2/ those of user2
#   oneshot NAME UP [DOWN]  a oneshot that is a member of user
#   longrun NAME [BODY]     a longrun, a shell script with BODY (default: sleeps for long), that is a member of user
#   after NAME DEP...       NAME depends on DEP

rc_root() {
	boot_root || return 1
	NS_ENV=(S6_VERBOSITY=0)
	rm -rf -- "$R"/etc/s6-overlay "$R"/etc/services.d
	mkdir -p "$R"/etc/s6-overlay/s6-rc.d "$R"/etc/s6-overlay/user-bundles.d/{user,user2}/contents.d
	echo bundle >"$R"/etc/s6-overlay/user-bundles.d/user/type
	echo bundle >"$R"/etc/s6-overlay/user-bundles.d/user2/type
}

mk() {
	local path=$1

	case $path in
	S/*) path=/etc/s6-overlay/s6-rc.d/${path#S/} ;;
	U/*) path=/etc/s6-overlay/user-bundles.d/user/contents.d/${path#U/} ;;
	U2/*) path=/etc/s6-overlay/user-bundles.d/user2/contents.d/${path#U2/} ;;
	esac
	mkdir -p "$R${path%/*}"
	printf %b "$2" >"$R$path"
	chmod "${3:-755}" "$R$path"
}

oneshot() {
	mk "S/$1/type" 'oneshot\n'
	mk "S/$1/up" "$2"
	[ $# -lt 3 ] || mk "S/$1/down" "$3"
	mk "U/$1" ''
}

longrun() {
	mk "S/$1/type" 'longrun\n'
	mk "S/$1/run" "#!/bin/sh\n${2:-exec sleep 1000}\n"
	mk "U/$1" ''
}

after() {
	local name=$1

	shift
	for dep in "$@"; do
		mk "S/$name/dependencies.d/$dep" ''
	done
}
