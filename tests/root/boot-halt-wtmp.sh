#!/bin/bash
#
# halt and its family leave a record in /var/log/wtmp, where there is one, and nowhere else.
# shellcheck disable=SC2034,SC2016 # NS_ENV is nsboot.sh's; expanded inside
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/boot.sh"

bin=/run/s6/basedir/bin
boot_root
mkdir -p "$R/var/log"
wtmp=$R/var/log/wtmp
NS_ENV=(S6_VERBOSITY=0)

# The records, as last(1) would read them: type, line, user; and whether they are of now and of this host.
records() {
	python3 -c 'import struct, sys, time, socket
form = "@hi32s4s32s256shhiii4i20s"
data = open(sys.argv[1], "rb").read()
for at in range(0, len(data), struct.calcsize(form)):
	r = struct.unpack_from(form, data, at)
	text = lambda b: b.split(b"\0")[0].decode()
	now = abs(time.time() - r[9]) < 600 and text(r[5]) == socket.gethostname()
	print(r[0], text(r[2]), text(r[4]), "now" if now else "not now")' "$wtmp"
}

# ends DESC RECORDS COMMAND: a container that ends so, with an empty book
ends() {
	: >"$wtmp"
	boot_life sh -c "$3; exec sleep 99"
	t_is "$1" "$(records)" "$2"
}
ends "halt" "1 ~ shutdown now" "$bin/halt"
ends "poweroff" "1 ~ shutdown now" "$bin/poweroff"
ends "reboot" "1 ~ reboot now" "$bin/reboot"
ends "shutdown -r now" "1 ~ reboot now" "$bin/shutdown -r now"
ends "-d: no record" "" "$bin/halt -d"
ends "-w: the record alone" $'1 ~ reboot now\n1 ~ shutdown now' "$bin/reboot -w; $bin/halt"
ends "one that is called off is none" "1 ~ shutdown now" "$bin/shutdown -r +5; $bin/shutdown -c; $bin/halt"
ends "nor one that is refused" "1 ~ shutdown now" "s6-setuidgid app $bin/halt; $bin/halt"
rm "$wtmp"
boot_life sh -c "$bin/halt; exec sleep 99"
t_fails "no book is begun" test -e "$wtmp"
printf 'mine\n' >"$R/precious"
ln -s ../../precious "$wtmp"
boot_life sh -c "$bin/halt; exec sleep 99"
t_is "a link is not followed" "$CODE $(cat "$R/precious")" "0 mine"
rm "$wtmp"
mkfifo "$wtmp"
boot_life sh -c "exec 3<>/var/log/wtmp; $bin/halt; exec sleep 99"
t_is "what is no file holds nobody up" "$CODE" 0
t_done
