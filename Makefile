# tcpmortem. `make help` lists the targets.
#
# Knobs: V=1 shows the commands; SAN=1 builds with ASan and UBSan in a folder of its own;
# WERROR= leaves warnings warnings; CC, CFLAGS, LDFLAGS, PREFIX, DESTDIR as everywhere.

PREFIX  ?= /usr/local
DESTDIR ?=
CFLAGS  ?= $(if $(SAN),-O1,-O2) -g
WERROR  ?= -Werror

BUILD   := build$(if $(SAN),/san)$(if $(FUZZER),/fuzzer)
BIN     := $(BUILD)/tcpmortem

# The way of a packet. A folder includes headers of itself and of those before it;
# tests/lint/include-order checks that.
FOLDERS := base capture decode survey merge track store rules case picture report anonymize extract command

PKGS    := libpcap sqlite3 nettle libxxhash zlib libzstd liblz4
# Asked for only when something is built: `make deps` runs before they are there.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)) -lcsv -lm -pthread)$(PKG_LIBS)
CMOCKA     = $(eval CMOCKA := $$(shell pkg-config --libs cmocka))$(CMOCKA)

WARN    := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wformat=2 -Wvla $(WERROR)
SANFLAGS := $(if $(SAN)$(FUZZER),-fsanitize=address -fsanitize=undefined \
              -fno-sanitize-recover=all -fno-omit-frame-pointer) \
            $(if $(FUZZER),-fsanitize=fuzzer-no-link)
VERSION := $(shell cat analyzer/VERSION)
ALLFLAGS = -std=c11 -D_GNU_SOURCE -pthread -Ianalyzer -I$(BUILD) $(WARN) $(SANFLAGS) $(CFLAGS) $(PKG_CFLAGS) \
           -DVERSION='"$(VERSION)"' -DDATADIR='"$(PREFIX)/share/tcpmortem"'

SRC     := $(foreach f,$(FOLDERS),$(sort $(wildcard analyzer/$(f)/*.c)))
LIBOBJ  := $(SRC:analyzer/%.c=$(BUILD)/%.o)
MAINOBJ := $(BUILD)/main.o

# Tests: tests/packet/ builds frames and captures for the others; each unit/test_*.c and each
# tool is a program of its own.
PACKETOBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/packet/*.c))
UNITS   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
TOOLS   := $(addprefix $(BUILD)/tests/,cli/make_capture cli/cut_capture cli/ask_case cli/check_json \
             $(addprefix bench/,generate measure floor survey) fuzz/mutate \
             fuzz/tamper fuzz/hostile scene/scene)
BENCHES := $(filter $(BUILD)/tests/bench/%,$(TOOLS))
FUZZED  := $(addprefix $(BUILD)/tests/fuzz/,fuzz_decode fuzz_capture)
SCENES  := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/scene.c,$(wildcard tests/scene/*.c)))
TESTOBJ := $(PACKETOBJ) $(SCENES) $(UNITS:=.o) $(TOOLS:=.o) $(FUZZED:=.o) \
           $(BUILD)/tests/fuzz/mutation.o $(BUILD)/tests/bench/trace.o

DEPS    := CC='$(CC)' sh tests/deps
Q       := $(if $(V),,@)
say      = $(if $(V),,@echo "  $(1)")

## all          build/tcpmortem
all: $(BIN)

$(BIN): $(MAINOBJ) $(LIBOBJ)
	$(call say,LD    $@)
	$(Q)$(CC) $(SANFLAGS) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(PKG_LIBS)

$(BUILD)/%.o: analyzer/%.c $(BUILD)/flags | build/deps-found
	$(call say,CC    $<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALLFLAGS) -MMD -MP -c -o $@ $<

# Text that the program carries with it, as a C string.
$(BUILD)/%.inc: analyzer/%.sql
	@mkdir -p $(@D)
	$(Q)sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $< > $@
EMBEDDED := $(BUILD)/store/schema.inc $(BUILD)/report/contrast.inc
$(BUILD)/store/schema.o: $(BUILD)/store/schema.inc
$(BUILD)/report/contrast_rows.o: $(BUILD)/report/contrast.inc

# What report.html brings along, as strings. dygraphs draws its graph: Debian's libjs-dygraphs, or what
# `npm install --no-save dygraphs@2.2.1` leaves here. Without it the page has no graph, and says so.
DYGRAPHS ?= $(patsubst %/dygraph.min.js,%,$(firstword $(wildcard \
              /usr/share/javascript/dygraphs/dygraph.min.js node_modules/dygraphs/dist/dygraph.min.js)))
ASSETS  := $(patsubst %,$(BUILD)/report/html/%.inc,dygraphs.css dygraphs.js graph_data.js \
              graph_draw.js graph.js report.css report.js)
bytes    = { sed '/^.\{4\}sourceMappingURL=/d' $(1) | od -An -v -to1 | sed 's/ /\\/g; s/^/"/; s/$$/"/'; echo '""'; }
$(BUILD)/report/html/dygraphs.%.inc: $(BUILD)/report/html/dygraphs.path
	$(Q)$(call bytes,$(if $(DYGRAPHS),$(DYGRAPHS)/dygraph.min.$*,/dev/null)) > $@
$(BUILD)/report/html/%.inc: analyzer/report/html/%
	@mkdir -p $(@D)
	$(Q)$(call bytes,$<) > $@
$(BUILD)/report/html/dygraphs.path: FORCE
	@mkdir -p $(@D)
	@echo '$(DYGRAPHS)' | cmp -s - $@ || echo '$(DYGRAPHS)' > $@
$(BUILD)/report/html_asset.o: $(ASSETS)

# Other flags, another program: everything is compiled again.
$(BUILD)/flags: FORCE | build/deps-found
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(CC) $(ALLFLAGS) $(LDFLAGS))' > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

## deps         find what is missing and install it, or say how
deps:
	@$(DEPS) install build test demo

## deps-bench   the programs that `make bench` compares with: tshark, tcptrace
deps-bench:
	@$(DEPS) install bench

# Names what is missing before the compiler trips over it; looked up once.
build/deps-found: tests/deps
	@mkdir -p $(@D)
	@$(DEPS) check build
	@touch $@

## demo         analyse the sample incident and say what happened
demo:
	@$(DEPS) install build demo
	@$(MAKE) --no-print-directory all
	@mkdir -p out
	@arguments=$$(sh tests/case-arguments samples/docker-reset) && \
	    echo $(BIN) analyze -o out/demo $$arguments && \
	    $(BIN) analyze -o out/demo $$arguments

## test         unit tests, command line, samples, a short fuzz; plain and under ASan and UBSan
test:
	@$(DEPS) install build test demo
	@rm -rf build/results build/san/results
	@$(MAKE) --no-print-directory check
	@if sh tests/can-sanitize $(CC); then \
	    $(MAKE) --no-print-directory SAN=1 check; \
	else \
	    mkdir -p build/results && printf '1..1\nnot ok 1 # SKIP no sanitizers\n' > build/results/sanitizers; \
	fi
	@sh tests/summary build/results build/san/results

## test-one     one of them with all that it prints: make test-one T=unit/test_decode
test-one: $(BUILD)/results/$(T)
	@grep '^ok ' $< || true
	@sh tests/summary $<

RESULTS := $(UNITS:$(BUILD)/tests/%=$(BUILD)/results/%) \
           $(patsubst tests/%.sh,$(BUILD)/results/%,$(wildcard tests/cli/*.sh)) \
           $(addprefix $(BUILD)/results/fuzz/,mutate tamper hostile) $(BUILD)/results/scene/scene
check: $(RESULTS)

$(BUILD)/results/unit/%: $(BUILD)/tests/unit/% FORCE
	@sh tests/run $@ $<
$(BUILD)/results/cli/%: tests/cli/%.sh $(BIN) $(BUILD)/tests/cli/make_capture $(BUILD)/tests/cli/cut_capture \
                        $(BUILD)/tests/cli/ask_case $(BUILD)/tests/cli/check_json FORCE
	@MAKE='$(MAKE)' sh tests/run $@ sh $< $(BUILD)
$(BUILD)/results/cli/bench: $(BENCHES)
$(BUILD)/results/cli/interrupt: $(BUILD)/tests/bench/generate
$(BUILD)/results/fuzz/%: $(BUILD)/tests/fuzz/% FORCE
	@sh tests/run $@ $< $(wildcard samples/*/*.pcap)

$(BUILD)/results/scene/%: $(BUILD)/tests/scene/% FORCE
	@sh tests/run $@ $< $(if $(SAN),--scenes 100 --exact 30)

$(TESTOBJ): $(BUILD)/%.o: %.c $(BUILD)/flags | build/deps-found
	$(call say,CC    $<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALLFLAGS) -Itests -MMD -MP -c -o $@ $<

$(UNITS): %: %.o $(PACKETOBJ) $(LIBOBJ)
	$(call say,LD    $@)
	$(Q)$(CC) $(SANFLAGS) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(CMOCKA) $(PKG_LIBS)
$(TOOLS): %: %.o $(PACKETOBJ) $(LIBOBJ)
	$(call say,LD    $@)
	$(Q)$(CC) $(SANFLAGS) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(PKG_LIBS)
$(addprefix $(BUILD)/tests/fuzz/,mutate tamper hostile): $(BUILD)/tests/fuzz/mutation.o
$(BUILD)/tests/scene/scene: $(SCENES)
$(BUILD)/tests/fuzz/mutate: $(BUILD)/tests/fuzz/fuzz_decode.o
$(BUILD)/tests/fuzz/tamper: $(BUILD)/tests/fuzz/fuzz_capture.o
$(BUILD)/tests/bench/generate: $(BUILD)/tests/bench/trace.o

## bench        time and memory beside the bare minimum, tcptrace and tshark: make bench [SEGMENTS=N] [ROUNDS=N] [CSV=FILE]
SEGMENTS ?= 1500000
ROUNDS   ?= 3
CSV      ?=
bench: $(BIN) $(BENCHES)
	@sh tests/bench/bench $(BUILD) --segments '$(SEGMENTS)' --rounds '$(ROUNDS)' $(if $(CSV),--csv '$(CSV)')

## fuzz         decoder and capture reader, each FUZZ_SECONDS long (60), by clang's fuzzer or our own
FUZZ_SECONDS ?= 60
fuzz:
	@$(DEPS) install build
	@if sh tests/can-sanitize clang fuzzer; then \
	    $(MAKE) --no-print-directory SAN=1 fuzz-corpus && \
	    $(MAKE) --no-print-directory FUZZER=1 CC=clang fuzz-clang; \
	else \
	    $(MAKE) --no-print-directory SAN=1 fuzz-ours; \
	fi
fuzz-corpus: $(BUILD)/tests/fuzz/mutate $(BUILD)/tests/fuzz/tamper
	@mkdir -p build/corpus/decode build/corpus/capture
	$(BUILD)/tests/fuzz/mutate --corpus build/corpus/decode
	$(BUILD)/tests/fuzz/tamper --corpus build/corpus/capture
fuzz-clang: $(FUZZED)
	$(BUILD)/tests/fuzz/fuzz_decode -max_total_time=$(FUZZ_SECONDS) build/corpus/decode
	$(BUILD)/tests/fuzz/fuzz_capture -max_total_time=$(FUZZ_SECONDS) build/corpus/capture
fuzz-ours: $(BUILD)/tests/fuzz/mutate $(BUILD)/tests/fuzz/tamper
	$(BUILD)/tests/fuzz/mutate --seconds $(FUZZ_SECONDS) $(wildcard samples/*/*.pcap)
	$(BUILD)/tests/fuzz/tamper --seconds $(FUZZ_SECONDS) $(wildcard samples/*/*.pcap)
$(FUZZED): %: %.o $(LIBOBJ)
	$(call say,LD    $@)
	$(Q)$(CC) $(SANFLAGS) -fsanitize=fuzzer $(CFLAGS) -o $@ $^ $(LDFLAGS) $(PKG_LIBS)

## lint         format, clang-tidy, cppcheck, shellcheck, who may include whom
SCRIPTS := .ci/run $(wildcard tests/cli/*.sh) $(addprefix tests/,can-sanitize case-arguments cli/tap deps \
             run summary bench/bench lint/file-length lint/include-order lint/tidy)
CODE    := $(sort $(wildcard analyzer/*.[ch] analyzer/*/*.[ch] tests/*/*.[ch]))
lint:
	@$(DEPS) install build test lint
	@$(MAKE) --no-print-directory --keep-going lint-includes lint-format lint-scripts \
	    lint-cppcheck lint-tidy
lint-includes:
	@sh tests/lint/include-order $(FOLDERS)
	@sh tests/lint/file-length $(CODE)
lint-format:
	$(Q)clang-format --dry-run -Werror $(CODE)
lint-scripts:
	$(Q)if command -v shellcheck >/dev/null; then shellcheck -x -S warning $(SCRIPTS); fi
lint-cppcheck: $(EMBEDDED) $(ASSETS)
	$(Q)cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
	    --suppressions-list=tests/lint/cppcheck-suppressions \
	    --enable=warning,performance,portability -Ianalyzer -Itests -I$(BUILD) analyzer tests
lint-tidy: export TIDY_FLAGS = $(ALLFLAGS) -Itests
lint-tidy: $(EMBEDDED) $(ASSETS)
	$(Q)printf '%s\n' $(filter %.c,$(CODE)) | xargs -P 2 -n 8 sh tests/lint/tidy

## fmt          let clang-format lay out the code
fmt:
	$(Q)clang-format -i $(CODE)

## install      into $(DESTDIR)$(PREFIX), /usr/local by default
DATA    := $(DESTDIR)$(PREFIX)/share/tcpmortem
install: $(BIN)
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DATA)'
	install -m 755 $(BIN) '$(DESTDIR)$(PREFIX)/bin/tcpmortem'
	find rules -name '*.sql' | while read -r rule; do \
	    install -d "$(DATA)/$${rule%/*}" && install -m 644 "$$rule" "$(DATA)/$$rule" || exit 1; \
	done
	install -m 644 analyzer/report/report.schema.json '$(DATA)/report.schema.json'

## uninstall    what install put there
uninstall:
	rm -f '$(DESTDIR)$(PREFIX)/bin/tcpmortem'
	rm -rf '$(DATA)'

## clean        build/ and out/
clean:
	rm -rf build out

## help         this list
help:
	@sed -n 's/^## //p' Makefile

FORCE:
.PHONY: all deps deps-bench demo test test-one check bench fuzz fuzz-corpus fuzz-clang fuzz-ours fmt install \
        uninstall clean help FORCE lint lint-includes lint-format lint-scripts lint-cppcheck lint-tidy
.SECONDARY:
-include $(LIBOBJ:.o=.d) $(MAINOBJ:.o=.d) $(TESTOBJ:.o=.d)
