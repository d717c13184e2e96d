/* A telephone on the board: display on the serial line, NOR chip in memory, no staging, software files from the host.
 *
 * `telephone KEY.der OLD NEW SEED`: installs OLD on a blank chip, updates it to NEW, then does that update over and over with a loss of
 * power inside each of its flash operations, in each way of nor.h, and lets the telephone come back. KEY.der is the public key of both
 * files (SubjectPublicKeyInfo). Exit 0 when it always ran OLD or NEW whole and ended with NEW, 1 when not, 2 when a file cannot be read.
 * Time is the telephone's: what poll answers. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "nor.h"
#include "site.h"

enum {
  GOOD = 0,
  BAD = 1,
  UNREADABLE = 2,
  TELEPHONE_SECONDS_MAX = 1800,
  /* A start-up is over when nothing is asked for so long: the application was confirmed too. */
  IDLE_US_MIN = 500000,
  KEY_BYTES_MAX = 1024,
  PROGRESS_OFF = -1,
};

static const char *const presets[] = {"USE_DHCP=0", "IPADD=10.0.8.50", "NETMASK=255.255.255.0", "HTTPSRVR=10.0.8.2"};

static struct software key, old, next;
static uint64_t now_us;
static uint8_t retained[OFFHOOK_RETAINED_BYTES];
static int32_t reset_cause;
static bool wants_reset;
static int32_t state;
static bool has_panicked;
/* The application that was started last. */
static const struct software *running;
static uint32_t operation_count;
/* The flash operation that power does not survive; 0 for none. */
static uint32_t cut_at;
static enum nor_cut cut_model;
static bool is_shown;
static char rows[OFFHOOK_ROW_COUNT][OFFHOOK_ROW_BYTES_MAX + 1];
static uint32_t chance;

/* Xorshift, 32 bits (Marsaglia 2003): a seed has one run. */
static uint32_t random_word(void) {
  chance ^= chance << 13;
  chance ^= chance >> 17;
  chance ^= chance << 5;
  return chance;
}

static int32_t give_text(const char *text, uint32_t ptr, int32_t capacity) {
  return engine_give(text, strlen(text), ptr, capacity);
}

/* ---- System. */

int32_t hal_sys_info(int32_t item, uint32_t ptr, int32_t capacity) {
  const int64_t preset = (int64_t)item - OFFHOOK_INFO_PRESET_FIRST;
  if (item == OFFHOOK_INFO_MODEL) return give_text("9640D01A", ptr, capacity);
  if (item == OFFHOOK_INFO_SERIAL) return give_text("07N540100003", ptr, capacity);
  if (item == OFFHOOK_INFO_MAC) return engine_give("\0\4\15\0\0\3", 6, ptr, capacity);
  if (preset >= 0 && preset < (int32_t)(sizeof presets / sizeof presets[0])) return give_text(presets[preset], ptr, capacity);
  return OFFHOOK_STATUS_NOT_FOUND;
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
  if (record == NULL) return OFFHOOK_STATUS_INVALID;
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

static bool holds(uint32_t offset, uint32_t bytes, const struct software *software) {
  return bytes == software->bytes && memcmp(nor_cells() + offset, software->data, bytes) == 0;
}

int32_t hal_sys_handover(int32_t kind, int32_t offset, int32_t bytes) {
  if (offset < 0 || bytes <= 0 || offset > NOR_BYTES - bytes) return OFFHOOK_STATUS_OUT_OF_RANGE;
  if (kind != OFFHOOK_KIND_APPLICATION) return OFFHOOK_STATUS_OK;
  running = holds((uint32_t)offset, (uint32_t)bytes, &old) ? &old : holds((uint32_t)offset, (uint32_t)bytes, &next) ? &next : NULL;
  if (running == NULL) printf("started %ld bytes at %ld that are neither file\n", (long)bytes, (long)offset);
  has_panicked |= running == NULL;
  return OFFHOOK_STATUS_OK;
}

int32_t hal_sys_panic(int32_t code, int32_t line, uint32_t file_ptr, int32_t file_bytes) {
  engine_print_panic(stdout, code, line, file_ptr, file_bytes);
  return OFFHOOK_STATUS_OK;
}

int32_t hal_entropy_fill(uint32_t ptr, int32_t bytes) {
  uint8_t *target = engine_range(ptr, bytes);
  if (target == NULL || bytes > OFFHOOK_ENTROPY_BYTES_MAX) return OFFHOOK_STATUS_INVALID;
  for (int32_t at = 0; at < bytes; at++) target[at] = (uint8_t)(random_word() >> 24);
  return OFFHOOK_STATUS_OK;
}

int32_t hal_trust_key(int32_t index, uint32_t ptr, int32_t capacity) {
  return index == 0 ? engine_give(key.data, key.bytes, ptr, capacity) : OFFHOOK_STATUS_NOT_FOUND;
}

/* ---- Keypad and display. */

int32_t hal_keypad_read(void) { return 0; }

int32_t hal_display_row(int32_t row, uint32_t ptr, int32_t bytes) {
  const uint8_t *text = engine_range(ptr, bytes);
  if (text == NULL || row < 0 || row >= OFFHOOK_ROW_COUNT || bytes > OFFHOOK_ROW_BYTES_MAX) return OFFHOOK_STATUS_INVALID;
  bool is_same = memcmp(rows[row], text, (size_t)bytes) == 0 && rows[row][bytes] == '\0';
  memcpy(rows[row], text, (size_t)bytes);
  rows[row][bytes] = '\0';
  if (is_shown && !is_same && bytes > 0) printf("%3lu.%03lu  %2ld  %s\n", (unsigned long)(now_us / 1000000),
                                               (unsigned long)(now_us / 1000 % 1000), (long)row, rows[row]);
  return OFFHOOK_STATUS_OK;
}

int32_t hal_display_set(int32_t item, int32_t value) {
  static int32_t tenths = PROGRESS_OFF;
  int32_t now = item == OFFHOOK_DISPLAY_ITEM_PROGRESS && value >= 0 ? value / 100 : PROGRESS_OFF;
  if (is_shown && now >= 0 && now != tenths) printf("         [%-10.*s]\n", (int)now, "##########");
  tenths = now;
  return OFFHOOK_STATUS_OK;
}

/* ---- Flash; no staging. */

int32_t hal_flash_geometry(uint32_t ptr, int32_t capacity) {
  uint32_t geometry[7];
  nor_geometry(geometry);
  return engine_give(geometry, sizeof geometry, ptr, capacity);
}

int32_t hal_flash_read(int32_t offset, uint32_t ptr, int32_t bytes) {
  uint8_t *target = engine_range(ptr, bytes);
  return target == NULL ? OFFHOOK_STATUS_INVALID : nor_read(offset, target, bytes);
}

int32_t hal_flash_erase_start(int32_t offset, int32_t bytes) {
  int32_t status = nor_erase(offset, bytes, now_us);
  if (status == OFFHOOK_STATUS_OK) operation_count++;
  return status;
}

int32_t hal_flash_program_start(int32_t offset, uint32_t ptr, int32_t bytes) {
  const uint8_t *source = engine_range(ptr, bytes);
  if (source == NULL) return OFFHOOK_STATUS_INVALID;
  int32_t status = nor_program(offset, source, bytes, now_us);
  if (status == OFFHOOK_STATUS_OK) operation_count++;
  return status;
}

int32_t hal_flash_poll(void) { return nor_poll(now_us); }
int32_t hal_flash_protect(int32_t offset, int32_t bytes, int32_t on) { return nor_protect(offset, bytes, on != 0); }
int32_t hal_stage_size(void) { return 0; }

/* ---- One cable, one address, one stream. Nobody else answers. */

int32_t hal_eth_link(int32_t port) { return port == 0 ? 100 | 1 << 16 : 0; }

int32_t hal_tcp_send(int32_t handle, uint32_t ptr, int32_t bytes) {
  const uint8_t *source = engine_range(ptr, bytes);
  return handle != 1 || source == NULL ? OFFHOOK_STATUS_INVALID : site_send(source, bytes);
}

int32_t hal_tcp_receive(int32_t handle, uint32_t ptr, int32_t capacity) {
  uint8_t *target = engine_range(ptr, capacity);
  return handle != 1 || target == NULL ? OFFHOOK_STATUS_INVALID : site_receive(target, capacity);
}

#define I __attribute__((unused)) int32_t
#define P __attribute__((unused)) uint32_t
int32_t hal_tcp_open(I address, I port, int32_t flags, P name, I name_bytes) {
  if (flags != 0) return OFFHOOK_STATUS_UNSUPPORTED;
  site_open();
  return 1;
}

#define OK { return OFFHOOK_STATUS_OK; }
#define NONE { return OFFHOOK_STATUS_UNSUPPORTED; }
int32_t hal_tcp_state(I a, P b, I c) OK
int32_t hal_net_close(I a, I b) OK
int32_t hal_net_configure(I a, I b, I c, I d) OK
int32_t hal_eth_configure(int32_t port, I b, I c, I d) { return port == 0 ? OFFHOOK_STATUS_OK : OFFHOOK_STATUS_UNSUPPORTED; }
int32_t hal_eth_send(P a, int32_t bytes) { return bytes; }
int32_t hal_eth_receive(P a, I b) OK
int32_t hal_arp_probe(I a) OK
int32_t hal_dns_resolve(P a, I b, P c, I d, P e, I f) { return OFFHOOK_STATUS_NO_NAME; }
int32_t hal_udp_open(I a) { return OFFHOOK_STATUS_NO_SPACE; }
int32_t hal_udp_send(I a, I b, I c, P d, I e) { return OFFHOOK_STATUS_INVALID; }
int32_t hal_udp_receive(I a, P b, I c, P d) { return OFFHOOK_STATUS_INVALID; }
int32_t hal_stage_write(I a, P b, I c) { return OFFHOOK_STATUS_OUT_OF_RANGE; }
int32_t hal_stage_read(I a, P b, I c) { return OFFHOOK_STATUS_OUT_OF_RANGE; }
int32_t hal_se_start(I a, P b, I c) NONE
int32_t hal_se_poll(void) NONE
int32_t hal_se_write(I a, P b, I c) NONE
int32_t hal_se_read(I a, P b, I c) NONE

/* ---- Starts. */

static void power_up(void) {
  memset(retained, 0, sizeof retained);
  reset_cause = OFFHOOK_RESET_CAUSE_POWER_UP;
  wants_reset = true;
  running = NULL;
}

static void start(void) {
  wants_reset = false;
  memset(rows, 0, sizeof rows);
  nor_reset();
  site_open();
  state = OFFHOOK_BOOT_STATE_POWER_UP;
  engine_open();
  if (!engine_trapped()) core_init(OFFHOOK_MODE_TELEPHONE, reset_cause);
  has_panicked |= engine_trapped();
}

/* Switches the telephone on and lets it run to its login prompt, over all its resets and the cut. False when it does not come there. */
static bool run_to_login(const struct software *wanted) {
  const uint64_t end_us = now_us + (uint64_t)TELEPHONE_SECONDS_MAX * 1000000;
  power_up();
  operation_count = 0;
  has_panicked = false;
  while (now_us < end_us && !has_panicked) {
    if (wants_reset) start();
    if (has_panicked) break;
    int32_t wait_us = core_poll((int32_t)(uint32_t)now_us);
    has_panicked |= engine_trapped() || wait_us < 0;
    if (cut_at != 0 && operation_count == cut_at) {
      nor_cut(cut_model, random_word, now_us);
      cut_at = 0;
      power_up();
    } else if (state == OFFHOOK_BOOT_STATE_LOGIN && running == wanted && !wants_reset && wait_us >= IDLE_US_MIN) {
      engine_close();
      return true;
    }
    now_us += (uint32_t)wait_us;
  }
  printf("%s\n", has_panicked ? "the core stopped" : "no login prompt");
  return false;
}

/* Every operation of the update cut in every way. Returns how often the telephone was lost, and counts the cuts that came to be. */
static uint32_t cut_all(const struct nor_snapshot *installed, uint32_t operations, uint32_t *cuts) {
  uint32_t lost = 0;
  for (uint32_t cut = 0; cut < operations * NOR_CUT_COUNT; cut++) {
    nor_restore(installed);
    cut_at = 1 + cut / NOR_CUT_COUNT;
    cut_model = cut % NOR_CUT_COUNT;
    const bool is_there = run_to_login(&next);
    if (cut_at == 0) ++*cuts;
    if (is_there && cut_at == 0) continue;
    lost++;
    printf("lost: operation %lu, cut %lu\n", (unsigned long)(1 + cut / NOR_CUT_COUNT), (unsigned long)(cut % NOR_CUT_COUNT));
  }
  return lost;
}

static bool file_read(const char *path, struct software *file) {
  FILE *stream = fopen(path, "rb");
  const char *folder = strrchr(path, '/');
  file->name = folder == NULL ? path : folder + 1;
  if (stream == NULL || fseek(stream, 0, SEEK_END) != 0) {
    printf("telephone: %s cannot be read\n", path);
    return false;
  }
  file->bytes = (size_t)ftell(stream);
  file->data = malloc(file->bytes + 1);
  rewind(stream);
  bool is_whole = file->data != NULL && fread(file->data, 1, file->bytes, stream) == file->bytes;
  fclose(stream);
  return is_whole;
}

static void report(const char *what) {
  struct nor_counts counts = nor_counts();
  printf("%s: %s runs; %lu flash operations; so far %lu erases, %lu programs, %lu refusals\n", what, running->name,
         (unsigned long)operation_count, (unsigned long)counts.erases, (unsigned long)counts.programs, (unsigned long)counts.refusals);
}

int main(int argument_count, char **arguments) {
  if (argument_count != 5) {
    puts("usage: telephone KEY.der OLD NEW SEED");
    return UNREADABLE;
  }
  if (!file_read(arguments[1], &key) || !file_read(arguments[2], &old) || !file_read(arguments[3], &next)) return UNREADABLE;
  chance = strtoul(arguments[4], NULL, 10) | 1;
  nor_blank();
  is_shown = true;
  site_has(&old);
  if (!run_to_login(&old)) return BAD;
  report("install");
  const struct nor_snapshot *installed = nor_keep();
  site_has(&next);
  if (installed == NULL || !run_to_login(&next)) return BAD;
  report("update");
  is_shown = false;
  const uint32_t operations = operation_count;
  const uint32_t refusals = nor_counts().refusals;
  uint32_t cuts = 0;
  const uint32_t lost = cut_all(installed, operations, &cuts);
  printf("cuts: %lu of %lu operations, %lu lost\n", (unsigned long)cuts, (unsigned long)operations, (unsigned long)lost);
  return lost == 0 && refusals == 0 ? GOOD : BAD;
}
