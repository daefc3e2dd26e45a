#!/bin/bash
# sanitizer: leaks, of the applets
# s6-hiercopy: trees, into what is there, and its errors.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/said.sh"
cd "$T" || exit 1
umask 077

# all DIR: what is in it, with modes, targets and content.
all() {
	(cd "$1" && find . -printf '%y %m %p %l\n' | sed 's/^l 777/l/' | sort -k 3 && find . -type f | sort | xargs cat)
}

mkdir -p from/sub/empty
echo text >from/sub/file
echo plain >from/file
ln -s ../nowhere from/sub/link
ln -s sub from/way
mkfifo from/fifo
chmod 1755 from/sub
chmod 750 from
chmod 644 from/file
chmod 755 from/sub/file
chmod 622 from/fifo
said "s6-hiercopy" "|0" s6-hiercopy from to
t_is "s6-hiercopy: all of it, with its modes" "$(all to)" "$(all from)"

# What is there beside it stays; what is in the way of a file gives way.
rm to/fifo to/sub/link
echo mine >to/mine
echo old >to/file
ln to/file held
ln -sfn elsewhere to/way
mkdir outside
chmod 711 to/sub
said "s6-hiercopy: into what is there" "|0" s6-hiercopy from/ to/
t_is "s6-hiercopy: what is in the way is replaced, what is beside it stays" "$(all to)" "$(cp -p to/mine from/ && all from)"
t_is "s6-hiercopy: whoever holds the old file reads that" "$(cat held)" old
rm from/mine
rm -r to/sub
ln -s ../outside to/sub
said "s6-hiercopy: a link in the place of a directory" \
	"s6-hiercopy: fatal: unable to copy hierarchy from from to to: Not a directory"$'\n'"|111" s6-hiercopy from to
t_is "s6-hiercopy: it is not followed" "$(ls -A outside)" ""
ln -s outside named
said "s6-hiercopy: but where the user named it" "|0" s6-hiercopy from named
t_is "s6-hiercopy: into where it leads" "$(all outside)" "$(all from)"
t_is "s6-hiercopy: nothing is left over" "$(find . -name '.hiercopy*')" ""

said "s6-hiercopy: a file" "|0" s6-hiercopy from/file one
t_is "s6-hiercopy: a file: the same" "$(cat one; stat -c %a one)" "plain
644"
said "s6-hiercopy: a link" "|0" s6-hiercopy from/way two
t_is "s6-hiercopy: a link: the same" "$(readlink two)" sub
said "s6-hiercopy: a file in the place of a file" "|0" s6-hiercopy from/sub/file one
t_is "s6-hiercopy: it is that" "$(cat one; stat -c %a one)" "text
755"
said "s6-hiercopy: a file in the place of a directory" \
	"s6-hiercopy: fatal: unable to copy hierarchy from one to to: Is a directory"$'\n'"|111" s6-hiercopy one to
said "s6-hiercopy: a tree in the place of a file" \
	"s6-hiercopy: fatal: unable to copy hierarchy from from to one: Not a directory"$'\n'"|111" s6-hiercopy from one
said "s6-hiercopy: into itself" "s6-hiercopy: fatal: unable to copy hierarchy from from to ./from/: Invalid argument"$'\n'"|111" \
	s6-hiercopy from ./from/
said "s6-hiercopy: nothing there" "s6-hiercopy: fatal: unable to copy hierarchy from no to x: No such file or directory"$'\n'"|111" \
	s6-hiercopy no x
said "s6-hiercopy: nowhere" "s6-hiercopy: fatal: unable to copy hierarchy from one to no/x: No such file or directory"$'\n'"|111" \
	s6-hiercopy one no/x
said "s6-hiercopy: one name" "s6-hiercopy: usage: s6-hiercopy src dst"$'\n'"|100" s6-hiercopy from
said "s6-hiercopy: an option that is none" "s6-hiercopy: usage: s6-hiercopy src dst"$'\n'"|100" s6-hiercopy -r from x
t_done
