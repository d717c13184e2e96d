/* Joins the names of wasm2c 1.0.32 with those of offhook_hal.h; nothing else knows them.
 *
 * The compiler compares each call with its prototype on both sides: core.h (from the module) and offhook_hal.h (from the contract).
 * A call that the contract has and this file has not does not link; one that the module no longer has, does not compile. */
#include "engine.h"

#include <string.h>

#include "core.h"
#include "wasm-rt-impl.h"

enum { PANIC_FILE_BYTES_MAX = 400 };

/* All that a HAL keeps is its own affair: the module only hands this back. */
struct Z_hal_instance_t {
  int unused;
};

static struct Z_hal_instance_t hal_instance;
static Z_core_instance_t instance;
static bool is_open;
static bool has_trapped;

#define HAL struct Z_hal_instance_t *hal
#define GO(name, ...) { (void)hal; return (u32)hal_##name(__VA_ARGS__); }
#define CALL0(name) u32 Z_halZ_##name(HAL) GO(name)
#define CALL1(name) u32 Z_halZ_##name(HAL, u32 a) GO(name, a)
#define CALL2(name) u32 Z_halZ_##name(HAL, u32 a, u32 b) GO(name, a, b)
#define CALL3(name) u32 Z_halZ_##name(HAL, u32 a, u32 b, u32 c) GO(name, a, b, c)
#define CALL4(name) u32 Z_halZ_##name(HAL, u32 a, u32 b, u32 c, u32 d) GO(name, a, b, c, d)
#define CALL5(name) u32 Z_halZ_##name(HAL, u32 a, u32 b, u32 c, u32 d, u32 e) GO(name, a, b, c, d, e)
#define CALL6(name) u32 Z_halZ_##name(HAL, u32 a, u32 b, u32 c, u32 d, u32 e, u32 f) GO(name, a, b, c, d, e, f)

CALL3(sys_info)
CALL3(sys_retained)
CALL2(sys_event)
CALL1(sys_reset)
CALL3(sys_handover)
CALL4(sys_panic)
CALL2(entropy_fill)
CALL3(trust_key)
CALL3(se_start)
CALL0(se_poll)
CALL3(se_write)
CALL3(se_read)
CALL0(keypad_read)
CALL3(display_row)
CALL2(display_set)
CALL2(flash_geometry)
CALL3(flash_read)
CALL2(flash_erase_start)
CALL3(flash_program_start)
CALL0(flash_poll)
CALL3(flash_protect)
CALL0(stage_size)
CALL3(stage_write)
CALL3(stage_read)
CALL1(eth_link)
CALL4(eth_configure)
CALL2(eth_send)
CALL2(eth_receive)
CALL4(net_configure)
CALL1(arp_probe)
CALL6(dns_resolve)
CALL1(udp_open)
CALL5(udp_send)
CALL4(udp_receive)
CALL5(tcp_open)
CALL3(tcp_state)
CALL3(tcp_send)
CALL3(tcp_receive)
CALL2(net_close)

void engine_open(void) {
  static bool is_ready;
  if (!is_ready) {
    wasm_rt_init();
    Z_core_init_module();
    is_ready = true;
  }
  engine_close();
  Z_core_instantiate(&instance, &hal_instance);
  is_open = true;
  has_trapped = wasm_rt_impl_try() != 0;
  if (!has_trapped) Z_coreZ_core_start(&instance);
}

void engine_close(void) {
  if (is_open) Z_core_free(&instance);
  is_open = false;
}

uint8_t *engine_memory(uint32_t *bytes) {
  wasm_rt_memory_t *memory = Z_coreZ_memory(&instance);
  *bytes = memory->size;
  return memory->data;
}

uint8_t *engine_range(uint32_t ptr, int32_t bytes) {
  uint32_t size;
  uint8_t *memory = engine_memory(&size);
  return bytes < 0 || (uint32_t)bytes > size || ptr > size - (uint32_t)bytes ? NULL : memory + ptr;
}

int32_t engine_give(const void *source, size_t bytes, uint32_t ptr, int32_t capacity) {
  uint8_t *target = engine_range(ptr, capacity);
  if (target == NULL) return OFFHOOK_STATUS_INVALID;
  if (bytes > (size_t)capacity) bytes = (size_t)capacity;
  memcpy(target, source, bytes);
  return (int32_t)bytes;
}

void engine_print_panic(FILE *stream, int32_t code, int32_t line, uint32_t file_ptr, int32_t file_bytes) {
  const uint8_t *file = engine_range(file_ptr, file_bytes); /* UTF-16 of ASCII. */
  const int32_t bytes = file_bytes < PANIC_FILE_BYTES_MAX ? file_bytes : PANIC_FILE_BYTES_MAX;
  fprintf(stream, "assertion (%ld) at ", (long)code);
  for (int32_t at = 0; file != NULL && at + 1 < bytes; at += 2) fputc(file[at] >= 0x20 && file[at] < 0x7f ? file[at] : '.', stream);
  fprintf(stream, ":%ld\n", (long)line);
}

bool engine_trapped(void) {
  return has_trapped;
}

_Noreturn void engine_stop(void) {
  wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE);
}

int32_t core_abi_version(void) {
  return (int32_t)Z_coreZ_abi_version(&instance);
}

void core_init(int32_t mode, int32_t reset_reason) {
  has_trapped = wasm_rt_impl_try() != 0;
  if (!has_trapped) Z_coreZ_init(&instance, (u32)mode, (u32)reset_reason);
}

int32_t core_poll(int32_t now_us) {
  has_trapped = wasm_rt_impl_try() != 0;
  return has_trapped ? 0 : (int32_t)Z_coreZ_poll(&instance, (u32)now_us);
}

uint32_t core_trace_pointer(void) {
  return Z_coreZ_trace_pointer(&instance);
}

int32_t core_trace_bytes(void) {
  return (int32_t)Z_coreZ_trace_bytes(&instance);
}
