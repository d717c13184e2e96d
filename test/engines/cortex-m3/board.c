#include "board.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum {
  ARGUMENT_COUNT_MAX = 16,
  COMMAND_LINE_BYTES = 1024,
  STACK_PAINT = 0x5ac3c35a,
  FAULT_EXIT = 99,
  FIRST_FILE = 3,
  FILE_COUNT_MAX = 8,
};

extern uint32_t data_source[], data_start[], data_end[], bss_start[], bss_end[], stack_limit[], stack_top[];
extern char heap_start[], heap_limit[];

int main(int argument_count, char **arguments);
_Noreturn void reset(void);

/* What newlib has and what it asks for (newlib, "System calls"). */
void __libc_init_array(void);
void _init(void);
void _fini(void);
int _open(const char *path, int flags, int mode);
int _close(int number);
int _read(int number, char *data, int bytes);
int _lseek(int number, int offset, int whence);
int _fstat(int number, struct stat *state);
int _write(int number, const char *data, int bytes);
int _isatty(int number);
int _getpid(void);
int _kill(int process, int signal);
void *_sbrk(int bytes);
_Noreturn void _exit(int code);

/* ---- Registers: CMSDK UART 0 and timer 0 (Arm DAI 0385, memory map). */

static volatile uint32_t *const uart = (volatile uint32_t *)0x40004000;
static volatile uint32_t *const timer = (volatile uint32_t *)0x40000000;

enum { UART_DATA = 0, UART_STATE = 1, UART_CONTROL = 2, UART_DIVIDER = 4, UART_STATE_FULL = 1, UART_TRANSMIT = 1, UART_DIVIDER_MIN = 16 };
enum { TIMER_CONTROL = 0, TIMER_VALUE = 1, TIMER_RELOAD = 2, TIMER_ENABLE = 1 };

static void uart_text(const char *text, size_t bytes) {
  for (size_t at = 0; at < bytes; at++) {
    while ((uart[UART_STATE] & UART_STATE_FULL) != 0) continue;
    uart[UART_DATA] = (uint8_t)text[at];
  }
}

/* It counts down from 2^32 - 1; whoever asks once in its 171 seconds misses no turn. */
uint64_t board_ticks(void) {
  static uint64_t turns;
  static uint32_t before;
  uint32_t now = UINT32_MAX - timer[TIMER_VALUE];
  if (now < before) turns += (uint64_t)1 << 32;
  before = now;
  return turns + now;
}

/* ---- Semihosting (Arm, "Semihosting for AArch32 and AArch64", release 2.0). */

enum semihosting { OPEN = 0x01, CLOSE = 0x02, READ = 0x06, SEEK = 0x0a, LENGTH = 0x0c, COMMAND_LINE = 0x15, EXIT_EXTENDED = 0x20 };
enum { OPEN_BINARY = 1, APPLICATION_EXIT = 0x20026 };

static int semihosting(enum semihosting operation, const void *block) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = block;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

/* A file's handle on the host, where the next read is from, and its bytes. Only for reading. */
static struct {
  bool is_open;
  int handle;
  int at;
  int bytes;
} files[FILE_COUNT_MAX];

static bool is_file(int number) {
  if (number >= FIRST_FILE && number < FIRST_FILE + FILE_COUNT_MAX && files[number - FIRST_FILE].is_open) return true;
  errno = EBADF;
  return false;
}

int _open(const char *path, int flags, int mode) {
  (void)mode;
  int slot = 0;
  while (slot < FILE_COUNT_MAX && files[slot].is_open) slot++;
  errno = slot == FILE_COUNT_MAX ? EMFILE : (flags & 3) != 0 ? EROFS : ENOENT;
  if (errno != ENOENT) return -1;
  const uint32_t block[] = {(uint32_t)path, OPEN_BINARY, strlen(path)};
  int handle = semihosting(OPEN, block);
  if (handle < 0) return -1;
  int bytes = semihosting(LENGTH, (const uint32_t[]){(uint32_t)handle});
  if (bytes < 0) {
    semihosting(CLOSE, (const uint32_t[]){(uint32_t)handle});
    return -1;
  }
  files[slot].is_open = true;
  files[slot].handle = handle;
  files[slot].at = 0;
  files[slot].bytes = bytes;
  return FIRST_FILE + slot;
}

int _close(int number) {
  if (!is_file(number)) return -1;
  files[number - FIRST_FILE].is_open = false;
  return semihosting(CLOSE, (const uint32_t[]){(uint32_t)files[number - FIRST_FILE].handle});
}

int _read(int number, char *data, int bytes) {
  if (!is_file(number)) return -1;
  const uint32_t block[] = {(uint32_t)files[number - FIRST_FILE].handle, (uint32_t)data, (uint32_t)bytes};
  int missing = semihosting(READ, block);
  if (missing < 0 || missing > bytes) {
    errno = EIO;
    return -1;
  }
  files[number - FIRST_FILE].at += bytes - missing;
  return bytes - missing;
}

int _lseek(int number, int offset, int whence) {
  if (!is_file(number)) return -1;
  int from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? files[number - FIRST_FILE].at : files[number - FIRST_FILE].bytes;
  const uint32_t block[] = {(uint32_t)files[number - FIRST_FILE].handle, (uint32_t)(from + offset)};
  if (from + offset < 0 || from + offset > files[number - FIRST_FILE].bytes || semihosting(SEEK, block) < 0) {
    errno = EINVAL;
    return -1;
  }
  files[number - FIRST_FILE].at = from + offset;
  return from + offset;
}

int _fstat(int number, struct stat *state) {
  if (number >= FIRST_FILE && !is_file(number)) return -1;
  memset(state, 0, sizeof *state);
  state->st_mode = number < FIRST_FILE ? S_IFCHR : S_IFREG;
  if (number >= FIRST_FILE) state->st_size = files[number - FIRST_FILE].bytes;
  return 0;
}

int _write(int number, const char *data, int bytes) {
  if (number != 1 && number != 2) {
    errno = EBADF;
    return -1;
  }
  uart_text(data, (size_t)bytes);
  return bytes;
}

int _isatty(int number) {
  return number < FIRST_FILE;
}

int _getpid(void) {
  return 1;
}

int _kill(int process, int signal) {
  (void)process, (void)signal;
  errno = EINVAL;
  return -1;
}

static char *heap_end = heap_start;
static char *heap_peak = heap_start;

void *_sbrk(int bytes) {
  char *before = heap_end;
  if (bytes > heap_limit - heap_end) {
    errno = ENOMEM;
    return (void *)-1;
  }
  heap_end += bytes;
  if (heap_end > heap_peak) heap_peak = heap_end;
  return before;
}

/* Guard pages are asked for only where the runtime was told to use them; it was not. */
void *mmap(void *address, size_t bytes, int protection, int flags, int file, long offset) {
  (void)address, (void)bytes, (void)protection, (void)flags, (void)file, (void)offset;
  return (void *)-1;
}

int munmap(void *address, size_t bytes) {
  (void)address, (void)bytes;
  return -1;
}

int mprotect(void *address, size_t bytes, int protection) {
  (void)address, (void)bytes, (void)protection;
  return -1;
}

/* ---- From power to main, and out again. */

static uint32_t stack_used(void) {
  const uint32_t *at = stack_limit;
  while (at < stack_top && *at == STACK_PAINT) at++;
  return (uint32_t)((const char *)stack_top - (const char *)at);
}

static _Noreturn void leave(int code) {
  const uint32_t block[] = {APPLICATION_EXIT, (uint32_t)code};
  semihosting(EXIT_EXTENDED, block);
  for (;;) continue;
}

_Noreturn void _exit(int code) {
  char line[128];
  uint64_t ticks = board_ticks();
  uint32_t used = stack_used();
  int bytes = snprintf(line, sizeof line, "cortex-m3: %llu ticks, %lu bytes of stack, %lu of heap\n", (unsigned long long)ticks,
                       (unsigned long)used, (unsigned long)(heap_peak - heap_start));
  uart_text(line, (size_t)bytes);
  leave(code);
}

static _Noreturn void give_up(const char *why) {
  uart_text(why, strlen(why));
  leave(FAULT_EXIT);
}

static __attribute__((used)) void fault_at(const uint32_t *stack) {
  give_up(stack < stack_limit ? "cortex-m3: the stack was too small\n" : "cortex-m3: fault\n");
}

/* What is said needs a stack again. */
static __attribute__((naked)) void fault(void) {
  __asm__("mov r0, sp\n ldr r1, =stack_top\n mov sp, r1\n b fault_at");
}

/* The words of the command line, or -1 where they are too many. */
static int split(char *line, char **arguments) {
  int count = 0;
  for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
    if (count == ARGUMENT_COUNT_MAX) return -1;
    arguments[count++] = word;
  }
  return count;
}

_Noreturn void reset(void) {
  static char line[COMMAND_LINE_BYTES];
  static char *arguments[ARGUMENT_COUNT_MAX + 1];
  memcpy(data_start, data_source, (size_t)((char *)data_end - (char *)data_start));
  memset(bss_start, 0, (size_t)((char *)bss_end - (char *)bss_start));
  uint32_t *here = __builtin_frame_address(0);
  for (uint32_t *at = stack_limit; at < here - 64; at++) *at = STACK_PAINT;
  uart[UART_DIVIDER] = UART_DIVIDER_MIN;
  uart[UART_CONTROL] = UART_TRANSMIT;
  timer[TIMER_RELOAD] = timer[TIMER_VALUE] = UINT32_MAX;
  timer[TIMER_CONTROL] = TIMER_ENABLE;
  __libc_init_array();
  const uint32_t block[] = {(uint32_t)line, sizeof line};
  const int count = semihosting(COMMAND_LINE, block) == 0 ? split(line, arguments) : -1;
  if (count < 0) give_up("cortex-m3: the command line is too long\n");
  exit(main(count, arguments));
}

void _init(void) {}
void _fini(void) {}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
  stack_top, reset, fault, fault, fault, fault, fault, NULL, NULL, NULL, NULL, fault, fault, NULL, fault, fault,
};
