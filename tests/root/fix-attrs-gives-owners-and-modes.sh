#!/bin/bash
# fix-attrs: owners and modes as the lines say, nothing through a link that somebody planted, errors in words.
. "$(dirname "$0")/../lib/tap.sh"
cd "$T" || exit 1
unset S6_FIX_ATTRS_HIDDEN S6_RUNTIME_PROFILE

# The examples measured with the overlay, daemon being 1:1.
mkdir conf
while read -r account want; do
	: >f
	chmod 600 f
	chown 77:77 f
	echo "$T/f false $account 0604 0" >conf/1
	"$B/bin/fix-attrs" conf
	t_is "$account" "$(stat -c '%u:%g %a' f)" "$want 604"
done <<'ACCOUNTS'
daemon,3:4 1:1
daemon:11111,3:4 1:11111
daemon:unexisting,3:4 1:4
unexisting:daemon,3:4 3:1
11111:11111,3:4 11111:11111
unexisting,3:4 3:4
:daemon 0:1
daemon: 1:0
ACCOUNTS

tree() {
	rm -rf d
	mkdir -p d/sub/deep d/.hidden
	touch d/f d/sub/g d/sub/deep/h d/.hidden/i
	chown -R 0:0 d
	chmod -R u=rwX,go= d
}
state() {
	find "$@" -printf '%p %U:%G %m\n' | sort
}
tree
echo "$T/d true daemon 0640 2750" >conf/1
t_ok "a tree" "$B/bin/fix-attrs" conf/1
t_is "all of it but what is hidden" "$(state d)" "d 1:1 2750
d/.hidden 0:0 700
d/.hidden/i 0:0 600
d/f 1:1 640
d/sub 1:1 2750
d/sub/deep 1:1 2750
d/sub/deep/h 1:1 640
d/sub/g 1:1 640"
tree
S6_FIX_ATTRS_HIDDEN=1 "$B/bin/fix-attrs" conf
t_is "S6_FIX_ATTRS_HIDDEN" "$(state d/.hidden)" "d/.hidden 1:1 2750
d/.hidden/i 1:1 640"

# The owner goes first: set-id bits of what changes hands survive.
tree
echo "$T/d/f false daemon 4755 0" >conf/1
"$B/bin/fix-attrs" conf
t_is "set-id bits are there in the end" "$(state d/f)" "d/f 1:1 4755"

# The user of a tree plants links.
tree
mkdir out
touch out/victim
chmod 600 out/victim
ln -s ../../out/victim d/sub/link
ln -s ../out d/dirlink
printf '%s\n' "$T/d true daemon 0666 0777" "$T/d/* true daemon 0666 0777" "$T/d/*/victim false daemon 0666 0777" >conf/1
"$B/bin/fix-attrs" conf 2>err
t_is "links that are found are not followed" "$(state out)" "out 0:0 755
out/victim 0:0 600"
t_is "nor are they changed" "$(stat -c '%u' d/sub/link)" 0
t_is "a pattern without a match is an error" "$(cat err)" \
	"fix-attrs: warning: conf/1: 3: unable to set owner and mode $T/d/*/victim: No such file or directory"

printf '%s\n' "# comment" "" "$T/d/f false nosuch 0 0" "$T/d/sub/g false daemon 0611 0" >conf/1
printf '%s' "$T/d/sub/deep/h false daemon 0611 0" >conf/2
echo "$T/d/f x" >conf/3
mkdir conf/4
"$B/bin/fix-attrs" conf 2>err
t_is "errors make the code 1" "$?" 1
t_is "each file's first one is told" "$(cat err)" "fix-attrs: warning: conf/1: 3: unknown account nosuch
fix-attrs: warning: conf/3: 1: recurse, account, fmode or dmode is missing
fix-attrs: warning: conf/4: unable to read the file: Is a directory"
t_is "what follows it in the file is not done" "$(state d/sub/g)" "d/sub/g 1:1 666"
t_is "the next file is, and a line without an end" "$(state d/sub/deep/h)" "d/sub/deep/h 1:1 611"
t_code "a directory that is not there" 111 "$B/bin/fix-attrs" conf nowhere
rm -r conf
mkdir conf
t_ok "an empty one" "$B/bin/fix-attrs" conf
t_ok "none in the image" unshare -m sh -c 'mount -t tmpfs none /etc && exec "$1"' - "$B/bin/fix-attrs"
# shellcheck disable=SC2016
profile='mount -t tmpfs none /etc && mkdir -p /etc/cont-profile.d/p/fix-attrs.d /etc/fix-attrs.d &&
	echo "$2/d/f false 7:8 0700 0" >/etc/cont-profile.d/p/fix-attrs.d/x && echo wrong >/etc/fix-attrs.d/x &&
	S6_RUNTIME_PROFILE=p "$1"'
t_ok "the profile's files" unshare -m sh -c "$profile" - "$B/bin/fix-attrs" "$T"
t_is "and they were carried out" "$(state d/f)" "d/f 7:8 700"
t_done
