# build/fuzz/NAME: each target of tests/fuzz with a main that replays its corpus, for the tests. `make fuzz` runs the targets
# with libFuzzer, each for FUZZ_SECONDS; what they find goes to build/fuzz/found, and belongs into the corpus with the mend.

FUZZ_NAMES   = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ         = $(patsubst %,$(BUILD)/fuzz/%,$(FUZZ_NAMES))
FUZZ_CC     ?= clang
FUZZ_SECONDS ?= 60

$(BUILD)/tests/fuzz/%.o: SV_CFLAGS += -Ishim

$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(BUILD)/libsv.a
	$(if $(Q),@echo "  LD  $@")
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SV_LDFLAGS) -o $@ $^

.PRECIOUS: $(BUILD)/tests/fuzz/%.o
.PHONY: fuzz
fuzz: ## run the fuzz targets with libFuzzer, FUZZ_SECONDS each (60)
	$(Q)mkdir -p $(BUILD)/fuzz/found
	$(Q)for name in $(FUZZ_NAMES); do \
		mkdir -p $(BUILD)/fuzz/corpus.$$name; \
		$(FUZZ_CC) -g -O1 -std=c11 -D_GNU_SOURCE -Icommon -Ishim -fsanitize=fuzzer,address,undefined \
			-fno-sanitize-recover=undefined -o $(BUILD)/fuzz/$$name.lf tests/fuzz/fuzz_$$name.c common/*.c && \
		$(BUILD)/fuzz/$$name.lf -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
			-artifact_prefix=$(BUILD)/fuzz/found/$$name- $(BUILD)/fuzz/corpus.$$name tests/fuzz/corpus/$$name || exit 1; \
	done

-include $(wildcard $(BUILD)/tests/fuzz/*.d)
