#!/bin/sh
# What the module weighs on a Cortex-M3 and what a validated byte costs: `sh test/engines/cortex-m3/measure.sh SMALL LARGE KEY.der`.
#
# SMALL and LARGE are signed software files of different sizes, KEY.der their public key. It needs what build.sh needs, and qemu-system-arm.
# Instructions are counted by QEMU (-icount shift=0, one a nanosecond; the board's timer ticks every 40), so they are the same each time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here/../../../build/engines/cortex-m3}
export OUT="$out"
sh "$here/build.sh"
(cd "$out" && arm-none-eabi-size core.o validate.elf telephone.elf replay.elf)

# Prints the ticks, the bytes of stack and those of heap of one validation.
validate() {
  qemu-system-arm -M mps2-an385 -nographic -monitor none -serial stdio -icount shift=0,sleep=off -kernel "$out/validate.elf" \
    -semihosting-config "enable=on,target=native,arg=validate,arg=$1,arg=$2" </dev/null |
    awk '/^accepted/ { good = 1 } /^cortex-m3:/ { print $2, $4, $8 } END { exit !good }'
}
small=$(validate "$1" "$3") || { echo "measure.sh: $1 was not accepted with $3" >&2; exit 1; }
large=$(validate "$2" "$3") || { echo "measure.sh: $2 was not accepted with $3" >&2; exit 1; }
echo "$small $large $(wc -c <"$1") $(wc -c <"$2")" | awk '{
  each = ($4 - $1) * 40 / ($8 - $7)
  printf "%.1f instructions a byte, received, staged, read back and digested\n", each
  printf "%.1f million for all else: start, script of the server, signature\n", ($1 * 40 - each * $7) / 1e6
  printf "%d bytes of stack; %d of heap beside the two copies of the file, 262144 of them the memory of the core\n", $2, $3 - 2 * $7
}'
