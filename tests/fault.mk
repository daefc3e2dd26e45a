# build/fault/hexad: hexad with tests/lib/failsys.c linked in, and the program that drives it.

FAULT = $(BUILD)/fault/hexad $(BUILD)/fault/everycall

.PHONY: fault
fault: $(FAULT) ## build the hexad whose system calls can be made to fail

$(BUILD)/fault/hexad: $(HEXAD_O) $(BUILD)/tests/lib/failsys.o $(BUILD)/libsv.a
	$(if $(Q),@echo "  LD  $@")
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SV_LDFLAGS) -o $@ $^ $(HEXAD_LIBS)

$(BUILD)/fault/everycall: $(BUILD)/tests/lib/everycall.o $(BUILD)/libsv.a
	$(if $(Q),@echo "  LD  $@")
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SV_LDFLAGS) -o $@ $^

-include $(BUILD)/tests/lib/failsys.d $(BUILD)/tests/lib/everycall.d
