/* A NOR flash chip of 4 MiB in the board's memory, with a real part's times (Winbond W25Q128JV, typical), and power cuts.
 *
 * In: erases, programs and the telephone's time. Out: what offhook_hal.h promises of them. Bits only fall; a byte takes one program for
 * each erase; a chip at work refuses everything until nor_poll has said how the work ended. */
#ifndef NOR_H
#define NOR_H

#include <stdbool.h>
#include <stdint.h>

enum { NOR_BYTES = 4 << 20 };

struct nor_counts {
  uint32_t erases;
  uint32_t programs;
  /* Calls that the chip would not take. A core makes none, but after a cut: a place that reads as blank may be one that was torn. */
  uint32_t refusals;
};

/* Which cells are as an erase left them, besides their contents. */
struct nor_snapshot;

/* As it leaves the factory. */
void nor_blank(void);

/* Keeps all of the chip, and puts it back. Returns NULL where there is no room; what it returns is kept for ever. */
struct nor_snapshot *nor_keep(void);
void nor_restore(const struct nor_snapshot *snapshot);

const uint8_t *nor_cells(void);
struct nor_counts nor_counts(void);
void nor_geometry(uint32_t geometry[7]);

/* Statuses of offhook_hal.h. */
int32_t nor_read(int32_t offset, uint8_t *target, int32_t bytes);
int32_t nor_erase(int32_t offset, int32_t bytes, uint64_t now_us);
int32_t nor_program(int32_t offset, const uint8_t *source, int32_t bytes, uint64_t now_us);
int32_t nor_poll(uint64_t now_us);
int32_t nor_protect(int32_t offset, int32_t bytes, bool on);

/* A reset frees what was protected. */
void nor_reset(void);

/* What a loss of power leaves of the operation under way; its range must then be erased, also where it reads as blank. One whose time had
 * passed had ended, asked for or not. */
enum nor_cut {
  NOR_CUT_NOTHING,
  NOR_CUT_DONE,
  /* The first half is done. */
  NOR_CUT_HALF,
  /* Each bit as before or as asked for. */
  NOR_CUT_MIXED,
  /* An erase first programs everything. A program is cut in its first byte. */
  NOR_CUT_BEGUN,
  NOR_CUT_COUNT,
};

void nor_cut(enum nor_cut model, uint32_t (*random)(void), uint64_t now_us);

#endif
