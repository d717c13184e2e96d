#include "desktop.h"

void put_u32(uint8_t *target, uint32_t value) {
  for (int at = 0; at < 4; at++) target[at] = (uint8_t)(value >> 8 * at);
}
