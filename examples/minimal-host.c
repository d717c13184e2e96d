/* A whole host for Offhook's core in C, in 160 lines: it has the core judge one software file, as a telephone would.
 *
 * `validate IMAGE KEY.der`: KEY.der is the public key (openssl pkey -pubin -in KEY.pub.pem -outform DER -out KEY.der). It prints the
 * verdict. Exit 0 accepted, 1 anything else, 2 usage. The core asks for its file over HTTP, as on a telephone: here that is this program
 * itself. docs/EMBEDDING.md builds it: core.wasm through wasm2c, gcc, and test/engines/c/engine.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

struct file {
  uint8_t *data;
  size_t bytes;
};

static struct file image, key;
static uint8_t *staging;
static char question[2048]; /* What the core has sent on its stream. */
static size_t question_bytes;
static char head[128]; /* The answer: its head, then the image. */
static size_t head_bytes, answered_bytes;
static int32_t verdict;

static struct file file_read(const char *path) {
  struct file file = {0};
  FILE *stream = fopen(path, "rb");
  if (stream != NULL && fseek(stream, 0, SEEK_END) == 0 && ftell(stream) >= 0) {
    file.bytes = (size_t)ftell(stream);
    file.data = malloc(file.bytes + 1);
    rewind(stream);
    if (file.data != NULL && fread(file.data, 1, file.bytes, stream) != file.bytes) file.data = NULL;
  }
  if (stream != NULL) fclose(stream);
  if (file.data == NULL) fprintf(stderr, "validate: %s cannot be read\n", path);
  return file;
}

/* ---- What this host has. */

int32_t hal_sys_info(int32_t item, uint32_t ptr, int32_t capacity) {
  if (item == OFFHOOK_INFO_MODEL) return engine_give("9640D01A", 8, ptr, capacity);
  if (item == OFFHOOK_INFO_MAC) return engine_give("\0\4\15\0\0\1", 6, ptr, capacity);
  return item == OFFHOOK_INFO_FIRST_FILE ? engine_give("image.bin", 9, ptr, capacity) : OFFHOOK_STATUS_NOT_FOUND;
}

/* A record is its kind, then fields of id, type, length (two bytes, little endian) and data. */
int32_t hal_sys_event(uint32_t ptr, int32_t bytes) {
  const uint8_t *record = engine_range(ptr, bytes);
  if (record == NULL || bytes < 1 || record[0] != OFFHOOK_EVENT_KIND_IMAGE) return OFFHOOK_STATUS_OK;
  for (int32_t at = 1; at + 5 <= bytes; at += 4 + (record[at + 2] | record[at + 3] << 8))
    if (record[at] == OFFHOOK_FIELD_VERDICT) verdict = record[at + 4];
  return OFFHOOK_STATUS_OK;
}

int32_t hal_sys_panic(int32_t code, int32_t line, uint32_t file_ptr, int32_t file_bytes) {
  fputs("validate: ", stderr);
  engine_print_panic(stderr, code, line, file_ptr, file_bytes);
  return OFFHOOK_STATUS_OK;
}

int32_t hal_trust_key(int32_t index, uint32_t ptr, int32_t capacity) {
  return index == 0 ? engine_give(key.data, key.bytes, ptr, capacity) : OFFHOOK_STATUS_NOT_FOUND;
}

int32_t hal_stage_size(void) { return (int32_t)image.bytes; }

int32_t hal_stage_write(int32_t offset, uint32_t ptr, int32_t bytes) {
  const uint8_t *source = engine_range(ptr, bytes);
  if (source == NULL || offset < 0 || (size_t)offset + (size_t)bytes > image.bytes) return OFFHOOK_STATUS_OUT_OF_RANGE;
  memcpy(staging + offset, source, (size_t)bytes);
  return OFFHOOK_STATUS_OK;
}

int32_t hal_stage_read(int32_t offset, uint32_t ptr, int32_t bytes) {
  if (offset < 0 || bytes < 0 || (size_t)offset + (size_t)bytes > image.bytes) return OFFHOOK_STATUS_OUT_OF_RANGE;
  return engine_give(staging + offset, (size_t)bytes, ptr, bytes) < 0 ? OFFHOOK_STATUS_INVALID : OFFHOOK_STATUS_OK;
}

/* ---- One stream, whose other end is this program. */

int32_t hal_tcp_open(int32_t address, int32_t port, int32_t flags, uint32_t name_ptr, int32_t name_bytes) {
  (void)address, (void)port, (void)flags, (void)name_ptr, (void)name_bytes;
  question_bytes = head_bytes = answered_bytes = 0;
  return 1;
}

int32_t hal_tcp_send(int32_t handle, uint32_t ptr, int32_t bytes) {
  const uint8_t *source = engine_range(ptr, bytes);
  if (handle != 1 || source == NULL || question_bytes + (size_t)bytes > sizeof question) return OFFHOOK_STATUS_INVALID;
  memcpy(question + question_bytes, source, (size_t)bytes);
  question_bytes += (size_t)bytes;
  static const char form[] = "HTTP/1.1 200 OK\r\nContent-Length: %lu\r\nConnection: close\r\n\r\n";
  if (question_bytes >= 4 && memcmp(question + question_bytes - 4, "\r\n\r\n", 4) == 0)
    head_bytes = (size_t)snprintf(head, sizeof head, form, (unsigned long)image.bytes);
  return bytes;
}

int32_t hal_tcp_receive(int32_t handle, uint32_t ptr, int32_t capacity) {
  if (handle != 1 || head_bytes == 0) return 0;
  bool is_head = answered_bytes < head_bytes;
  size_t at = is_head ? answered_bytes : answered_bytes - head_bytes;
  size_t left = (is_head ? head_bytes : image.bytes) - at;
  if (left == 0) return OFFHOOK_STATUS_CLOSED;
  int32_t bytes = engine_give(is_head ? (const uint8_t *)head + at : image.data + at, left, ptr, capacity);
  if (bytes > 0) answered_bytes += (size_t)bytes;
  return bytes;
}

/* ---- What it has not. The mode that judges a file asks for none of it; a telephone does (docs/ABI.md). */

#define OK { return OFFHOOK_STATUS_OK; }
#define NONE { return OFFHOOK_STATUS_UNSUPPORTED; }
#define I __attribute__((unused)) int32_t
#define P __attribute__((unused)) uint32_t
int32_t hal_sys_retained(I a, P b, I c) OK
int32_t hal_sys_reset(I a) OK
int32_t hal_sys_handover(I a, I b, I c) NONE
int32_t hal_entropy_fill(P a, I b) NONE
int32_t hal_keypad_read(void) OK
int32_t hal_display_row(I a, P b, I c) OK
int32_t hal_display_set(I a, I b) OK
int32_t hal_flash_geometry(P a, I b) NONE
int32_t hal_flash_read(I a, P b, I c) NONE
int32_t hal_flash_erase_start(I a, I b) NONE
int32_t hal_flash_program_start(I a, P b, I c) NONE
int32_t hal_flash_poll(void) OK
int32_t hal_flash_protect(I a, I b, I c) NONE
int32_t hal_eth_link(I a) NONE
int32_t hal_eth_configure(I a, I b, I c, I d) NONE
int32_t hal_eth_send(P a, I b) NONE
int32_t hal_eth_receive(P a, I b) OK
int32_t hal_net_configure(I a, I b, I c, I d) OK
int32_t hal_arp_probe(I a) NONE
int32_t hal_dns_resolve(P a, I b, P c, I d, P e, I f) NONE
int32_t hal_udp_open(I a) NONE
int32_t hal_udp_send(I a, I b, I c, P d, I e) NONE
int32_t hal_udp_receive(I a, P b, I c, P d) OK
int32_t hal_tcp_state(I a, P b, I c) OK
int32_t hal_net_close(I a, I b) OK
int32_t hal_se_start(I a, P b, I c) NONE
int32_t hal_se_poll(void) NONE
int32_t hal_se_write(I a, P b, I c) NONE
int32_t hal_se_read(I a, P b, I c) NONE

int main(int argument_count, char **arguments) {
  if (argument_count != 3) {
    fputs("usage: validate IMAGE KEY.der\n", stderr);
    return 2;
  }
  image = file_read(arguments[1]);
  key = file_read(arguments[2]);
  staging = malloc(image.bytes + 1);
  if (image.data == NULL || key.data == NULL || staging == NULL) return 2;
  engine_open();
  core_init(OFFHOOK_MODE_VERIFY_IMAGE, OFFHOOK_RESET_CAUSE_POWER_UP);
  int32_t wait_us = 0;
  for (uint32_t now_us = 0; wait_us != OFFHOOK_POLL_ENDED && !engine_trapped(); now_us += (uint32_t)wait_us)
    wait_us = core_poll((int32_t)now_us);
  engine_close();
  if (verdict == OFFHOOK_IMAGE_VERDICT_ACCEPTED) puts("accepted");
  else printf("not accepted: verdict %d of offhook_image_verdict (offhook_hal.h)\n", (int)verdict);
  return verdict == OFFHOOK_IMAGE_VERDICT_ACCEPTED ? 0 : 1;
}
