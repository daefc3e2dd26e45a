# shellcheck shell=bash
#
# imagefiles.sh: makes the files that an image brings for /init, below the directory $R:
#
#   mk PATH TEXT [MODE]       makes a file (printf %b), its directories too; S/ is /etc/s6-overlay/s6-rc.d, U/ the members
#                             of bundle user, U2/ those of user2
#   oneshot NAME UP [DOWN]    a oneshot that is a member of user
#   longrun NAME [BODY]       a longrun, a shell script with BODY (default: sleeps for long), that is a member of user
#   after NAME DEP...         NAME depends on DEP
#   boot_script NAME BODY     the cont-init.d script NAME; finish_script: that of cont-finish.d
#   legacy NAME [BODY [LOG]]  the service NAME of services.d, a shell script with BODY (default: sleeps for long); with LOG
#                             a logger too

mk() {
	local path=$1

	case $path in
	S/*) path=/etc/s6-overlay/s6-rc.d/${path#S/} ;;
	U/*) path=/etc/s6-overlay/user-bundles.d/user/contents.d/${path#U/} ;;
	U2/*) path=/etc/s6-overlay/user-bundles.d/user2/contents.d/${path#U2/} ;;
	esac
	[ -d "$R${path%/*}" ] || spawn mkdir -p "$R${path%/*}"
	printf %b "$2" >"$R$path"
	spawn chmod "${3:-755}" "$R$path"
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

# Of scripts and services of the old kind BODY is taken as it is.
image_script() {
	[ -d "$R${1%/*}" ] || spawn mkdir -p "$R${1%/*}"
	printf '#!/bin/sh\n%s\n' "$2" >"$R$1"
	spawn chmod 755 "$R$1"
}

boot_script() {
	image_script "/etc/cont-init.d/$1" "$2"
}

finish_script() {
	image_script "/etc/cont-finish.d/$1" "$2"
}

legacy() {
	image_script "/etc/services.d/$1/run" "${2:-exec sleep 1000}"
	[ $# -lt 3 ] || image_script "/etc/services.d/$1/log/run" "$3"
}
