#!/usr/bin/env python3
"""register and unregister with each of their system calls failing in turn.

	everytransaction.py HEXAD WORKDIR

HEXAD is build/fault/hexad. For every transaction (register down, register up, unregister a slot that is down, unregister one
that runs) the Nth system call that hexad or a child of it makes fails, for N = 1, 2, ... until there is no Nth call.
An answer "err" must leave the tree as it was, byte for byte, and what ran must run; an answer "ok" must have done it.
Then the same with a SIGSEGV of hexad's own at each call: asked again, it must be done, with nothing left over.
Prints a line for each run that went wrong, and how many there were.
"""
import ctypes, mmap, os, select, signal, socket, stat, struct, subprocess, sys, time

HEXAD, WORK = sys.argv[1], sys.argv[2]
FAULT = 1000
wrong = runs = 0


class Ctl:
	"""The page of tests/lib/failctl.h: armed, count, fail_at, err, failed, what."""

	def __init__(self, path):
		with open(path, "wb") as f:
			f.truncate(4096)
		self.fd = os.open(path, os.O_RDWR)
		self.map = mmap.mmap(self.fd, 4096)
		self.word = (ctypes.c_uint32 * 5).from_buffer(self.map)

	def arm(self, nth, err):
		self.word[0] = 0
		self.word[1], self.word[2], self.word[3], self.word[4] = 0, nth, err, 0
		self.word[0] = 1

	def disarm(self):
		self.word[0] = 0
		return self.word[4] != 0, bytes(self.map[20:44]).split(b"\0")[0].decode()


class Tree:
	def __init__(self, name):
		self.dir = os.path.join(WORK, name)
		self.scan = os.path.join(self.dir, "scan")
		os.makedirs(self.scan)
		self.ctl = Ctl(os.path.join(self.dir, "ctl"))
		ini = os.path.join(self.dir, "ini")
		with open(ini, "w") as f:
			f.write("[shutdown]\ngrace_ms = 5000\n[profiles]\ncommand = sleep 1000\ncommand_default = sleep 1000\n")
		self.own("web")
		r, w = os.pipe()
		self.log = open(os.path.join(self.dir, "log"), "wb")
		env = dict(os.environ, HEXAD_FAIL_CTL=os.path.join(self.dir, "ctl"), HEXAD_CONFIG=ini)
		self.proc = subprocess.Popen([HEXAD, "-d", str(w), self.scan], env=env,
			pass_fds=[w], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
		os.close(w)
		if os.read(r, 1) != b"\n":
			raise SystemExit("hexad does not start: " + open(self.log.name).read())
		os.close(r)
		self.sock = None

	def own(self, name):
		"""A run of our own: the rendered one needs what only an image has."""
		for d, body in ((name, "exec sleep 1000"), (name + "/log", "exec cat >/dev/null")):
			d = os.path.join(self.scan, d)
			os.makedirs(d, exist_ok=True)
			with open(d + "/.run", "w") as f:
				f.write("#!/bin/sh\n" + body + "\n")
			os.chmod(d + "/.run", 0o755)
			os.rename(d + "/.run", d + "/run")

	def ask(self, *words):
		if self.sock is None:
			self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
			self.sock.settimeout(30)
			self.sock.connect(os.path.relpath(self.scan + "/.s6-svscan/hexad"))
		try:
			self.sock.send(b"".join(w.encode() + b"\0" for w in ("1",) + words))
			rows = []
			while True:
				frame = self.sock.recv(8192)
				if not frame:
					raise ConnectionError
				fields = frame.decode().split("\0")[:-1]
				if fields[0] != "row":
					return fields, rows
				rows.append(fields)
		except (ConnectionError, BrokenPipeError):
			self.sock.close()
			self.sock = None
			return ["lost"], []

	def pid(self, name):
		try:
			with open(os.path.join(self.scan, name, "supervise/status"), "rb") as f:
				return struct.unpack(">Q", f.read()[24:32])[0]
		except (OSError, struct.error):
			return 0

	def supervised(self, name):
		try:
			os.close(os.open(os.path.join(self.scan, name, "supervise/control"), os.O_WRONLY | os.O_NONBLOCK))
			with open(os.path.join(self.scan, name, "supervise/status"), "rb") as f:
				return len(f.read()) == 35
		except OSError:
			return False

	def picture(self, history=True):
		"""Everything below the scan directory: names, types, modes, owners, bytes."""
		ret = {}
		for top, dirs, files in os.walk(self.scan):
			for n in dirs + files:
				p = os.path.join(top, n)
				try:
					st = os.lstat(p)
					data = b""
					if stat.S_ISREG(st.st_mode) and (history or n not in ("status", "death_tally")):
						data = open(p, "rb").read()
				except OSError as e:
					data = str(e).encode()
				ret[os.path.relpath(p, self.scan)] = (st.st_mode, st.st_uid, st.st_gid, data)
		return ret

	def end(self):
		if self.sock:
			self.sock.close()
		self.proc.terminate()
		if self.proc.wait(20) != 0:
			complain("hexad's end", 0, "", "exit code %d" % self.proc.returncode)


def complain(what, nth, call, why, tree=None):
	global wrong
	wrong += 1
	print("%s, call %d (%s): %s" % (what, nth, call, why))
	if tree:
		with open(tree.log.name) as f:
			print("".join("    " + l for l in f.readlines()[-8:]), end="")
	sys.stdout.flush()


def differs(a, b):
	return ", ".join(sorted(k for k in set(a) | set(b) if a.get(k) != b.get(k)))


def alive(pid):
	try:
		with open("/proc/%d/stat" % pid) as f:
			return f.read().rsplit(")", 1)[1].split()[0] != "Z"
	except OSError:
		return False


def until(cond, seconds=20):
	"""For what hexad does after its answer: a start. Looks at each change of the status, here: often enough."""
	end = time.monotonic() + seconds
	while not cond():
		if time.monotonic() > end:
			return False
		select.select([], [], [], 0.005)
	return True


def register(t, up):
	return lambda: t.ask("register", "p", "up" if up else "down")


def check(t, what, nth, call, before, answer, want):
	if answer[0] == "ok":
		if want == "there":
			if not (t.supervised("gateway-p") and t.supervised("gateway-p/log")):
				complain(what, nth, call, "said ok, but it is not supervised", t)
			if any(n.startswith(".gateway") or n.startswith(".hexad") for n in os.listdir(t.scan)):
				complain(what, nth, call, "something is left in the scan directory", t)
		elif any("gateway-p" in n or n.startswith(".hexad") for n in os.listdir(t.scan)):
			complain(what, nth, call, "said ok, but left " + " ".join(os.listdir(t.scan)), t)
	elif answer[0] == "err":
		now = t.picture(want == "there")
		if now != before:
			complain(what, nth, call, "said '%s', but this is not as before: %s" % (answer[2], differs(before, now)), t)
	else:
		complain(what, nth, call, "no answer", t)


def failing(t, what, begin, act, want, was_up=False):
	"""All N for one transaction, over one hexad."""
	global runs
	nth = 0
	web = t.pid("web")
	while True:
		nth += 1
		begin()
		pid = t.pid("gateway-p") if was_up else 0
		before = t.picture(want == "there")
		t.ctl.arm(nth, 0)
		answer = act()[0]
		failed, call = t.ctl.disarm()
		runs += 1
		if was_up and answer[0] == "err" and not until(lambda: alive(t.pid("gateway-p")) and t.pid("gateway-p/log")):
			complain(what, nth, call, "what ran before does not run", t)
		check(t, what, nth, call, before, answer, want)
		if was_up and answer[0] == "ok" and alive(pid):
			complain(what, nth, call, "said ok, but the process is there", t)
		if t.pid("web") != web or not alive(web):
			complain(what, nth, call, "another service was touched", t)
			web = t.pid("web")
		if t.proc.poll() is not None:
			raise SystemExit("%s, call %d (%s): hexad died" % (what, nth, call))
		if not failed:
			break
	if nth < 40:
		complain(what, nth, "", "only %d calls were made" % nth)


def cleared(t):
	"""No slot of that profile, whatever the run before has made of it."""
	answer = t.ask("unregister", "p")[0]
	if answer[0] == "err" and answer[1] != "2":
		raise SystemExit("cannot clear: " + answer[2])


def down_slot(t):
	cleared(t)
	answer = t.ask("register", "p", "down")[0]
	if answer[0] != "ok":
		raise SystemExit("cannot register: " + repr(answer))
	t.own("gateway-p")


def running_slot(t):
	down_slot(t)
	for name in ("gateway-p/log", "gateway-p"):
		answer = t.ask("start", name)[0]
		if answer[0] != "ok":
			raise SystemExit("cannot start: " + repr(answer))
	until(lambda: t.pid("gateway-p") and t.pid("gateway-p/log"))


def all_failing():
	t = Tree("failing")
	until(lambda: t.pid("web"))
	failing(t, "register down", lambda: cleared(t), register(t, False), "there")
	failing(t, "register up", lambda: cleared(t), register(t, True), "there")
	failing(t, "unregister, down", lambda: down_slot(t), lambda: t.ask("unregister", "p"), "gone")
	failing(t, "unregister, running", lambda: running_slot(t), lambda: t.ask("unregister", "p"), "gone", True)
	cleared(t)
	t.end()


def faulting(what, begin, words, want):
	"""All N for one transaction, each over a hexad of its own, since many faults in a short time mean safe mode."""
	global runs
	nth = 0
	while True:
		nth += 1
		t = Tree("fault-%s-%d" % (words[0], nth))
		until(lambda: t.pid("web"))
		web = t.pid("web")
		begin(t)
		t.ctl.arm(nth, FAULT)
		answer = t.ask(*words)[0]
		failed, call = t.ctl.disarm()
		runs += 1
		if answer[0] == "lost":
			answer = t.ask(*words)[0]
			if want == "gone" and answer[:2] == ["err", "2"]:
				answer = ["ok", ""]
			if want == "gone" and answer[0] == "ok":
				until(lambda: not any(n.startswith(".hexad") for n in os.listdir(t.scan)))
			if want == "there":
				until(lambda: not any(n.startswith((".hexad", ".gateway")) for n in os.listdir(t.scan)))
		if answer[0] != "ok":
			complain("fault, " + what, nth, call, "asked again: " + repr(answer), t)
		else:
			check(t, "fault, " + what, nth, call, {}, answer, want)
		if t.pid("web") != web or not alive(web):
			complain("fault, " + what, nth, call, "another service was touched", t)
		t.end()
		if not failed:
			break
		subprocess.call(["rm", "-rf", t.dir])


os.chdir(WORK)
all_failing()
faulting("register", lambda t: None, ("register", "p", "down"), "there")
faulting("unregister", running_slot, ("unregister", "p"), "gone")
print("%d transactions, %d went wrong" % (runs, wrong))
sys.exit(1 if wrong else 0)
