/* Who the telephone is, what it keeps over a reset, its staging memory, and how the parts answer that this machine does not have. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "desktop.h"

enum { KEY_BYTES_MAX = 1024, STAGING_BYTES = 8 << 20, LINK = 100 | 1 << 16 };

static const char *presets[PRESET_COUNT_MAX];
static int32_t preset_count;
static const char *model = "9640D01A";
static uint8_t key[KEY_BYTES_MAX];
static size_t key_bytes;
static uint8_t retained[OFFHOOK_RETAINED_BYTES];
static uint8_t staging[STAGING_BYTES];
static bool wants_reset;
static int32_t reset_cause;
static int32_t state;

bool system_add_preset(const char *preset) {
  if (preset_count == PRESET_COUNT_MAX || strchr(preset, '=') == NULL) return false;
  presets[preset_count++] = preset;
  return true;
}

void system_set_model(const char *text) { model = text; }

bool system_read_key(const char *path) {
  FILE *stream = fopen(path, "rb");
  const char *why = stream == NULL ? strerror(errno) : NULL;
  if (stream != NULL) {
    key_bytes = fread(key, 1, sizeof key, stream);
    if (ferror(stream) != 0) why = strerror(errno);
    else if (key_bytes == 0 || fgetc(stream) != EOF) why = "it is no key: it is empty, or larger than any";
    fclose(stream);
  }
  if (why != NULL) fprintf(stderr, "desktop: key %s cannot be read: %s\n", path, why);
  return why == NULL;
}

void system_start(void) {
  wants_reset = false;
  state = OFFHOOK_BOOT_STATE_POWER_UP;
}

bool system_wants_reset(int32_t *cause) {
  if (wants_reset) *cause = reset_cause;
  return wants_reset;
}

int32_t system_state(void) { return state; }

static int32_t give_text(const char *text, uint32_t ptr, int32_t capacity) {
  return engine_give(text, strlen(text), ptr, capacity);
}

int32_t hal_sys_info(int32_t item, uint32_t ptr, int32_t capacity) {
  const int64_t preset = (int64_t)item - OFFHOOK_INFO_PRESET_FIRST;
  if (item == OFFHOOK_INFO_MODEL) return give_text(model, ptr, capacity);
  if (item == OFFHOOK_INFO_SERIAL) return give_text("07N540100004", ptr, capacity);
  if (item == OFFHOOK_INFO_MAC) return engine_give("\0\4\15\0\0\4", 6, ptr, capacity);
  return preset >= 0 && preset < preset_count ? give_text(presets[preset], ptr, capacity) : OFFHOOK_STATUS_NOT_FOUND;
}

int32_t hal_sys_retained(int32_t write, uint32_t ptr, int32_t bytes) {
  uint8_t *memory = engine_range(ptr, bytes);
  if (memory == NULL || bytes > OFFHOOK_RETAINED_BYTES) return OFFHOOK_STATUS_INVALID;
  memcpy(write != 0 ? retained : memory, write != 0 ? memory : retained, (size_t)bytes);
  return OFFHOOK_STATUS_OK;
}

/* A record is its kind, then fields of id, type, length (two bytes, little endian) and data. */
int32_t hal_sys_event(uint32_t ptr, int32_t bytes) {
  const uint8_t *record = engine_range(ptr, bytes);
  if (record == NULL || bytes > OFFHOOK_EVENT_BYTES_MAX) return OFFHOOK_STATUS_INVALID;
  if (bytes < 1 || record[0] != OFFHOOK_EVENT_KIND_STATE) return OFFHOOK_STATUS_OK;
  for (int32_t at = 1; at + 5 <= bytes; at += 4 + (record[at + 2] | record[at + 3] << 8))
    if (record[at] == OFFHOOK_FIELD_STATE) state = record[at + 4];
  return OFFHOOK_STATUS_OK;
}

int32_t hal_sys_reset(int32_t cause) {
  reset_cause = cause;
  wants_reset = true;
  return OFFHOOK_STATUS_OK;
}

/* This module is the telephone's ROM: it carries on. */
int32_t hal_sys_handover(int32_t kind, int32_t offset, int32_t bytes) {
  (void)kind, (void)offset, (void)bytes;
  return OFFHOOK_STATUS_OK;
}

int32_t hal_sys_panic(int32_t code, int32_t line, uint32_t file_ptr, int32_t file_bytes) {
  fputs("desktop: ", stderr);
  engine_print_panic(stderr, code, line, file_ptr, file_bytes);
  return OFFHOOK_STATUS_OK;
}

int32_t hal_entropy_fill(uint32_t ptr, int32_t bytes) {
  uint8_t *target = engine_range(ptr, bytes);
  uint8_t fresh[OFFHOOK_ENTROPY_BYTES_MAX];
  if (target == NULL || bytes > OFFHOOK_ENTROPY_BYTES_MAX) return OFFHOOK_STATUS_INVALID;
  if (getrandom(fresh, (size_t)bytes, GRND_NONBLOCK) != bytes) return OFFHOOK_STATUS_FAILED;
  memcpy(target, fresh, (size_t)bytes);
  return OFFHOOK_STATUS_OK;
}

int32_t hal_trust_key(int32_t index, uint32_t ptr, int32_t capacity) {
  return index == 0 && key_bytes > 0 ? engine_give(key, key_bytes, ptr, capacity) : OFFHOOK_STATUS_NOT_FOUND;
}

/* ---- Staging. */

static bool is_staged(int32_t offset, int32_t bytes) {
  return offset >= 0 && bytes >= 0 && bytes <= STAGING_BYTES && offset <= STAGING_BYTES - bytes;
}

int32_t hal_stage_size(void) { return STAGING_BYTES; }

int32_t hal_stage_write(int32_t offset, uint32_t ptr, int32_t bytes) {
  const uint8_t *source = engine_range(ptr, bytes);
  if (source == NULL) return OFFHOOK_STATUS_INVALID;
  if (!is_staged(offset, bytes)) return OFFHOOK_STATUS_OUT_OF_RANGE;
  memcpy(staging + offset, source, (size_t)bytes);
  return OFFHOOK_STATUS_OK;
}

int32_t hal_stage_read(int32_t offset, uint32_t ptr, int32_t bytes) {
  uint8_t *target = engine_range(ptr, bytes);
  if (target == NULL) return OFFHOOK_STATUS_INVALID;
  if (!is_staged(offset, bytes)) return OFFHOOK_STATUS_OUT_OF_RANGE;
  memcpy(target, staging + offset, (size_t)bytes);
  return OFFHOOK_STATUS_OK;
}

/* ---- What sockets do not reach, and what is not here: no tags, no LLDP frames, no ARP, no PC port, no secure element. */

int32_t hal_eth_link(int32_t port) { return port == 0 ? LINK : 0; }

int32_t hal_eth_configure(int32_t port, int32_t phy, int32_t tagging, int32_t tag) {
  (void)phy, (void)tag;
  return port == 0 && tagging == 0 ? OFFHOOK_STATUS_OK : OFFHOOK_STATUS_UNSUPPORTED;
}

int32_t hal_eth_send(uint32_t ptr, int32_t bytes) {
  return engine_range(ptr, bytes) == NULL ? OFFHOOK_STATUS_INVALID : OFFHOOK_STATUS_NO_LINK;
}

int32_t hal_eth_receive(uint32_t ptr, int32_t capacity) {
  return engine_range(ptr, capacity) == NULL ? OFFHOOK_STATUS_INVALID : 0;
}

#define NONE { return OFFHOOK_STATUS_UNSUPPORTED; }
#define I __attribute__((unused)) int32_t
#define P __attribute__((unused)) uint32_t
int32_t hal_arp_probe(I address) NONE
int32_t hal_se_start(I operation, P ptr, I bytes) NONE
int32_t hal_se_poll(void) NONE
int32_t hal_se_write(I offset, P ptr, I bytes) NONE
int32_t hal_se_read(I offset, P ptr, I capacity) NONE
