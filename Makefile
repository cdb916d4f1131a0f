# tcpmortem. `make help` lists the targets.
#
# Knobs: V=1 shows the commands; SAN=1 builds with ASan and UBSan in a folder of its own;
# WERROR= leaves warnings warnings; CC, CFLAGS, LDFLAGS, PREFIX, DESTDIR as everywhere.

PREFIX  ?= /usr/local
DESTDIR ?=
CFLAGS  ?= -O2 -g
WERROR  ?= -Werror

BUILD   := build$(if $(SAN),/san)
BIN     := $(BUILD)/tcpmortem

# The way of a packet. A folder includes headers of itself and of those before it;
# tests/include-order checks that.
FOLDERS := base capture decode survey merge track store rules report command

PKGS    := libpcap sqlite3 nettle libxxhash
# Asked for only when something is built: `make deps` runs before they are there.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)) -lcsv -lm)$(PKG_LIBS)

WARN    := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wformat=2 -Wvla $(WERROR)
SANFLAGS := $(if $(SAN),-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
VERSION := $(shell cat analyzer/VERSION)
ALLFLAGS = -std=c11 -D_GNU_SOURCE -Ianalyzer -I$(BUILD) $(WARN) $(SANFLAGS) $(CFLAGS) $(PKG_CFLAGS) \
           -DVERSION='"$(VERSION)"' -DDATADIR='"$(PREFIX)/share/tcpmortem"'

SRC     := $(foreach f,$(FOLDERS),$(sort $(wildcard analyzer/$(f)/*.c)))
LIBOBJ  := $(SRC:analyzer/%.c=$(BUILD)/%.o)
MAINOBJ := $(BUILD)/main.o
Q       := $(if $(V),,@)

all: $(BIN)

$(BIN): $(MAINOBJ) $(LIBOBJ)
	$(if $(V),,@echo "  LD    $@")
	$(Q)$(CC) $(SANFLAGS) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(PKG_LIBS)

$(BUILD)/%.o: analyzer/%.c Makefile
	$(if $(V),,@echo "  CC    $<")
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALLFLAGS) -MMD -MP -c -o $@ $<

# Text that the program carries with it, as a C string.
$(BUILD)/store/schema.inc: analyzer/store/schema.sql
	@mkdir -p $(@D)
	$(Q)sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $< > $@
$(BUILD)/store/schema.o: $(BUILD)/store/schema.inc

clean:
	rm -rf build out

.PHONY: all clean
-include $(LIBOBJ:.o=.d) $(MAINOBJ:.o=.d)
