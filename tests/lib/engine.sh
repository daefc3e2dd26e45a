#!/bin/bash
#
# engine.sh: a container engine for the container tests, and the images they run.
#
# Executed:
#   engine.sh start DIR  finds an engine that answers, else starts dockerd with all of its own below DIR, and
#                        builds the images. DIR/env says where it is, DIR/reason why there is none.
#   engine.sh stop DIR   ends that dockerd, by its pid, or removes what was left in the engine found.
# tests/run does both around the group and names DIR in HEXAD_ENGINE. A script run alone does it for itself.
#
# Sourced (after tap.sh), it gives a script:
#   $IMAGE $OVERLAY     images: the runtime stage, the overlay
#   $APP $EXECLINE $CLIENTS         from tests/container/app: the tests' application; the runtime stage with Debian's execline
#                                   and s6 in /usr/bin; both together
#   c_run [OPTION...] -- [WORD...]  docker run --rm in the foreground. C_IMAGE names the image (default: $APP)
#   c_bg [OPTION...]                starts a container in the background, its id in $C, its console in $C_LOG,
#                                   and waits until the main program is up. MAIN: that program's shell text
#   c_bg [OPTION...] -- [WORD...]   the same with another main program, without waiting
#   c_again VERB [OPTION...]        docker VERB (restart, start) on $C; waits for the main program once more
#   c_exec CMD...                   runs CMD in $C as uid 10000 with the image's own PATH; c_root: as root
#   c_logs                          what $C printed
#   c_state FORMAT                  docker inspect of $C
#   c_wait [SECONDS]                waits for the end of $C; its exit code in C_CODE
#   c_rm [ID]                       removes a container ($C); done for all at the script's end anyway
#   c_build TAG DIR [OPTION...]     docker build; the tag is removed at the end

# The base image is made once for all runs and kept outside the tree. HOME is the test's scratch directory here.
engine_tar() {
	local cache=${XDG_CACHE_HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)/.cache}

	echo "$cache/hexad/bookworm-$(dpkg --print-architecture).tar"
}

# docker's client, never longer than that: an engine that hangs is no engine.
engine_docker() {
	local s=$1

	shift
	timeout "$s" docker "$@"
}

engine_answers() {
	engine_docker 20 version >/dev/null 2>&1
}

# The machine's own proxy, for build steps that need apt. docker knows these names without an ARG.
engine_proxy() {
	local name value

	ENGINE_PROXY=()
	for name in http_proxy https_proxy no_proxy; do
		value=${!name:-}
		if [ -z "$value" ] && [ "$name" = http_proxy ]; then
			value=$(apt-config dump Acquire::http::Proxy 2>/dev/null |
				sed -n 's/^Acquire::http::Proxy "\(..*\)";$/\1/p')
		fi
		[ -z "$value" ] || ENGINE_PROXY+=(--build-arg "$name=$value")
	done
}

# Prints the engine's first complaint.
engine_complaint() {
	grep -Em1 'failed to|level=(error|fatal)|[Ee]rror' "$1" || tail -n 1 "$1"
}

# Starts a dockerd that shares nothing with another: no bridge, no firewall rules, its own data and socket.
engine_dockerd() {
	local dir=$1

	mkdir -p "$dir/data" "$dir/exec" || return 1
	{
		dockerd --iptables=false --ip6tables=false --bridge=none --data-root "$dir/data" \
			--exec-root "$dir/exec" --pidfile "$dir/pid" -H "unix://$dir/sock"
		echo "dockerd ended: exit code $?"
	} >"$dir/dockerd.log" 2>&1 </dev/null &
	"$B/await" line 30 "$dir/dockerd.log" 'API listen on|dockerd ended'
	export DOCKER_HOST=unix://$dir/sock
	engine_answers && return 0
	echo "dockerd does not start: $(engine_complaint "$dir/dockerd.log")" >"$dir/reason"
	return 1
}

# debian:bookworm-slim where no registry is at hand, made with mmdebstrap once and kept.
engine_base() {
	local dir=$1 tar

	tar=$(engine_tar)
	if [ ! -s "$tar" ]; then
		mkdir -p "$(dirname "$tar")"
		if ! timeout 400 mmdebstrap --variant=minbase --format=tar bookworm "$tar.$$" >"$dir/base.log" 2>&1; then
			rm -f "$tar.$$"
			echo "mmdebstrap makes no base image: $(engine_complaint "$dir/base.log")" >"$dir/reason"
			return 1
		fi
		mv "$tar.$$" "$tar"
	fi
	engine_docker 120 import "$tar" debian:bookworm-slim >"$dir/base.log" 2>&1 && return 0
	echo "the base image is not taken: $(engine_complaint "$dir/base.log")" >"$dir/reason"
	return 1
}

# Is there an engine that answers and has or gets the base image? Then that one is used.
engine_found() {
	local dir=$1

	[[ ${DOCKER_HOST:-unix:} = unix:* ]] && engine_answers || return 1
	engine_docker 10 image inspect debian:bookworm-slim >/dev/null 2>&1 && return 0
	engine_docker 90 pull -q debian:bookworm-slim >"$dir/pull.log" 2>&1
}

# The images, from the Dockerfile as it stands. A failure here is no missing engine: it is a failed test.
engine_images() {
	local dir=$1 tag=hexad-test-$$ app=$T_ROOT/tests/container/app

	cat >"$dir/env" <<-END
	DOCKER_HOST=${DOCKER_HOST:-}
	IMAGE=$tag:image
	OVERLAY=$tag:overlay
	APP=$tag:app
	EXECLINE=$tag:execline
	CLIENTS=$tag:clients
	END
	engine_proxy
	: >"$dir/build.log"
	engine_build "$dir" "$tag:image" "$T_ROOT" &&
		engine_build "$dir" "$tag:overlay" "$T_ROOT" --target overlay &&
		engine_build "$dir" "$tag:app" "$app" --target app --build-arg "IMAGE=$tag:image" &&
		engine_build "$dir" "$tag:execline" "$app" --target execline --build-arg "IMAGE=$tag:image" &&
		engine_build "$dir" "$tag:clients" "$app" --target clients --build-arg "IMAGE=$tag:image" &&
		return 0
	touch "$dir/broken"
}

engine_build() {
	local dir=$1 tag=$2 context=$3

	shift 3
	engine_docker 400 build --network host "${ENGINE_PROXY[@]}" -t "$tag" "$@" "$context" >>"$dir/build.log" 2>&1
}

engine_start() {
	local dir=$1

	mkdir -p "$dir" || return 1
	dir=$(cd "$dir" && pwd)
	if [ "$(id -u)" != 0 ]; then
		echo "an engine of our own needs root" >"$dir/reason"
	elif ! command -v docker >/dev/null; then
		echo "no docker client (package docker.io)" >"$dir/reason"
	elif ! engine_found "$dir"; then
		if ! command -v dockerd >/dev/null; then
			echo "no engine answers and there is no dockerd (package docker.io)" >"$dir/reason"
		elif ! command -v mmdebstrap >/dev/null && [ ! -s "$(engine_tar)" ]; then
			echo "no registry answers and there is no mmdebstrap to make the base image" >"$dir/reason"
		else
			engine_dockerd "$dir" && engine_base "$dir"
		fi
	fi
	[ -s "$dir/reason" ] || engine_images "$dir"
}

# dockerd leaves the name of the host's network namespace mounted.
engine_unmount() {
	local mount

	awk -v below="$1/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
		while read -r mount; do
			umount "$mount"
		done
}

engine_stop() {
	local dir=$1 pid ids

	# shellcheck disable=SC1091 # written by engine_images
	[ ! -s "$dir/env" ] || . "$dir/env"
	if [ -s "$dir/pid" ]; then
		export DOCKER_HOST=unix://$dir/sock
		mapfile -t ids < <(engine_docker 20 ps -aq)
		[ ${#ids[@]} = 0 ] || engine_docker 60 rm -f "${ids[@]}" >/dev/null
		pid=$(<"$dir/pid")
		kill -TERM "$pid" 2>/dev/null
		"$B/await" exit 30 "$pid" || kill -KILL "$pid"
		engine_unmount "$dir"
	elif [ -n "${IMAGE:-}" ]; then
		[ -n "$DOCKER_HOST" ] || unset DOCKER_HOST
		engine_docker 60 rmi -f "$IMAGE" "$OVERLAY" "$APP" "$EXECLINE" "$CLIENTS" >/dev/null 2>&1
	fi
	rm -rf -- "$dir"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	T_ROOT=$(cd "$(dirname "$0")/../.." && pwd)
	B=$(cd "${B:-$T_ROOT/build}" && pwd) || exit 111
	case ${1:-}${2:+ DIR} in
	"start DIR") engine_start "$2" ;;
	"stop DIR") engine_stop "$2" ;;
	*) echo "engine: usage: engine.sh start|stop DIR" >&2; exit 100 ;;
	esac
	exit
fi

# Exported: t_await runs functions in a shell of their own.
export C='' C_CODE='' C_LOG=$TREE_LOG
# hexad has nothing to do with a network, and for one of its own ("none" too) the engine executes itself once more, which is half
# of what a container costs.
export C_NET=host
C_MAIN_UP='main: up'
c_ids=()
c_tags=()

c_cleanup() {
	[ ${#c_ids[@]} = 0 ] || docker rm -f "${c_ids[@]}" >/dev/null 2>&1
	[ ${#c_tags[@]} = 0 ] || docker rmi -f "${c_tags[@]}" >/dev/null 2>&1
	[ -z "${c_engine:-}" ] || engine_stop "$c_engine"
}

# The caller's options and words: what is before "--" and behind it. Without one it is all options, and false.
c_split() {
	options=()
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	[ $# != 0 ] || return 1
	shift
	words=("$@")
}

c_run() {
	local -a options words=()

	c_split "$@"
	docker run --rm --network "$C_NET" "${options[@]}" "${C_IMAGE:-$APP}" "${words[@]}" </dev/null
}

# Follows the console of $C from a moment on into $C_LOG; ends with the container.
c_follow() {
	: >"$C_LOG"
	docker logs --follow --since "$1" "$C" >"$C_LOG" 2>&1 </dev/null &
}

c_now() {
	date -u +%Y-%m-%dT%H:%M:%S.%NZ
}

c_bg() {
	local -a options words=(sh -c "echo '$C_MAIN_UP'; ${MAIN:-exec sleep 100000}")
	local wait=1 since

	c_split "$@" && wait=
	since=$(c_now)
	C=$(docker run -d --network "$C_NET" "${options[@]}" "${C_IMAGE:-$APP}" "${words[@]}" </dev/null) || return 1
	c_ids+=("$C")
	c_follow "$since"
	[ -z "$wait" ] || t_await_line "$C_LOG" "^$C_MAIN_UP" 20
}

c_again() {
	local verb=$1 since

	shift
	since=$(c_now)
	docker "$verb" "$@" "$C" >/dev/null || return 1
	c_follow "$since"
	t_await_line "$C_LOG" "^$C_MAIN_UP" 20
}

c_exec() {
	docker exec -u 10000 "$C" "$@" </dev/null
}

c_root() {
	docker exec -u 0 "$C" "$@" </dev/null
}

c_logs() {
	docker logs "$C" 2>&1
}

c_state() {
	docker inspect --format "$1" "$C"
}

c_wait() {
	C_CODE=$(timeout "${1:-20}" docker wait "$C")
}

c_rm() {
	docker rm -f "${1:-$C}" >/dev/null
}

c_build() {
	local tag=$1 dir=$2

	shift 2
	engine_proxy
	c_tags+=("$tag")
	engine_docker 200 build --network host "${ENGINE_PROXY[@]}" -t "$tag" "$@" "$dir"
}

# Ends the script with one skip or one failure where there is no engine or no image.
c_setup() {
	local dir=${HEXAD_ENGINE:-}

	t_at_exit c_cleanup
	if [ -z "$dir" ]; then
		dir=$T/engine
		c_engine=$dir
		engine_start "$dir"
	fi
	if [ -s "$dir/reason" ]; then
		t_skip "all of it" "$(<"$dir/reason")"
		t_done
	fi
	if [ -e "$dir/broken" ]; then
		t_fail "docker build . gives the images" "$(tail -n 30 "$dir/build.log")"
		t_done
	fi
	# shellcheck disable=SC1091 # written by engine_images
	. "$dir/env"
	[ -z "$DOCKER_HOST" ] || export DOCKER_HOST
}

c_setup
