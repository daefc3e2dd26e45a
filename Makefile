# hexad: one Makefile, no recursion. `make help` lists the targets.

CC      ?= cc
CFLAGS  ?= -O2 -g
BUILD   ?= build
VERSION := $(shell cat VERSION)

SV_CFLAGS = -std=c11 -D_GNU_SOURCE -DHEXAD_VERSION='"$(VERSION)"' -Icommon \
	-Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef \
	-Wformat=2 -Wpointer-arith -Wwrite-strings -fno-common -MMD -MP
ifdef WERROR
SV_CFLAGS += -Werror
endif
ifdef DEBUG
CFLAGS = -O0 -g3
endif

# A sanitizer or coverage build goes to its own folder and links dynamically.
ifdef SAN
BUILD      = build/san
CFLAGS     = -O1 -g -fno-omit-frame-pointer
SV_CFLAGS += -fsanitize=$(SAN) -fno-sanitize-recover=undefined
SV_LDFLAGS = -fsanitize=$(SAN)
LIBUV      = -luv
else
SV_LDFLAGS = -static
LIBUV      = -luv_a
endif
ifdef COV
BUILD      = build/cov
CFLAGS     = -O0 -g --coverage
SV_LDFLAGS = --coverage
LIBUV      = -luv
endif

HEXAD_LIBS = $(LIBUV) -linih -ljansson -lpthread -ldl -lrt

Q = $(if $(V),,@)

# The two commands of the README use all processors, unless it was said how many.
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

PROGRAMS   = $(BUILD)/hexad $(BUILD)/svctl $(BUILD)/hexad-shim
COMMON_O   = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard common/*.c))
HEXAD_O    = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard supervisor/*.c))
SVCTL_O    = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard svctl/*.c))
SHIM_O     = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard shim/*.c))
LEAKS_O    = $(if $(SAN),$(BUILD)/tests/lib/leaks.o)
UNIT_SRC   = $(wildcard tests/unit/test_*.c)
UNIT       = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
UNIT_LIBS  = -lcriterion -luv -linih -ljansson

.PHONY: all help run test check lint san bench install links tests-built deps clean
all: $(PROGRAMS) ## build hexad, svctl and hexad-shim

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-12s %s\n", $$1, $$2}' Makefile

run: ## install what is missing, build, boot the demonstration
	$(Q)tests/lib/deps.sh run
	$(Q)$(MAKE) $(JOBS) --no-print-directory links $(TOOLS)
	$(Q)B=$(BUILD) tests/demo

test: ## install what is missing, build, run every test
	$(Q)tests/lib/deps.sh test
	$(Q)$(MAKE) $(JOBS) --no-print-directory tests-built san-built
	$(Q)B=$(BUILD) tests/run

check: tests-built ## the tests that need no root, no engine and no network
	$(Q)B=$(BUILD) tests/run unit integration compat

lint: tests-built ## cppcheck, shellcheck, one header at a time
	$(Q)B=$(BUILD) tests/run lint

san: san-built ## unit and integration tests with the address and undefined sanitizers
	$(Q)B=$(BUILD) tests/run sanitizer

bench: tests-built ## figures, against a bare loop, s6 and runit
	$(Q)B=$(BUILD) tests/bench/run

deps: ## install the Debian packages that the tests need
	$(Q)tests/lib/deps.sh test

$(BUILD)/hexad: $(HEXAD_O) $(BUILD)/libsv.a
	$(if $(Q),@echo "  LD  $@")
	$(Q)$(CC) $(CFLAGS) $(SV_LDFLAGS) -o $@ $^ $(HEXAD_LIBS)

$(BUILD)/svctl: $(SVCTL_O) $(LEAKS_O) $(BUILD)/libsv.a
	$(if $(Q),@echo "  LD  $@")
	$(Q)$(CC) $(CFLAGS) $(SV_LDFLAGS) -o $@ $^ -ljansson

$(BUILD)/hexad-shim: $(SHIM_O) $(LEAKS_O) $(BUILD)/libsv.a
	$(if $(Q),@echo "  LD  $@")
	$(Q)$(CC) $(CFLAGS) $(SV_LDFLAGS) -o $@ $^

$(BUILD)/libsv.a: $(COMMON_O)
	$(Q)rm -f $@; ar rcs $@ $^

# Everything of the supervisor but its main, for tests that link parts of it.
$(BUILD)/libhexad.a: $(filter-out %/main.o,$(HEXAD_O))
	$(Q)rm -f $@; ar rcs $@ $^

# And of svctl's.
$(BUILD)/libsvctl.a: $(filter-out %/main.o,$(SVCTL_O))
	$(Q)rm -f $@; ar rcs $@ $^

# Objects have a folder of their own: build/svctl is a program.
define COMPILE
	$(if $(Q),@echo "  CC  $<")
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SV_CFLAGS) -I$(<D) -c -o $@ $<
endef
$(BUILD)/obj/%.o: %.c
	$(COMPILE)
$(BUILD)/tests/%.o: tests/%.c
	$(COMPILE)

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libhexad.a $(BUILD)/libsv.a
	$(if $(Q),@echo "  LD  $@")
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SV_CFLAGS) -Isupervisor -Itests/lib $(filter-out -static,$(SV_LDFLAGS)) \
		-o $@ $< $(BUILD)/libhexad.a $(BUILD)/libsv.a $(UNIT_LIBS)

$(BUILD)/unit/test_svctl_%: tests/unit/test_svctl_%.c $(BUILD)/libsvctl.a $(BUILD)/libsv.a
	$(if $(Q),@echo "  LD  $@")
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SV_CFLAGS) -Isvctl -Itests/lib $(filter-out -static,$(SV_LDFLAGS)) \
		-o $@ $< $(BUILD)/libsvctl.a $(BUILD)/libsv.a -lcriterion -ljansson

# Every name hexad answers to, in one folder: what the tests put first on PATH. As it is where no program has changed: somebody
# may be running from there.
links: $(BUILD)/bin/.made ## make $(BUILD)/bin with every name as a link
$(BUILD)/bin/.made: $(PROGRAMS)
	$(Q)rm -rf $(@D); mkdir -p $(@D)
	$(Q)ln -s ../hexad ../svctl ../hexad-shim $(@D)
	$(Q)for name in s6-svscan s6-supervise; do ln -s hexad $(@D)/$$name; done
	$(Q)for name in $$($(BUILD)/hexad-shim --list); do \
		[ -e $(@D)/$$name ] || ln -s hexad-shim $(@D)/$$name; done
	$(Q)touch $@

# What the scripts use; never with a sanitizer.
TOOL = $(CC) -O2 -g -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wshadow $(if $(WERROR),-Werror)
TOOLS = $(patsubst %,$(BUILD)/%,await dirs nsinit spawn.so)

$(BUILD)/await $(BUILD)/dirs $(BUILD)/nsinit: $(BUILD)/%: tests/lib/%.c
	$(if $(Q),@echo "  LD  $@")
	$(Q)mkdir -p $(@D)
	$(Q)$(TOOL) -static -o $@ $<

$(BUILD)/%.so: tests/lib/%.c
	$(if $(Q),@echo "  LD  $@")
	$(Q)mkdir -p $(@D)
	$(Q)$(TOOL) -shared -fPIC -o $@ $<

include $(wildcard tests/*.mk)

tests-built: links man $(TOOLS) $(UNIT) $(FAULT) $(TRACE) $(FUZZ)

.PHONY: san-built
san-built:
	$(Q)$(MAKE) --no-print-directory SAN=address,undefined tests-built

# They are in the tree for who reads them there; a table that has grown must not leave them behind.
.PHONY: man
man: ## make the manual pages of tables anew where a table has changed
	$(Q)mkdir -p $(BUILD)/man
	$(Q)for page in hexad.ini.5 hexad-shim.1; do \
		docs/man.sh $$page >$(BUILD)/man/$$page || exit 1; \
		cmp -s $(BUILD)/man/$$page docs/$$page || cp $(BUILD)/man/$$page docs/$$page || exit 1; done

install: links man ## put the programs, their names and rootfs/image below DESTDIR
	$(Q)B=$(BUILD) DESTDIR=$(DESTDIR) SYMLINKS=$(SYMLINKS) rootfs/install

clean: ## remove all build output
	rm -rf build

-include $(COMMON_O:.o=.d) $(HEXAD_O:.o=.d) $(SVCTL_O:.o=.d) $(SHIM_O:.o=.d) $(UNIT:=.d)
