#include "nor.h"

#include <stdlib.h>
#include <string.h>

#include "offhook_hal.h"

enum {
  SECTOR_BYTES = 4 << 10,
  BLOCK32_BYTES = 32 << 10,
  BLOCK64_BYTES = 64 << 10,
  PAGE_BYTES = 256,
  SECTOR_COUNT = NOR_BYTES / SECTOR_BYTES,
};

/* Data sheet of the W25Q128JV, revision F, "AC electrical characteristics", typical; the bus is four lanes of 104 MHz. */
enum {
  SECTOR_ERASE_US = 45000,
  BLOCK32_ERASE_US = 120000,
  BLOCK64_ERASE_US = 150000,
  PAGE_PROGRAM_US = 400,
  FIRST_BYTE_US = 30,
  HALF_US_PER_BYTE = 5,
  BUS_BITS_PER_US = 416,
  COMMAND_BITS = 40,
};

enum work { IDLE, ERASING, PROGRAMMING };

struct nor_snapshot {
  uint8_t cells[NOR_BYTES];
  uint8_t programmed[NOR_BYTES / 8];
};

static __attribute__((section(".chip"))) uint8_t cells[NOR_BYTES];
/* A bit for each byte: taken since its erase. */
static uint8_t programmed[NOR_BYTES / 8];
static bool is_protected[SECTOR_COUNT];
static struct nor_counts counts;

static struct {
  enum work work;
  uint32_t offset;
  uint32_t bytes;
  uint8_t source[PAGE_BYTES];
  uint64_t end_us;
} operation;

static bool is_inside(int32_t offset, int32_t bytes) {
  return offset >= 0 && bytes >= 0 && bytes <= NOR_BYTES && offset <= NOR_BYTES - bytes;
}

static int32_t refuse(int32_t status) {
  counts.refusals++;
  return status;
}

/* What stands against any operation on this range, or OK. */
static int32_t refusal(int32_t offset, int32_t bytes) {
  if (operation.work != IDLE) return OFFHOOK_STATUS_BUSY;
  return is_inside(offset, bytes) ? OFFHOOK_STATUS_OK : OFFHOOK_STATUS_OUT_OF_RANGE;
}

static void mark(uint32_t offset, uint32_t bytes, bool is_programmed) {
  for (uint32_t at = offset; at < offset + bytes; at++) {
    if (is_programmed) programmed[at / 8] |= (uint8_t)(1 << at % 8);
    else programmed[at / 8] &= (uint8_t)~(1 << at % 8);
  }
}

static bool is_erased(uint32_t offset, uint32_t bytes) {
  for (uint32_t at = offset; at < offset + bytes; at++)
    if ((programmed[at / 8] >> at % 8 & 1) != 0) return false;
  return true;
}

static void start(enum work work, uint32_t offset, uint32_t bytes, uint64_t end_us) {
  operation.work = work;
  operation.offset = offset;
  operation.bytes = bytes;
  operation.end_us = end_us;
}

void nor_blank(void) {
  operation.work = IDLE;
  memset(cells, 0xff, sizeof cells);
  memset(programmed, 0, sizeof programmed);
  nor_reset();
}

struct nor_snapshot *nor_keep(void) {
  struct nor_snapshot *snapshot = malloc(sizeof *snapshot);
  if (snapshot == NULL) return NULL;
  memcpy(snapshot->cells, cells, sizeof cells);
  memcpy(snapshot->programmed, programmed, sizeof programmed);
  return snapshot;
}

void nor_restore(const struct nor_snapshot *snapshot) {
  operation.work = IDLE;
  memcpy(cells, snapshot->cells, sizeof cells);
  memcpy(programmed, snapshot->programmed, sizeof programmed);
  nor_reset();
}

const uint8_t *nor_cells(void) {
  return cells;
}

struct nor_counts nor_counts(void) {
  return counts;
}

void nor_geometry(uint32_t geometry[7]) {
  static const uint32_t part[7] = {NOR_BYTES, SECTOR_BYTES, BLOCK32_BYTES, BLOCK64_BYTES, PAGE_BYTES, 1, 0};
  memcpy(geometry, part, sizeof part);
}

int32_t nor_read(int32_t offset, uint8_t *target, int32_t bytes) {
  int32_t status = refusal(offset, bytes);
  if (status != OFFHOOK_STATUS_OK) return refuse(status);
  memcpy(target, cells + offset, (size_t)bytes);
  return OFFHOOK_STATUS_OK;
}

int32_t nor_erase(int32_t offset, int32_t bytes, uint64_t now_us) {
  int32_t status = refusal(offset, bytes);
  if (status != OFFHOOK_STATUS_OK) return refuse(status);
  uint32_t erase_us = bytes == SECTOR_BYTES ? SECTOR_ERASE_US : bytes == BLOCK32_BYTES ? BLOCK32_ERASE_US : BLOCK64_ERASE_US;
  bool is_size = bytes == SECTOR_BYTES || bytes == BLOCK32_BYTES || bytes == BLOCK64_BYTES;
  if (!is_size || offset % bytes != 0) return refuse(OFFHOOK_STATUS_NOT_ALIGNED);
  for (int32_t at = offset; at < offset + bytes; at += SECTOR_BYTES)
    if (is_protected[at / SECTOR_BYTES]) return refuse(OFFHOOK_STATUS_PROTECTED);
  counts.erases++;
  start(ERASING, (uint32_t)offset, (uint32_t)bytes, now_us + erase_us + 1);
  return OFFHOOK_STATUS_OK;
}

int32_t nor_program(int32_t offset, const uint8_t *source, int32_t bytes, uint64_t now_us) {
  int32_t status = refusal(offset, bytes);
  if (status != OFFHOOK_STATUS_OK) return refuse(status);
  if (bytes == 0 || offset % PAGE_BYTES + bytes > PAGE_BYTES) return refuse(OFFHOOK_STATUS_NOT_ALIGNED);
  if (is_protected[offset / SECTOR_BYTES]) return refuse(OFFHOOK_STATUS_PROTECTED);
  if (!is_erased((uint32_t)offset, (uint32_t)bytes)) return refuse(OFFHOOK_STATUS_NOT_ERASED);
  uint32_t cell_us = FIRST_BYTE_US + ((uint32_t)(bytes - 1) * HALF_US_PER_BYTE + 1) / 2; /* Never less than the part's. */
  if (cell_us > PAGE_PROGRAM_US) cell_us = PAGE_PROGRAM_US;
  counts.programs++;
  memcpy(operation.source, source, (size_t)bytes);
  start(PROGRAMMING, (uint32_t)offset, (uint32_t)bytes, now_us + cell_us + (COMMAND_BITS + (uint32_t)bytes * 8) / BUS_BITS_PER_US + 1);
  return OFFHOOK_STATUS_OK;
}

/* What the operation makes of a byte that it has in its range. */
static uint8_t asked_for(uint32_t index) {
  return operation.work == ERASING ? 0xff : cells[operation.offset + index] & operation.source[index];
}

int32_t nor_poll(uint64_t now_us) {
  if (operation.work == IDLE) return OFFHOOK_STATUS_OK;
  if (now_us < operation.end_us) return (int32_t)(operation.end_us - now_us);
  for (uint32_t index = 0; index < operation.bytes; index++) cells[operation.offset + index] = asked_for(index);
  mark(operation.offset, operation.bytes, operation.work == PROGRAMMING);
  operation.work = IDLE;
  return OFFHOOK_STATUS_OK;
}

int32_t nor_protect(int32_t offset, int32_t bytes, bool on) {
  if (!is_inside(offset, bytes)) return refuse(OFFHOOK_STATUS_OUT_OF_RANGE);
  if (offset % SECTOR_BYTES != 0 || bytes % SECTOR_BYTES != 0) return refuse(OFFHOOK_STATUS_NOT_ALIGNED);
  for (int32_t at = offset; at < offset + bytes; at += SECTOR_BYTES) is_protected[at / SECTOR_BYTES] = on;
  return OFFHOOK_STATUS_OK;
}

void nor_reset(void) {
  memset(is_protected, 0, sizeof is_protected);
}

static uint8_t torn(enum nor_cut model, uint32_t index, uint8_t chance) {
  uint8_t before = cells[operation.offset + index];
  uint8_t after = asked_for(index);
  switch (model) {
    case NOR_CUT_DONE: return after;
    case NOR_CUT_HALF: return 2 * index < operation.bytes ? after : before;
    case NOR_CUT_MIXED: return (uint8_t)((before & ~chance) | (after & chance));
    case NOR_CUT_BEGUN: return operation.work == ERASING ? 0 : index == 0 ? after : before;
    default: return before;
  }
}

void nor_cut(enum nor_cut model, uint32_t (*random)(void), uint64_t now_us) {
  (void)nor_poll(now_us);
  for (uint32_t index = 0; operation.work != IDLE && index < operation.bytes; index++)
    cells[operation.offset + index] = torn(model, index, (uint8_t)random());
  if (operation.work != IDLE) mark(operation.offset, operation.bytes, true);
  operation.work = IDLE;
  nor_reset();
}
