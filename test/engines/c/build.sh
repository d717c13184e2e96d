#!/bin/sh
# Builds a host in C: build/core.wasm through wasm2c, then gcc with the HAL beside this script.
#
# `sh test/engines/c/build.sh [NAME [FLAGS...]]` makes build/engines/c/NAME: the telephone of desktop.c where NAME begins with desktop, else
# the replayer (default replay). The flags are for our own files, such as -fsanitize=address,undefined.
# It needs build/core.wasm and build/offhook_hal.h (npm run build), gcc, and wabt 1.0.32 as Debian 12 has it: later versions name things
# differently, and npm's wabt, which npm puts first on the path, is one and has no runtime.
# By variables: SOURCES a host of your own in place of those (examples/minimal-host.c), CORE another module, OUT another folder,
# CC another compiler, WASM2C and WABT_RUNTIME where Debian's parts are.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
name=${1:-replay}
[ $# -eq 0 ] || shift
out=${OUT:-build/engines/c}
wasm2c=${WASM2C:-/usr/bin/wasm2c}
runtime=${WABT_RUNTIME:-/usr/share/wabt/wasm2c}
cc=${CC:-gcc}
module=${CORE:-build/core.wasm}
case $name in
desktop*) ours=$(echo "$here"/desktop*.c) ;;
*) ours="$here/records.c $here/replay.c $here/main.c" ;;
esac
sources=${SOURCES:-$ours}

version=$("$wasm2c" --version)
if [ "$version" != 1.0.32 ]; then
  echo "build.sh: $wasm2c is of version $version: engine.c knows the names that wabt 1.0.32 gives" >&2
  exit 1
fi
hash=$(sha256sum "$module" | cut -d ' ' -f 1)
mkdir -p "$out"

# Other people's code, without our warnings. Bounds are checked by comparison, as on a machine without an MMU.
rules="-std=c11 -O2 -DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0 -I$out -I$runtime"
if [ "$(cat "$out/core.sha256" 2>/dev/null)" != "$hash" ]; then
  "$wasm2c" "$module" -n core -o "$out/core.c"
  # shellcheck disable=SC2086
  $cc $rules -w -c "$out/core.c" -o "$out/core.o"
  # shellcheck disable=SC2086
  $cc $rules -w -D_DEFAULT_SOURCE -c "$runtime/wasm-rt-impl.c" -o "$out/wasm-rt-impl.o"
  echo "$hash" >"$out/core.sha256"
fi

# shellcheck disable=SC2086
$cc $rules -Ibuild -I"$here" -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wshadow -DMODULE_SHA256="\"$hash\"" "$@" \
  "$here/engine.c" $sources "$out/core.o" "$out/wasm-rt-impl.o" -lm -o "$out/$name"
