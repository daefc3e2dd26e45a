# shellcheck shell=bash disable=SC2034 # NS_ENV is nsboot.sh's
#
# bootrc.sh: whole lives of a container with service definitions of its own. Source it after boot.sh:
#
#   rc_root                 boot_root, with the directories of s6-rc sources and S6_VERBOSITY=0

rc_root() {
	boot_root || return 1
	NS_ENV=(S6_VERBOSITY=0)
	rm -rf -- "$R"/etc/s6-overlay "$R"/etc/services.d
	mkdir -p "$R"/etc/s6-overlay/s6-rc.d "$R"/etc/s6-overlay/user-bundles.d/{user,user2}/contents.d
	echo bundle >"$R"/etc/s6-overlay/user-bundles.d/user/type
	echo bundle >"$R"/etc/s6-overlay/user-bundles.d/user2/type
}
