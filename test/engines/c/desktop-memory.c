#include <string.h>

#include "desktop.h"

uint8_t *memory_range(uint32_t ptr, int32_t bytes) {
  uint32_t size;
  uint8_t *memory = engine_memory(&size);
  return bytes < 0 || (uint32_t)bytes > size || ptr > size - (uint32_t)bytes ? NULL : memory + ptr;
}

int32_t memory_give(const void *source, size_t bytes, uint32_t ptr, int32_t capacity) {
  uint8_t *target = memory_range(ptr, capacity);
  if (target == NULL) return OFFHOOK_STATUS_INVALID;
  if (bytes > (size_t)capacity) bytes = (size_t)capacity;
  memcpy(target, source, bytes);
  return (int32_t)bytes;
}

void put_u32(uint8_t *target, uint32_t value) {
  for (int at = 0; at < 4; at++) target[at] = (uint8_t)(value >> 8 * at);
}

uint32_t get_u32(const uint8_t *source) {
  return source[0] | (uint32_t)source[1] << 8 | (uint32_t)source[2] << 16 | (uint32_t)source[3] << 24;
}
