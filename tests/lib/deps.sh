#!/bin/bash
#
# deps.sh run|test: installs the Debian packages that `make run` or `make test` need and that are missing.
# Asks apt-get for its lists only when something is missing; says nothing when nothing is.

RUN="gcc libc6-dev make libuv1-dev libinih-dev libjansson-dev util-linux mount procps"
TEST="libcriterion-dev"
# Without these some tests are skipped, each with its reason.
WISHED="s6 execline runit docker.io mmdebstrap cppcheck shellcheck strace python3 mandoc"

die() {
	echo "deps: fatal: $*" >&2
	exit 111
}

installed() {
	case $1 in
	docker.io) command -v dockerd >/dev/null && command -v docker >/dev/null && return 0 ;;
	python3) /usr/bin/python3 -c 'import json, subprocess' 2>/dev/null && return 0 ;;
	esac
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing() {
	local p

	for p in "$@"; do
		installed "$p" || echo "$p"
	done
}

# apt-get, as root; what it prints is shown only if it fails.
apt() {
	local log code
	local -a as=()

	[ "$(id -u)" = 0 ] || as=(sudo)
	log=$(mktemp)
	"${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >"$log" 2>&1 </dev/null
	code=$?
	[ "$code" = 0 ] || tail -n 20 "$log" >&2
	rm -f "$log"
	return "$code"
}

install_all() {
	apt install -y --no-install-recommends "$@"
}

case ${1:-} in
run) need=$RUN wish= ;;
test) need="$RUN $TEST" wish=$WISHED ;;
*) echo "deps: usage: deps.sh run|test" >&2; exit 100 ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "deps: warning: no apt-get here, so these are taken to be installed: $need $wish" >&2
	exit 0
fi
# shellcheck disable=SC2086 # lists of words
mapfile -t need < <(missing $need)
# shellcheck disable=SC2086
mapfile -t wish < <(missing $wish)
[ ${#need[@]} -gt 0 ] || [ ${#wish[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
	[ ${#need[@]} = 0 ] || die "these packages are missing, and installing them needs root or sudo: ${need[*]}"
	echo "deps: warning: not installed, for want of root or sudo: ${wish[*]}" >&2
	exit 0
fi
echo "installing: ${need[*]} ${wish[*]}"
apt update || echo "deps: warning: apt-get update failed; going on with the lists at hand" >&2
if [ ${#need[@]} -gt 0 ]; then
	install_all "${need[@]}" || die "unable to install ${need[*]}"
fi
if [ ${#wish[@]} -gt 0 ] && ! install_all "${wish[@]}"; then
	for p in "${wish[@]}"; do
		install_all "$p" || echo "deps: warning: unable to install $p: its tests are skipped" >&2
	done
fi
exit 0
