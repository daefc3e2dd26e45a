#!/usr/bin/env python3
"""A stand-in for an application that manages its own gateways with files and s6 commands, and never heard of hexad.

	client.py [--scandir DIR] [--bin DIR] [--home DIR] [--era seed|newest] [--run TEXT] VERB [PROFILE]

Verbs: detect register register-down unregister start stop restart running pid list. It makes no retry and never waits
between steps; a command that takes longer than the client's limit (5 s, svwait 15 s) is an exception, as there. Exit code
0, or 1 with one line on standard error; "running" prints true or false.

seed: stages gateway-P.tmp, makes no supervise directories, parses svstat's line. newest: stages .gateway-P.tmp, makes the
directories and FIFOs beforehand, asks svstat -o, writes finish, desired_state and the planned-stop marker.
"""
import argparse, json, os, re, shutil, subprocess, sys, time

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
RUN = """#!/command/with-contenv sh
set -e
export HOME=/home/app
cd /home/app
export HERMES_S6_SUPERVISED_CHILD='1'
if [ "$(id -u)" != 0 ]; then exec {command}; fi
exec s6-setuidgid app {command}
"""
FINISH = """#!/bin/sh
case "$1" in 0|78) exit 125 ;; esac
exit 0
"""
LOG = """#!/command/with-contenv sh
set -e
: "${{APP_HOME:=/home/app}}"
dir="$APP_HOME/logs/gateways/{profile}"
s6-setuidgid app mkdir -p "$dir"
s6-setuidgid app rm -f "$dir/lock"
exec s6-setuidgid app s6-log 1 n10 s1000000 T "$dir"
"""


class Failed(Exception):
	pass


class Client:
	def __init__(self, o):
		self.o = o
		self.newest = o.era == "newest"

	def s6(self, *argv, limit=5):
		return subprocess.run((os.path.join(self.o.bin, argv[0]),) + argv[1:], capture_output=True, text=True,
			timeout=limit)

	def must(self, *argv):
		r = self.s6(*argv)
		if r.returncode:
			raise Failed("%s: exit code %d: %s" % (argv[0], r.returncode, r.stderr.strip()))

	def slot(self, profile):
		if not NAME.match(profile) or len(profile) > 251:
			raise Failed("refused name %r" % profile)
		return os.path.join(self.o.scandir, "gateway-" + profile)

	def detect(self, _):
		with open("/proc/1/comm") as f:
			if f.read().strip() != "s6-svscan" or not os.path.isdir("/run/s6/basedir"):
				raise Failed("this is no s6")
		print("s6 (container supervisor)")

	def write(self, path, text, mode=0o644):
		with open(path, "w") as f:
			f.write(text)
		os.chmod(path, mode)

	def supervise_dirs(self, top):
		"""What the newest client makes so that root's supervisor cannot make it root's."""
		os.mkdir(top + "/event")
		os.chmod(top + "/event", 0o3730)
		os.mkdir(top + "/supervise")
		os.chmod(top + "/supervise", 0o755)
		os.mkdir(top + "/supervise/event")
		os.chmod(top + "/supervise/event", 0o3730)
		os.mkfifo(top + "/supervise/control")
		os.chmod(top + "/supervise/control", 0o660)

	def fill(self, staging, profile, down):
		command = "/usr/local/bin/gateway %srun" % ("" if profile == "default" else "-p %s " % profile)
		os.makedirs(staging + "/log")
		self.write(staging + "/type", "longrun\n")
		self.write(staging + "/run", self.o.run or RUN.format(command=command), 0o755)
		self.write(staging + "/log/run", self.o.log or LOG.format(profile=profile), 0o755)
		if self.newest:
			self.write(staging + "/finish", FINISH, 0o755)
			self.supervise_dirs(staging)
			self.supervise_dirs(staging + "/log")
		if down:
			self.write(staging + "/down", "")

	def register(self, profile, down=False):
		slot = self.slot(profile)
		staging = os.path.join(self.o.scandir, (".gateway-%s.tmp" if self.newest else "gateway-%s.tmp") % profile)
		if os.path.exists(slot):
			raise Failed("already registered: %s" % profile)
		if os.path.exists(staging):
			shutil.rmtree(staging)
		try:
			self.fill(staging, profile, down)
			os.rename(staging, slot)
		except OSError:
			shutil.rmtree(staging, ignore_errors=True)
			raise
		r = self.s6("s6-svscanctl", "-a", self.o.scandir)
		if r.returncode:
			shutil.rmtree(slot, ignore_errors=True)
			raise Failed("s6-svscanctl: exit code %d: %s" % (r.returncode, r.stderr.strip()))

	def register_down(self, profile):
		self.register(profile, True)

	def unregister(self, profile):
		"""In this order, the prune before the removal, is what they do."""
		slot = self.slot(profile)
		if not os.path.exists(slot):
			return
		self.s6("s6-svc", "-d", slot)
		self.s6("s6-svwait", "-D", "-t", "10000", slot, limit=15)
		self.s6("s6-svscanctl", "-an", self.o.scandir)
		if not self.o.hurry:
			time.sleep(0.2)
		shutil.rmtree(slot, ignore_errors=True)

	def home(self, profile):
		return self.o.home if profile == "default" else os.path.join(self.o.home, "profiles", profile)

	def intend(self, profile, word):
		path = os.path.join(self.home(profile), "gateway_state.json")
		try:
			with open(path) as f:
				state = json.load(f)
		except (OSError, ValueError):
			state = {}
		state["desired_state"] = word
		state["updated_at"] = int(time.time())
		self.write(path + ".tmp", json.dumps(state))
		os.replace(path + ".tmp", path)

	def marker(self, profile):
		pid = self.find_pid(profile)
		if not pid:
			return
		with open("/proc/%d/stat" % pid) as f:
			start = int(f.read().rsplit(")", 1)[1].split()[19])
		self.write(os.path.join(self.home(profile), ".gateway-planned-stop.json"), json.dumps({
			"target_pid": pid, "target_start_time": start, "stopper_pid": os.getpid(),
			"written_at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())}))

	def start(self, profile):
		self.must("s6-svc", "-u", self.slot(profile))
		if self.newest and self.o.home:
			self.intend(profile, "running")

	def stop(self, profile):
		slot = self.slot(profile)
		if self.newest and self.o.home:
			self.marker(profile)
		self.must("s6-svc", "-d", slot)
		if self.newest and self.o.home:
			self.intend(profile, "stopped")

	def restart(self, profile):
		self.must("s6-svc", "-t", self.slot(profile))
		if self.newest and self.o.home:
			self.intend(profile, "running")

	def find_pid(self, profile):
		slot = self.slot(profile)
		if self.newest:
			r = self.s6("s6-svstat", "-o", "pid", slot)
			return int(r.stdout) if r.returncode == 0 and int(r.stdout) > 0 else 0
		m = re.search(r"\(pid (\d+)\)", self.s6("s6-svstat", slot).stdout)
		return int(m.group(1)) if m else 0

	def pid(self, profile):
		print(self.find_pid(profile))

	def running(self, profile):
		slot = self.slot(profile)
		r = self.s6("s6-svstat", "-o", "up", slot) if self.newest else self.s6("s6-svstat", slot)
		up = r.stdout.strip() == "true" if self.newest else "up " in r.stdout
		print("true" if r.returncode == 0 and up else "false")

	def list(self, _):
		names = sorted(n[8:] for n in os.listdir(self.o.scandir)
			if n.startswith("gateway-") and os.path.isdir(os.path.join(self.o.scandir, n)))
		print(" ".join(names))


def main():
	p = argparse.ArgumentParser()
	p.add_argument("--scandir", default="/run/service")
	p.add_argument("--bin", default="/command")
	p.add_argument("--home", default="")
	p.add_argument("--era", default="newest", choices=("seed", "newest"))
	p.add_argument("--run", default="")
	p.add_argument("--log", default="")
	p.add_argument("--hurry", action="store_true")
	p.add_argument("verb")
	p.add_argument("profile", nargs="?", default="")
	o = p.parse_args()
	try:
		getattr(Client(o), o.verb.replace("-", "_"))(o.profile)
	except Failed as e:
		print("client: %s" % e, file=sys.stderr)
		return 1
	return 0


if __name__ == "__main__":
	sys.exit(main())
