/* A NOR chip whose cells are a file: bits only fall, whole erase units rise, each operation is on the disk before it counts as done.
 *
 * While an operation is under way the file holds what a cut would leave of it: half of a program, half of an erase. So a process that is
 * killed leaves what a telephone without power leaves. Times are typical ones of the data sheets (host/peripherals/nor-parts.ts). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "desktop.h"

enum {
  MIB = 1 << 20,
  SECTOR_BYTES = 4 << 10,
  BLOCK32_BYTES = 32 << 10,
  BLOCK64_BYTES = 64 << 10,
  PAGE_BYTES = 256,
  ERASED = 0xff,
  PATH_BYTES_MAX = 4096,
};

static const char IS_TAKEN[] = "another telephone has it";
/* How what is behind the cells begins (host/peripherals/nor-image.ts). */
static const char CUT_MARK[] = "offhook chip 1\n";

struct part {
  const char *name;
  uint32_t total_bytes, block32_bytes;
  uint32_t sector_erase_us, block32_erase_us, block64_erase_us, page_program_us;
  uint32_t first_byte_us, next_byte_half_us;
};

static const struct part parts[] = {
  {"W25Q128JV", 16 * MIB, BLOCK32_BYTES, 45000, 120000, 150000, 400, 30, 5},
  {"W25Q512JV", 64 * MIB, BLOCK32_BYTES, 64000, 128000, 160000, 704, 32, 6},
  {"MT25QL128", 16 * MIB, BLOCK32_BYTES, 50000, 100000, 150000, 120, 8, 2},
  {"IS25LX256", 32 * MIB, BLOCK32_BYTES, 80000, 130000, 150000, 150, 8, 2},
};

enum work { IDLE, ERASING, PROGRAMMING };

static struct {
  enum work work;
  uint32_t offset, bytes;
  uint8_t source[PAGE_BYTES];
  uint64_t end_us;
} operation;

static const struct part *part;
static int file = -1;
static uint8_t *cells;
/* A byte for each one of the chip: programmed since its erase. */
static uint8_t *programmed;
static uint8_t *protected_sectors;

static bool complain(const char *path, const char *what) {
  fprintf(stderr, "desktop: flash file %s: %s\n", path, what);
  return false;
}

static bool find_part(const char *name) {
  for (size_t at = 0; at < sizeof parts / sizeof parts[0]; at++)
    if (strcmp(parts[at].name, name) == 0) part = &parts[at];
  if (part == NULL) fprintf(stderr, "desktop: part %s is not known; --parts lists those that are\n", name);
  return part != NULL;
}

static void geometry_of(const struct part *of, uint32_t geometry[7]) {
  const uint32_t numbers[7] = {of->total_bytes, SECTOR_BYTES, of->block32_bytes, BLOCK64_BYTES, PAGE_BYTES, 1, 0};
  memcpy(geometry, numbers, sizeof numbers);
}

void flash_print_parts(void) {
  for (size_t at = 0; at < sizeof parts / sizeof parts[0]; at++) {
    uint32_t geometry[7];
    geometry_of(&parts[at], geometry);
    printf("%s", parts[at].name);
    for (int number = 0; number < 7; number++) printf(" %u", (unsigned)geometry[number]);
    putchar('\n');
  }
}

static bool write_erased(int target) {
  uint8_t block[BLOCK64_BYTES];
  memset(block, ERASED, sizeof block);
  for (uint32_t at = 0; at < part->total_bytes;) {
    const size_t left = part->total_bytes - at;
    const ssize_t bytes = write(target, block, left < sizeof block ? left : sizeof block);
    if (bytes < 0) return false;
    at += (uint32_t)bytes;
  }
  return fsync(target) == 0;
}

/* A new name is on the disk when its folder is. */
static bool sync_folder_of(char *path) {
  const int folder = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_synced = folder >= 0 && fsync(folder) == 0;
  if (folder >= 0) close(folder);
  return is_synced;
}

static bool lock(const char *path) {
  return flock(file, LOCK_EX | LOCK_NB) == 0 || complain(path, IS_TAKEN);
}

/* Beside its place and then renamed: a file of that name is always a whole chip. It is locked before it has its name, and so is its maker's
 * way there: of two that find none, one makes it. */
static bool make_chip(const char *path) {
  char fresh[PATH_BYTES_MAX];
  if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh) return complain(path, "its name is too long");
  file = open(fresh, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return complain(path, strerror(errno));
  if (!lock(path)) return false;
  const bool is_late = access(path, F_OK) == 0;
  if (!is_late && ftruncate(file, 0) == 0 && write_erased(file) && rename(fresh, path) == 0)
    return sync_folder_of(fresh) || complain(path, strerror(errno));
  complain(path, is_late ? IS_TAKEN : strerror(errno));
  unlink(fresh);
  return false;
}

static bool open_chip(const char *path) {
  file = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return errno == ENOENT ? make_chip(path) : complain(path, strerror(errno));
  return lock(path);
}

/* `offhook boot` keeps behind the cells what a cut left and cells do not show. */
static bool has_more_than_cells(void) {
  char mark[sizeof CUT_MARK - 1];
  return pread(file, mark, sizeof mark, (off_t)part->total_bytes) == (ssize_t)sizeof mark && memcmp(mark, CUT_MARK, sizeof mark) == 0;
}

static bool is_chip(const char *path) {
  struct stat status;
  if (fstat(file, &status) != 0) return complain(path, strerror(errno));
  if (!S_ISREG(status.st_mode)) return complain(path, "it is not a regular file");
  if (status.st_size == (off_t)part->total_bytes) return true;
  if (has_more_than_cells()) return complain(path, "it is as a cut left it, beyond what cells show; let offhook boot mend it first");
  fprintf(stderr, "desktop: flash file %s: it has %lld bytes, and the chip %s has %u; give another --part, or another file\n", path,
          (long long)status.st_size, part->name, (unsigned)part->total_bytes);
  return false;
}

static bool map_chip(const char *path) {
  const uint32_t bytes = part->total_bytes;
  void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  programmed = calloc(bytes, 1);
  protected_sectors = calloc(bytes / SECTOR_BYTES, 1);
  if (map == MAP_FAILED) return complain(path, strerror(errno));
  cells = map;
  if (programmed == NULL || protected_sectors == NULL) return complain(path, "no memory for its chip");
  for (uint32_t at = 0; at < bytes; at++)
    if (cells[at] != ERASED) programmed[at] = 1;
  return true;
}

bool flash_open(const char *path, const char *part_name) {
  if (!find_part(part_name)) return false;
  return open_chip(path) && is_chip(path) && map_chip(path);
}

void flash_close(void) {
  if (cells != NULL && munmap(cells, part->total_bytes) != 0) perror("desktop: flash file");
  if (file >= 0 && close(file) != 0) perror("desktop: flash file");
  free(programmed);
  free(protected_sectors);
}

void flash_reset(void) {
  memset(protected_sectors, 0, part->total_bytes / SECTOR_BYTES);
}

/* ---- Operations. */

static bool is_inside(int32_t offset, int32_t bytes) {
  return offset >= 0 && bytes >= 0 && (uint32_t)bytes <= part->total_bytes && (uint32_t)offset <= part->total_bytes - (uint32_t)bytes;
}

/* What stands against any operation on this range, or OK. */
static int32_t refusal(int32_t offset, int32_t bytes) {
  if (operation.work != IDLE) return OFFHOOK_STATUS_BUSY;
  return is_inside(offset, bytes) ? OFFHOOK_STATUS_OK : OFFHOOK_STATUS_OUT_OF_RANGE;
}

static bool is_protected(uint32_t offset, uint32_t bytes) {
  const uint32_t first = offset / SECTOR_BYTES, last = (offset + bytes - 1) / SECTOR_BYTES;
  return memchr(protected_sectors + first, 1, last - first + 1) != NULL;
}

/* In whole pages of the machine's memory, as msync wants it. */
static bool write_through(uint32_t offset, uint32_t bytes) {
  const uint32_t start = offset - offset % (uint32_t)sysconf(_SC_PAGESIZE);
  return msync(cells + start, offset + bytes - start, MS_SYNC) == 0;
}

static void start(enum work work, int32_t offset, int32_t bytes, uint32_t time_us) {
  operation.work = work;
  operation.offset = (uint32_t)offset;
  operation.bytes = (uint32_t)bytes;
  operation.end_us = clock_us() + time_us;
}

/* Bits only fall. */
static void program(uint32_t bytes) {
  for (uint32_t at = 0; at < bytes; at++) cells[operation.offset + at] &= operation.source[at];
}

static uint32_t erase_us(int32_t bytes) {
  if (bytes == SECTOR_BYTES) return part->sector_erase_us;
  return bytes == BLOCK32_BYTES ? part->block32_erase_us : part->block64_erase_us;
}

static uint32_t program_us(int32_t bytes) {
  const uint32_t time_us = part->first_byte_us + ((uint32_t)bytes - 1) * part->next_byte_half_us / 2;
  return time_us < part->page_program_us ? time_us : part->page_program_us;
}

int32_t hal_flash_geometry(uint32_t ptr, int32_t capacity) {
  uint8_t *target = engine_range(ptr, capacity);
  uint32_t geometry[7];
  if (target == NULL) return OFFHOOK_STATUS_INVALID;
  if (capacity < OFFHOOK_GEOMETRY_BYTES) return OFFHOOK_STATUS_OUT_OF_RANGE;
  geometry_of(part, geometry);
  for (int at = 0; at < 7; at++) put_u32(target + 4 * at, geometry[at]);
  return OFFHOOK_GEOMETRY_BYTES;
}

int32_t hal_flash_read(int32_t offset, uint32_t ptr, int32_t bytes) {
  uint8_t *target = engine_range(ptr, bytes);
  if (target == NULL) return OFFHOOK_STATUS_INVALID;
  const int32_t status = refusal(offset, bytes);
  if (status == OFFHOOK_STATUS_OK) memcpy(target, cells + offset, (size_t)bytes);
  return status;
}

int32_t hal_flash_erase_start(int32_t offset, int32_t bytes) {
  const int32_t status = refusal(offset, bytes);
  if (status != OFFHOOK_STATUS_OK) return status;
  const bool is_size = bytes == SECTOR_BYTES || bytes == (int32_t)part->block32_bytes || bytes == BLOCK64_BYTES;
  if (!is_size || bytes == 0 || offset % bytes != 0) return OFFHOOK_STATUS_NOT_ALIGNED;
  if (is_protected((uint32_t)offset, (uint32_t)bytes)) return OFFHOOK_STATUS_PROTECTED;
  start(ERASING, offset, bytes, erase_us(bytes));
  memset(cells + offset, 0, (size_t)bytes / 2); /* A chip programs all to zero before it erases. */
  return OFFHOOK_STATUS_OK;
}

int32_t hal_flash_program_start(int32_t offset, uint32_t ptr, int32_t bytes) {
  const uint8_t *source = engine_range(ptr, bytes);
  if (source == NULL) return OFFHOOK_STATUS_INVALID;
  const int32_t status = refusal(offset, bytes);
  if (status != OFFHOOK_STATUS_OK) return status;
  if (bytes == 0 || offset % PAGE_BYTES + bytes > PAGE_BYTES) return OFFHOOK_STATUS_NOT_ALIGNED;
  if (is_protected((uint32_t)offset, (uint32_t)bytes)) return OFFHOOK_STATUS_PROTECTED;
  if (memchr(programmed + offset, 1, (size_t)bytes) != NULL) return OFFHOOK_STATUS_NOT_ERASED;
  start(PROGRAMMING, offset, bytes, program_us(bytes));
  memcpy(operation.source, source, (size_t)bytes);
  memset(programmed + offset, 1, (size_t)bytes);
  program((uint32_t)bytes / 2);
  return OFFHOOK_STATUS_OK;
}

int32_t hal_flash_poll(void) {
  const uint64_t now_us = clock_us();
  if (operation.work == IDLE) return OFFHOOK_STATUS_OK;
  if (now_us < operation.end_us) return (int32_t)(operation.end_us - now_us);
  const bool is_erase = operation.work == ERASING;
  operation.work = IDLE;
  if (is_erase) {
    memset(cells + operation.offset, ERASED, operation.bytes);
    memset(programmed + operation.offset, 0, operation.bytes);
  } else program(operation.bytes);
  if (write_through(operation.offset, operation.bytes)) return OFFHOOK_STATUS_OK;
  return is_erase ? OFFHOOK_STATUS_ERASE_FAILED : OFFHOOK_STATUS_PROGRAM_FAILED;
}

int32_t hal_flash_protect(int32_t offset, int32_t bytes, int32_t on) {
  if (!is_inside(offset, bytes)) return OFFHOOK_STATUS_OUT_OF_RANGE;
  if (offset % SECTOR_BYTES != 0 || bytes % SECTOR_BYTES != 0) return OFFHOOK_STATUS_NOT_ALIGNED;
  memset(protected_sectors + offset / SECTOR_BYTES, on != 0, (size_t)(bytes / SECTOR_BYTES));
  return OFFHOOK_STATUS_OK;
}
