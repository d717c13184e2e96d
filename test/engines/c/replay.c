#include "replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"

enum {
  DIFFERENCE_BYTES_MAX = 400,
  TRACE_HEADER_BYTES = 8,
  TRACE_ENTRY_BYTES = 8,
};

/* Where the replay is; the calls of the core come without a context. */
static const struct records *records;
static bool is_same_module;
static struct replay_counts *counts;
static struct cursor step;
static uint32_t call_count;
static uint32_t call_index;
static uint32_t trace_seen;
static uint32_t trace_crc;
static uint32_t trace_wanted_crc;
static char difference[DIFFERENCE_BYTES_MAX];

#define DIFFERS(...) snprintf(difference, sizeof difference, __VA_ARGS__)
#define TEXT(bytes) (int)(bytes).count, (const char *)(bytes).data

static bool is_text(struct bytes bytes, const char *text) {
  return bytes.count == strlen(text) && memcmp(bytes.data, text, bytes.count) == 0;
}

/* The first byte that is not as recorded, or the count. */
static uint32_t first_other(struct bytes wanted, const uint8_t *found) {
  uint32_t at = 0;
  while (at < wanted.count && wanted.data[at] == found[at]) at++;
  return at;
}

static bool compare_arguments(const struct call *call, const uint32_t *arguments) {
  const struct kind *kind = call->kind;
  for (uint32_t index = 0; index < kind->argument_count; index++) {
    if ((uint32_t)call->arguments[index] == arguments[index] || (kind->is_pointer[index] && !is_same_module)) continue;
    DIFFERS("call %" PRIu32 ": %.*s: %.*s: wanted %" PRId32 ", found %" PRId32, call_index + 1, TEXT(kind->name),
            TEXT(kind->argument_names[index]), call->arguments[index], (int32_t)arguments[index]);
    return false;
  }
  return true;
}

static bool compare_spans(const struct call *call, const uint32_t *arguments, const uint8_t *memory, uint32_t memory_bytes) {
  for (uint32_t index = 0; index < call->span_count; index++) {
    const struct span *span = &call->spans[index];
    uint32_t start = arguments[span->argument];
    if (span->bytes.count <= memory_bytes && start <= memory_bytes - span->bytes.count) continue;
    DIFFERS("call %" PRIu32 ": %.*s: %.*s: the range is not inside memory", call_index + 1, TEXT(call->kind->name),
            TEXT(call->kind->argument_names[span->argument]));
    return false;
  }
  for (uint32_t index = 0; index < call->source_count; index++) {
    const struct span *span = &call->spans[index];
    const uint8_t *found = memory + arguments[span->argument];
    uint32_t at = first_other(span->bytes, found);
    if (at == span->bytes.count) continue;
    DIFFERS("call %" PRIu32 ": %.*s: byte %" PRIu32 " behind %.*s: wanted 0x%02x, found 0x%02x", call_index + 1, TEXT(call->kind->name), at,
            TEXT(call->kind->argument_names[span->argument]), span->bytes.data[at], found[at]);
    return false;
  }
  return true;
}

/* Answers one call from the record, or leaves the core. */
static int32_t answer(const char *name, const uint32_t *arguments, uint32_t argument_count) {
  struct call call;
  uint32_t memory_bytes;
  uint8_t *memory = engine_memory(&memory_bytes);
  if (call_index == call_count) {
    DIFFERS("call %" PRIu32 ": wanted the end, found %s", call_index + 1, name);
    engine_stop();
  }
  records_call(records, &step, &call);
  if (!is_text(call.kind->name, name)) {
    DIFFERS("call %" PRIu32 ": wanted %.*s, found %s", call_index + 1, TEXT(call.kind->name), name);
    engine_stop();
  }
  if (call.kind->argument_count != argument_count) {
    DIFFERS("call %" PRIu32 ": %s has %" PRIu32 " arguments, wanted %" PRIu32, call_index + 1, name, argument_count,
            call.kind->argument_count);
    engine_stop();
  }
  if (!compare_arguments(&call, arguments) || !compare_spans(&call, arguments, memory, memory_bytes)) engine_stop();
  for (uint32_t index = 0; index < call.span_count; index++) {
    const struct span *span = &call.spans[index];
    if (index >= call.source_count) memcpy(memory + arguments[span->argument], span->bytes.data, span->bytes.count);
    counts->bytes += span->bytes.count;
  }
  call_index++;
  return call.result;
}

static bool compare_trace(const struct step_end *end) {
  const int32_t bytes = core_trace_bytes();
  const uint8_t *ring = engine_range(core_trace_pointer(), bytes);
  if (ring == NULL || bytes < TRACE_HEADER_BYTES) {
    DIFFERS("trace: it is not inside memory");
    return false;
  }
  uint32_t capacity = ((uint32_t)bytes - TRACE_HEADER_BYTES) / TRACE_ENTRY_BYTES;
  uint32_t written = ring[0] | (uint32_t)ring[1] << 8 | (uint32_t)ring[2] << 16 | (uint32_t)ring[3] << 24;
  uint32_t count = written - trace_seen;
  trace_seen = written;
  for (uint32_t left = count < capacity ? count : capacity; left > 0; left--) {
    const uint8_t *entry = ring + TRACE_HEADER_BYTES + (written - left) % capacity * TRACE_ENTRY_BYTES;
    trace_crc = records_crc32(entry, TRACE_ENTRY_BYTES, trace_crc);
  }
  if (count != end->trace_count) {
    DIFFERS("trace: wanted %" PRIu32 " new entries, found %" PRIu32, end->trace_count, count);
    return false;
  }
  if (count > 0) trace_wanted_crc = end->trace_crc;
  if (trace_crc == trace_wanted_crc) return true;
  DIFFERS("trace: wanted CRC-32 0x%08" PRIx32 ", found 0x%08" PRIx32, trace_wanted_crc, trace_crc);
  return false;
}

static void begin_step(uint32_t number) {
  step = records_step(records, number, &call_count);
  call_index = 0;
}

/* What the core has done since begin_step, against the rest of the step. */
static bool end_step(int32_t result) {
  struct step_end end;
  struct call call;
  counts->calls += call_index;
  if (difference[0] != '\0') return false;
  if (call_index < call_count) {
    records_call(records, &step, &call);
    DIFFERS("call %" PRIu32 ": wanted %.*s, found the end", call_index + 1, TEXT(call.kind->name));
    return false;
  }
  records_end(&step, &end);
  if (engine_trapped() != end.has_trapped) {
    DIFFERS("end: wanted a %s, found a %s", end.has_trapped ? "trap" : "return", engine_trapped() ? "trap" : "return");
    return false;
  }
  if (!end.has_trapped && result != end.result) {
    DIFFERS("result: wanted %" PRId32 ", found %" PRId32, end.result, result);
    return false;
  }
  return compare_trace(&end);
}

/* Replays one instance as far as it is equal; the cursor is moved to the next in any case. */
static void replay_start(struct bytes run, uint32_t number, struct cursor *cursor, bool skip) {
  struct start_head head = records_start(records, cursor);
  uint32_t now_us = 0;
  if (!skip) {
    engine_open();
    counts->starts++;
    trace_seen = trace_crc = trace_wanted_crc = 0;
    begin_step(head.init_step);
    core_init(head.mode, head.cause);
    skip = !end_step(0);
    if (skip) printf("%.*s: start %" PRIu32 ", init, %s\n", TEXT(run), number, difference);
  }
  for (uint32_t poll = 0; poll < head.poll_count; poll++) {
    uint32_t poll_step = records_poll(records, cursor, &now_us);
    if (skip) continue;
    counts->polls++;
    begin_step(poll_step);
    skip = !end_step(core_poll((int32_t)now_us));
    if (skip) {
      printf("%.*s: start %" PRIu32 ", poll %" PRIu32 " at %" PRIu32 " us, %s\n", TEXT(run), number, poll + 1, now_us, difference);
    }
  }
}

void replay_records(const struct records *from, bool is_same, struct replay_counts *into) {
  struct cursor cursor = from->runs;
  records = from;
  is_same_module = is_same;
  counts = into;
  for (uint32_t run = 0; run < from->run_count; run++) {
    struct run_head head = records_run(&cursor);
    difference[0] = '\0';
    counts->runs++;
    for (uint32_t start = 0; start < head.start_count; start++) replay_start(head.name, start + 1, &cursor, difference[0] != '\0');
    if (difference[0] != '\0') counts->differing++;
  }
  engine_close();
}

#define ARGUMENTS(...) (const uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)
#define ANSWER(name, ...) { return answer(name, ARGUMENTS(__VA_ARGS__)); }

int32_t hal_sys_info(int32_t item, uint32_t ptr, int32_t capacity) ANSWER("sys_info", item, ptr, capacity)
int32_t hal_sys_retained(int32_t write, uint32_t ptr, int32_t bytes) ANSWER("sys_retained", write, ptr, bytes)
int32_t hal_sys_event(uint32_t ptr, int32_t bytes) ANSWER("sys_event", ptr, bytes)
int32_t hal_sys_reset(int32_t cause) ANSWER("sys_reset", cause)
int32_t hal_sys_handover(int32_t kind, int32_t offset, int32_t bytes) ANSWER("sys_handover", kind, offset, bytes)
int32_t hal_sys_panic(int32_t code, int32_t line, uint32_t ptr, int32_t bytes) ANSWER("sys_panic", code, line, ptr, bytes)
int32_t hal_entropy_fill(uint32_t ptr, int32_t bytes) ANSWER("entropy_fill", ptr, bytes)
int32_t hal_trust_key(int32_t index, uint32_t ptr, int32_t capacity) ANSWER("trust_key", index, ptr, capacity)
int32_t hal_se_start(int32_t operation, uint32_t ptr, int32_t bytes) ANSWER("se_start", operation, ptr, bytes)
int32_t hal_se_poll(void) { return answer("se_poll", NULL, 0); }
int32_t hal_se_write(int32_t offset, uint32_t ptr, int32_t bytes) ANSWER("se_write", offset, ptr, bytes)
int32_t hal_se_read(int32_t offset, uint32_t ptr, int32_t capacity) ANSWER("se_read", offset, ptr, capacity)
int32_t hal_keypad_read(void) { return answer("keypad_read", NULL, 0); }
int32_t hal_display_row(int32_t row, uint32_t ptr, int32_t bytes) ANSWER("display_row", row, ptr, bytes)
int32_t hal_display_set(int32_t item, int32_t value) ANSWER("display_set", item, value)
int32_t hal_flash_geometry(uint32_t ptr, int32_t capacity) ANSWER("flash_geometry", ptr, capacity)
int32_t hal_flash_read(int32_t offset, uint32_t ptr, int32_t bytes) ANSWER("flash_read", offset, ptr, bytes)
int32_t hal_flash_erase_start(int32_t offset, int32_t bytes) ANSWER("flash_erase_start", offset, bytes)
int32_t hal_flash_program_start(int32_t offset, uint32_t ptr, int32_t bytes) ANSWER("flash_program_start", offset, ptr, bytes)
int32_t hal_flash_poll(void) { return answer("flash_poll", NULL, 0); }
int32_t hal_flash_protect(int32_t offset, int32_t bytes, int32_t on) ANSWER("flash_protect", offset, bytes, on)
int32_t hal_stage_size(void) { return answer("stage_size", NULL, 0); }
int32_t hal_stage_write(int32_t offset, uint32_t ptr, int32_t bytes) ANSWER("stage_write", offset, ptr, bytes)
int32_t hal_stage_read(int32_t offset, uint32_t ptr, int32_t bytes) ANSWER("stage_read", offset, ptr, bytes)
int32_t hal_eth_link(int32_t port) ANSWER("eth_link", port)
int32_t hal_eth_configure(int32_t port, int32_t phy, int32_t tagging, int32_t tag) ANSWER("eth_configure", port, phy, tagging, tag)
int32_t hal_eth_send(uint32_t ptr, int32_t bytes) ANSWER("eth_send", ptr, bytes)
int32_t hal_eth_receive(uint32_t ptr, int32_t capacity) ANSWER("eth_receive", ptr, capacity)
int32_t hal_net_configure(int32_t address, int32_t mask, int32_t router, int32_t mtu) ANSWER("net_configure", address, mask, router, mtu)
int32_t hal_arp_probe(int32_t address) ANSWER("arp_probe", address)
int32_t hal_dns_resolve(uint32_t name, int32_t name_bytes, uint32_t servers, int32_t server_count, uint32_t out, int32_t capacity)
ANSWER("dns_resolve", name, name_bytes, servers, server_count, out, capacity)
int32_t hal_udp_open(int32_t port) ANSWER("udp_open", port)
int32_t hal_udp_send(int32_t handle, int32_t address, int32_t port, uint32_t ptr, int32_t bytes)
ANSWER("udp_send", handle, address, port, ptr, bytes)
int32_t hal_udp_receive(int32_t handle, uint32_t ptr, int32_t capacity, uint32_t from) ANSWER("udp_receive", handle, ptr, capacity, from)
int32_t hal_tcp_open(int32_t address, int32_t port, int32_t flags, uint32_t name, int32_t name_bytes)
ANSWER("tcp_open", address, port, flags, name, name_bytes)
int32_t hal_tcp_state(int32_t handle, uint32_t reason, int32_t capacity) ANSWER("tcp_state", handle, reason, capacity)
int32_t hal_tcp_send(int32_t handle, uint32_t ptr, int32_t bytes) ANSWER("tcp_send", handle, ptr, bytes)
int32_t hal_tcp_receive(int32_t handle, uint32_t ptr, int32_t capacity) ANSWER("tcp_receive", handle, ptr, capacity)
int32_t hal_net_close(int32_t handle, int32_t abort) ANSWER("net_close", handle, abort)
