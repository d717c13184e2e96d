#!/bin/sh
# Builds the module for a Cortex-M3: core.wasm through wasm2c, arm-none-eabi-gcc, and newlib on the board of board.c.
#
# `sh test/engines/cortex-m3/build.sh` makes replay, validate and telephone in build/engines/cortex-m3. It needs build/core.wasm and
# build/offhook_hal.h (npm run build), and of Debian 12: gcc-arm-none-eabi, libnewlib-arm-none-eabi and wabt (1.0.32).
# By variables: CORE another module, OUT another folder, STACK_BYTES another stack;
# WASM2C, WABT_RUNTIME and WASM_RT_H where Debian's parts are.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
out=${OUT:-build/engines/cortex-m3}
wasm2c=${WASM2C:-/usr/bin/wasm2c}
runtime=${WABT_RUNTIME:-/usr/share/wabt/wasm2c}
module=${CORE:-build/core.wasm}
cc=arm-none-eabi-gcc

version=$("$wasm2c" --version)
if [ "$version" != 1.0.32 ]; then
  echo "build.sh: $wasm2c is of version $version: engine.c knows the names that wabt 1.0.32 gives" >&2
  exit 1
fi
hash=$(sha256sum "$module" | cut -d ' ' -f 1)
mkdir -p "$out"
# Alone: what else is in /usr/include is not for this machine.
cp "${WASM_RT_H:-/usr/include/wasm-rt.h}" "$out/wasm-rt.h"

# Enumerations of four bytes, as the runtime's va_arg takes them; and what newlib's inttypes.h looks for before it knows 64 bits.
machine="-mcpu=cortex-m3 -mthumb -fno-short-enums -ffunction-sections -fdata-sections -D__int64_t_defined=1"
rules="$machine -std=gnu11 -O2 -DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0 -I$out -I$runtime -I$here"
if [ "$(cat "$out/core.sha256" 2>/dev/null)" != "$hash" ]; then
  "$wasm2c" "$module" -n core -o "$out/core.c"
  # shellcheck disable=SC2086
  $cc $rules -w -c "$out/core.c" -o "$out/core.o"
  # shellcheck disable=SC2086
  $cc $rules -w -c "$runtime/wasm-rt-impl.c" -o "$out/wasm-rt-impl.o"
  echo "$hash" >"$out/core.sha256"
fi

link() {
  program=$1
  shift
  # shellcheck disable=SC2086
  $cc $rules -Ibuild -Itest/engines/c -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wshadow -DMODULE_SHA256="\"$hash\"" \
    "$here/board.c" test/engines/c/engine.c "$@" "$out/core.o" "$out/wasm-rt-impl.o" -lm \
    ${STACK_BYTES:+-Wl,--defsym=STACK_BYTES=$STACK_BYTES} \
    -nostartfiles -Wl,--gc-sections -Wl,--no-enum-size-warning -Wl,--no-warn-rwx-segments -T "$here/link.ld" -o "$out/$program.elf"
}
link replay test/engines/c/records.c test/engines/c/replay.c test/engines/c/main.c
link validate examples/minimal-host.c
link telephone "$here/nor.c" "$here/site.c" "$here/telephone.c"
