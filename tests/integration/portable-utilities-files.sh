#!/bin/bash
# sanitizer: leaks, of the applets
# s6-mkdir, s6-mkfifo, s6-chmod, s6-touch, s6-rmrf, s6-rename: files, their options and their errors.
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/said.sh"
cd "$T" || exit 1
umask 022

# mode FILE...: kind and mode of each.
mode() {
	stat -c '%F %a' "$@"
}

said "s6-mkdir" "|0" s6-mkdir a b
t_is "s6-mkdir: as the umask has it" "$(mode a b)" "directory 755
directory 755"
said "s6-mkdir: one fails, the others are made" \
	"s6-mkdir: warning: unable to mkdir a: File exists"$'\n'"s6-mkdir: warning: unable to mkdir no/x: No such file or directory"$'\n'"|111" \
	s6-mkdir a no/x c
t_is "s6-mkdir: they are there" "$(mode c)" "directory 755"
said "s6-mkdir -m" "|0" s6-mkdir -m 2777 m
t_is "s6-mkdir -m: whatever the umask" "$(mode m)" "directory 2777"
said "s6-mkdir -p" "|0" s6-mkdir -pm 1700 p//q/r/ a "$T/p/x"
t_is "s6-mkdir -p: the mode is the last one's, and not of what was there" "$(mode p p/q p/q/r p/x a)" "directory 755
directory 755
directory 1700
directory 1700
directory 755"
said "s6-mkdir -p: all is there" "|0" s6-mkdir -p p/q/r / .
touch f
said "s6-mkdir -p: a file there" "s6-mkdir: warning: unable to mkdir f: File exists"$'\n'"|111" s6-mkdir -p f
said "s6-mkdir -p: a file on the way" "s6-mkdir: warning: unable to mkdir f/x/y: Not a directory"$'\n'"|111" s6-mkdir -p f/x/y
ln -s p link
said "s6-mkdir -p: through a link" "|0" s6-mkdir -p link/new/er
t_is "s6-mkdir -p: where it leads" "$(mode p/new/er)" "directory 755"
mkdir_usage="s6-mkdir: usage: s6-mkdir [ -p ] [ -m mode ] dir..."$'\n'"|100"
said "s6-mkdir: no name" "$mkdir_usage" s6-mkdir -p
said "s6-mkdir: a mode that is none" "$mkdir_usage" s6-mkdir -m 888 x
said "s6-mkdir: too great a mode" "$mkdir_usage" s6-mkdir -m 17777 x
said "s6-mkdir: an option that is none" "$mkdir_usage" s6-mkdir -v x

said "s6-mkfifo" "|0" s6-mkfifo fifo fifo2
said "s6-mkfifo -m" "|0" s6-mkfifo -m 622 fifo3
t_is "s6-mkfifo: modes" "$(mode fifo fifo2 fifo3)" "fifo 644
fifo 644
fifo 622"
said "s6-mkfifo: there already" "s6-mkfifo: warning: unable to mkfifo f: File exists"$'\n'"|111" s6-mkfifo f
said "s6-mkfifo: no name" "s6-mkfifo: usage: s6-mkfifo [ -m mode ] fifo..."$'\n'"|100" s6-mkfifo

said "s6-chmod" "|0" s6-chmod 4751 f a link
t_is "s6-chmod: links are followed" "$(mode f a p link)" "regular empty file 4751
directory 4751
directory 4751
symbolic link 777"
chmod 0 f
said "s6-chmod: what cannot be opened" "|0" s6-chmod 600 f
t_is "s6-chmod: what cannot be opened: done" "$(mode f)" "regular empty file 600"
said "s6-chmod: one fails, the others are changed" "s6-chmod: warning: unable to chmod nosuch: No such file or directory"$'\n'"|111" \
	s6-chmod 640 nosuch f
t_is "s6-chmod: they are" "$(mode f)" "regular empty file 640"
said "s6-chmod: no octal mode" "s6-chmod: usage: s6-chmod mode file..."$'\n'"|100" s6-chmod u+x f
said "s6-chmod: no file" "s6-chmod: usage: s6-chmod mode file..."$'\n'"|100" s6-chmod 644

said "s6-touch" "|0" s6-touch t1 t2
t_is "s6-touch: makes them" "$(mode t1 t2)" "regular empty file 644
regular empty file 644"
echo text >t1
touch -d @1000 t1
said "s6-touch: what is there" "|0" s6-touch t1 p
t_ok "s6-touch: is of now" test "$(stat -c %Y t1)" -gt 1000
t_is "s6-touch: and stays what it is" "$(cat t1)" text
said "s6-touch: one fails" "s6-touch: warning: unable to touch no/x: No such file or directory"$'\n'"|111" s6-touch no/x t3
t_ok "s6-touch: the others are made" test -f t3
said "s6-touch: no name" "s6-touch: usage: s6-touch file..."$'\n'"|100" s6-touch

said "s6-rename" "|0" s6-rename t1 t2
t_is "s6-rename: in the place of what was there" "$(cat t2; test -e t1; echo $?)" "text
1"
said "s6-rename: nothing there" "s6-rename: fatal: unable to rename t1 to t2: No such file or directory"$'\n'"|111" s6-rename t1 t2
said "s6-rename: one name" "s6-rename: usage: s6-rename old new"$'\n'"|100" s6-rename t2

# Trees: a link in one of them must not lead the removal elsewhere.
mkdir -p r/s/t keep
touch r/s/file r/.hidden keep/file
ln -s ../../keep r/s/out
ln -s keep way
deep=out/deep
for _ in {1..60}; do
	deep+=/d
done
mkdir -p "$deep"
said "s6-rmrf: a file, a tree with a link in it, a deep one, none" "|0" s6-rmrf t2 r/ out nosuch no/such way
t_is "s6-rmrf: they are gone" "$(ls -d t2 r out way 2>/dev/null)" ""
t_ok "s6-rmrf: where links led all is there" test -f keep/file
mkdir -p stuck/sub
touch stuck/sub/file
chmod 555 stuck/sub
said "s6-rmrf: one fails, the others go" "s6-rmrf: warning: unable to remove stuck: Permission denied"$'\n'"|111" s6-rmrf stuck t3
t_fails "s6-rmrf: they do" test -e t3
chmod 755 stuck/sub
said "s6-rmrf: '.' and '..' are not emptied" \
	"s6-rmrf: warning: unable to remove .: Invalid argument"$'\n'"s6-rmrf: warning: unable to remove stuck/..: Invalid argument"$'\n'"|111" \
	s6-rmrf . stuck/..
said "s6-rmrf: neither is the root" "s6-rmrf: warning: unable to remove //: Device or resource busy"$'\n'"|111" s6-rmrf //
said "s6-rmrf: no path" "s6-rmrf: warning: unable to remove : No such file or directory"$'\n'"|111" s6-rmrf ""
t_ok "s6-rmrf: all is there" test -f stuck/sub/file
said "s6-rmrf: no name" "s6-rmrf: usage: s6-rmrf file..."$'\n'"|100" s6-rmrf
said "s6-rmrf: an option that is none" "s6-rmrf: usage: s6-rmrf file..."$'\n'"|100" s6-rmrf -v stuck
t_done
