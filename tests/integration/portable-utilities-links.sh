#!/bin/bash
# s6-ln and s6-linkname: links, what is in their place, and their errors.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/said.sh"
cd "$T" || exit 1

mkdir d e
echo a >a
echo b >b
said "s6-ln: a hard link" "|0" s6-ln a h
t_ok "s6-ln: the same file" test a -ef h
said "s6-ln -s" "|0" s6-ln -s nowhere/at/all s
t_is "s6-ln -s: with those words" "$(readlink s)" nowhere/at/all
said "s6-ln: there already" "s6-ln: fatal: unable to link b to h: File exists"$'\n'"|111" s6-ln b h
said "s6-ln: nothing to link" "s6-ln: fatal: unable to link nosuch to x: No such file or directory"$'\n'"|111" s6-ln nosuch x
said "s6-ln: nowhere to link to" "s6-ln: fatal: unable to link a to no/x: No such file or directory"$'\n'"|111" s6-ln a no/x

said "s6-ln: into a directory" "|0" s6-ln a b d/
t_ok "s6-ln: under their names" test d/a -ef a -a d/b -ef b
said "s6-ln -s: into a directory" "|0" s6-ln -s ../x/y/ z e
t_is "s6-ln -s: under their last names" "$(readlink e/y e/z)" "../x/y/
z"
said "s6-ln: one fails, the others are linked" "s6-ln: warning: unable to link a into d: File exists"$'\n'"|111" s6-ln a h d
t_ok "s6-ln: they are" test d/h -ef a
said "s6-ln: several, and no directory" "s6-ln: fatal: unable to open b: Not a directory"$'\n'"|111" s6-ln -f a h b

said "s6-ln -f: in the place of another" "|0" s6-ln -f b h
t_ok "s6-ln -f: it is" test b -ef h
said "s6-ln -f: the same file" "|0" s6-ln -f b h
said "s6-ln -sf: in the place of a link" "|0" s6-ln -sf elsewhere s
t_is "s6-ln -sf: it is" "$(readlink s)" elsewhere
said "s6-ln -sf: in the place of a file" "|0" s6-ln -s -f a h
t_is "s6-ln -sf: it is one now" "$(readlink h)" a
said "s6-ln -f: into a directory" "|0" s6-ln -f b a d
said "s6-ln -f: nothing to link" "s6-ln: fatal: unable to link nosuch to h: No such file or directory"$'\n'"|111" s6-ln -f nosuch h
t_is "s6-ln -f: what was there stays" "$(readlink h)" a

ln -s d way
said "s6-ln: a link to a directory is one" "|0" s6-ln -s first way
t_is "s6-ln: into it" "$(readlink d/first)" first
said "s6-ln -n: a link to a directory is a link" "|0" s6-ln -snf e way
t_is "s6-ln -n: in its place" "$(readlink way)" e
said "s6-ln -n: it is in the way" "s6-ln: fatal: unable to link d to way: File exists"$'\n'"|111" s6-ln -sn d way
mkdir full
touch full/x
said "s6-ln -n: into a directory" "|0" s6-ln -snf a full
t_is "s6-ln -n: it is there" "$(readlink full/a)" a
said "s6-ln -f: a directory in the place" "s6-ln: warning: unable to link x/full into .: Is a directory"$'\n'"|111" s6-ln -sf x/full .
t_ok "s6-ln -f: stays" test -f full/x

said "s6-ln -P: a hard link of a link" "|0" s6-ln -L -P s s2
t_is "s6-ln -P: is a link" "$(readlink s2)" elsewhere
said "s6-ln -L: of what a link leads to" "|0" s6-ln -L h l
t_ok "s6-ln -L: is that file" test l -ef a -a ! -L l
said "s6-ln -L: of a link that leads nowhere" "s6-ln: fatal: unable to link s to l2: No such file or directory"$'\n'"|111" s6-ln -L s l2
t_is "nothing is left over" "$(find . -name '.s6-ln*')" ""

# The name is there at each moment: somebody who reads it all the time never misses it.
s6-ln -s target0 at
: >misses
(
	trap 'exit 0' TERM
	echo ready >begun
	while :; do
		readlink at >/dev/null || echo missed >>misses
	done
) &
reader=$!
t_await_line begun ready
n=$((T_SAN ? 30 : 300))
for ((i = 1; i <= n; i++)); do
	spawn s6-ln -sf "target$i" at
done
kill $reader
wait $reader
t_is "s6-ln -f: at each moment there is one" "$(cat misses; readlink at)" "target$n"

usage="s6-ln: usage: s6-ln [ -n ] [ -s ] [ -f ] [ -L ] [ -P ] src... dest"$'\n'"|100"
said "s6-ln: one name" "$usage" s6-ln -s a
said "s6-ln: an option that is none" "$usage" s6-ln -x a b

said "s6-linkname" "elsewhere"$'\n'"|0" s6-linkname s
said "s6-linkname -n" "elsewhere|0" s6-linkname -n s
said "s6-linkname -f" "$(pwd -P)/a"$'\n'"|0" s6-linkname -f h
said "s6-linkname -fn: of no link" "$(pwd -P)/a|0" s6-linkname -fn ./d/../a
said "s6-linkname: no link" "s6-linkname: fatal: unable to readlink a: Invalid argument"$'\n'"|111" s6-linkname a
said "s6-linkname -f: nowhere" "s6-linkname: fatal: unable to resolve s: No such file or directory"$'\n'"|111" s6-linkname -f s
said "s6-linkname: no name" "s6-linkname: usage: s6-linkname [ -n ] [ -f ] link"$'\n'"|100" s6-linkname
t_done
