/* Lets a chip of test/engines do what standard input says, a line each, and prints what it answered; for test/engines/c/flash.test.ts.
 *
 * `flash-driver [FILE PART]`: with FILE the chip in a file (desktop-flash.c), without the one in memory (nor.c, compiled with -DNOR).
 * e OFFSET BYTES erases; p OFFSET HEX programs; r OFFSET BYTES reads; ? polls; x OFFSET BYTES ON protects; R resets; t US lets time pass;
 * c MODEL cuts power (nor.h); g prints the geometry. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#ifdef NOR
#include "nor.h"
#else
#include "desktop.h"
#endif

enum { MEMORY_BYTES = 65536 };

static uint8_t memory[MEMORY_BYTES];
static uint64_t now_us;

#ifdef NOR
static uint32_t random_word(void) { return 0xa5; }
static int32_t start_erase(int32_t offset, int32_t bytes) { return nor_erase(offset, bytes, now_us); }
static int32_t start_program(int32_t offset, int32_t bytes) { return nor_program(offset, memory, bytes, now_us); }
static int32_t read_cells(int32_t offset, int32_t bytes) { return nor_read(offset, memory, bytes); }
static int32_t poll_chip(void) { return nor_poll(now_us); }
static int32_t protect(int32_t offset, int32_t bytes, int32_t on) { return nor_protect(offset, bytes, on != 0); }
static void reset(void) { nor_reset(); }
static void cut(int32_t model) { nor_cut((enum nor_cut)model, random_word, now_us); }
static void geometry(void) { nor_geometry((uint32_t *)(void *)memory); }
static bool open_chip(char **arguments) { return nor_blank(), arguments[0] != NULL; }
#else
uint64_t clock_us(void) { return now_us; }
uint8_t *engine_range(uint32_t ptr, int32_t bytes) { return bytes < 0 || bytes > MEMORY_BYTES || ptr != 0 ? NULL : memory; }
static int32_t start_erase(int32_t offset, int32_t bytes) { return hal_flash_erase_start(offset, bytes); }
static int32_t start_program(int32_t offset, int32_t bytes) { return hal_flash_program_start(offset, 0, bytes); }
static int32_t read_cells(int32_t offset, int32_t bytes) { return hal_flash_read(offset, 0, bytes); }
static int32_t poll_chip(void) { return hal_flash_poll(); }
static int32_t protect(int32_t offset, int32_t bytes, int32_t on) { return hal_flash_protect(offset, bytes, on); }
static void reset(void) { flash_reset(); }
static void cut(int32_t model) { exit(model); }
static void geometry(void) { (void)hal_flash_geometry(0, MEMORY_BYTES); }
static bool open_chip(char **arguments) { return flash_open(arguments[1], arguments[2]); }
#endif

static int32_t take_hex(const char *text) {
  int32_t bytes = 0;
  for (unsigned value; bytes < MEMORY_BYTES && sscanf(text + 2 * bytes, "%2x", &value) == 1; bytes++) memory[bytes] = (uint8_t)value;
  return bytes;
}

static void print_memory(int32_t bytes) {
  putchar(' ');
  for (int32_t at = 0; at < bytes; at++) printf("%02x", memory[at]);
}

int main(int count, char **arguments) {
  static char line[4 * MEMORY_BYTES], text[4 * MEMORY_BYTES];
  (void)count;
  if (!open_chip(arguments)) return 2;
  while (fgets(line, sizeof line, stdin) != NULL) {
    char verb;
    int32_t a = 0, b = 0, c = 0, status = 0;
    if (sscanf(line, "p %" SCNd32 " %s", &a, text) == 2) printf("%" PRId32, start_program(a, take_hex(text)));
    else {
      if (sscanf(line, "%c %" SCNd32 " %" SCNd32 " %" SCNd32, &verb, &a, &b, &c) < 1) return 2;
      if (verb == 'e') status = start_erase(a, b);
      else if (verb == 'r') status = read_cells(a, b);
      else if (verb == '?') status = poll_chip();
      else if (verb == 'x') status = protect(a, b, c);
      else if (verb == 'R') reset();
      else if (verb == 't') now_us += (uint64_t)a;
      else if (verb == 'c') cut(a);
      else if (verb == 'g') geometry();
      printf("%" PRId32, status);
      if (verb == 'r' && status == 0) print_memory(b);
      if (verb == 'g') print_memory(28);
    }
    putchar('\n');
  }
  return 0;
}
