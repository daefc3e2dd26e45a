#!/bin/bash
#
# nsinit.sh DIR NAME=VALUE... -- WORD...: the inside half of nsboot.sh. Runs as PID 1 of a fresh PID and
# mount namespace: mounts what a container has, makes DIR the root and becomes /init.

set -e
root=$1
shift
env=()
while [ "$1" != -- ]; do
	env+=("$1")
	shift
done
shift

# Read from the outer /proc, where we still have our outer pid.
read -r pid _ </proc/self/stat

mount --bind "$root" "$root"
cd "$root"
for d in bin sbin lib lib32 lib64 libx32; do
	[ -e "/$d" ] || continue
	if [ -L "/$d" ]; then
		ln -sfn "$(readlink "/$d")" "$d"
	else
		mkdir -p "$d"
		mount --bind -o ro "/$d" "$d"
	fi
done
# What the root file system brings in /usr/local stays visible above the host's.
mkdir -p usr/local .local
[ -z "$(ls -A usr/local)" ] || mount --bind usr/local .local
mount --bind -o ro /usr usr
mountpoint -q .local && mount --bind .local usr/local
if [ -d /etc/alternatives ]; then
	mkdir -p etc/alternatives
	mount --bind -o ro /etc/alternatives etc/alternatives
fi
mount -t proc proc proc
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for d in null zero full random urandom tty; do
	: >"dev/$d"
	mount --bind "/dev/$d" "dev/$d"
done
ln -s /proc/self/fd dev/fd
for d in 0:stdin 1:stdout 2:stderr; do
	ln -s "/proc/self/fd/${d%%:*}" "dev/${d#*:}"
done
mkdir -p old
pivot_root . old
echo "$pid" >/.booted
exec chroot . /usr/bin/env -i "${env[@]}" /bin/sh -c 'umount -l /old && exec /init "$@"' init "$@"
