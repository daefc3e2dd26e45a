# build/trace: the driver of random operations, and the services that it drives. build/mutant/N/hexad: hexad with one cell
# of its table changed; a comparison of traces that does not see that sees nothing.

TRACE_O = $(patsubst %,$(BUILD)/tests/lib/%.o,trace trace_seq trace_io trace_model trace_dir trace_child)
MUTANTS = $(if $(SAN)$(COV),,1 2 3 4)
TRACE   = $(BUILD)/trace $(patsubst %,$(BUILD)/mutant/%/hexad,$(MUTANTS))

# d while finish runs does nothing; 125 is an exit code like any other; U leaves the down file of a running service;
# C sends its signal and says nothing of it.
MUTATION_1 = /^SV_EVENT(DOWN,/s/want_down,  *stop,  *want_down,/want_down, stop, ignore,/
MUTATION_2 = /^SV_EVENT(DIED_125,/s/finish_failed,/finish_died,/
MUTATION_3 = /^SV_EVENT(UP_FILE,/s/start_f,  *want_up_f,/start_f, want_up,/
MUTATION_4 = /^SV_EVENT(CONT_GROUP,/s/ignore,  *continue_run,/ignore, send,/

$(BUILD)/trace: $(TRACE_O)
	$(if $(Q),@echo "  LD  $@")
	$(Q)$(CC) $(CFLAGS) $(SV_LDFLAGS) -o $@ $^

$(BUILD)/mutant/%/service_events.def: common/service_events.def tests/trace.mk
	$(Q)mkdir -p $(@D)
	$(Q)sed '$(MUTATION_$*)' $< >$@.new
	$(Q)[ "$$(diff $< $@.new | grep -c '^>')" = 1 ] || { echo "mutation $* changes nothing" >&2; exit 1; }
	$(Q)mv $@.new $@

$(BUILD)/mutant/%/service_sm.o: supervisor/service_sm.c $(BUILD)/mutant/%/service_events.def
	$(Q)$(CC) $(CFLAGS) -I$(@D) $(SV_CFLAGS) -Isupervisor -c -o $@ $<

$(BUILD)/mutant/%/hexad: $(BUILD)/mutant/%/service_sm.o $(filter-out %/service_sm.o,$(HEXAD_O)) $(BUILD)/libsv.a
	$(if $(Q),@echo "  LD  $@")
	$(Q)$(CC) $(CFLAGS) $(SV_LDFLAGS) -o $@ $^ $(HEXAD_LIBS)

-include $(TRACE_O:.o=.d) $(wildcard $(BUILD)/mutant/*/service_sm.d)

# build/seen: a service that says what it inherits.
TRACE += $(BUILD)/seen

$(BUILD)/seen: $(BUILD)/tests/lib/seen.o
	$(if $(Q),@echo "  LD  $@")
	$(Q)$(CC) $(CFLAGS) $(SV_LDFLAGS) -o $@ $^

-include $(BUILD)/tests/lib/seen.d

# build/deadfuse: a file system that does not answer.
TRACE += $(BUILD)/deadfuse

$(BUILD)/deadfuse: $(BUILD)/tests/lib/deadfuse.o
	$(if $(Q),@echo "  LD  $@")
	$(Q)$(CC) $(CFLAGS) $(SV_LDFLAGS) -o $@ $^

-include $(BUILD)/tests/lib/deadfuse.d
