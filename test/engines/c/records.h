/* Reads record files (docs/FORMAT.md, "Record file"): bytes from anywhere, every read checked.
 *
 * In: a file's bytes. Out: its runs step by step and call by call, or what is wrong with it. Nothing is copied out of the file. */
#ifndef RECORDS_H
#define RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  RECORDS_ARGUMENT_COUNT_MAX = 6,
  RECORDS_SPAN_COUNT_MAX = 3,
  RECORDS_HASH_BYTES = 32,
};

struct bytes {
  const uint8_t *data;
  uint32_t count;
};

/* A place in the file. A read past its end sets `error` and gives zeros from then on. */
struct cursor {
  const uint8_t *at;
  const uint8_t *end;
  const char *error;
};

struct kind {
  struct bytes name;
  uint32_t argument_count;
  struct bytes argument_names[RECORDS_ARGUMENT_COUNT_MAX];
  bool is_pointer[RECORDS_ARGUMENT_COUNT_MAX];
};

struct span {
  uint32_t argument;
  struct bytes bytes;
};

struct call {
  const struct kind *kind;
  int32_t arguments[RECORDS_ARGUMENT_COUNT_MAX];
  int32_t result;
  /* First what the core hands over, then what the host writes. */
  uint32_t source_count;
  uint32_t span_count;
  struct span spans[RECORDS_SPAN_COUNT_MAX];
};

struct step_end {
  bool has_trapped;
  int32_t result;
  uint32_t trace_count;
  uint32_t trace_crc;
};

struct records {
  uint8_t *file;
  uint32_t file_bytes;
  uint32_t abi_version;
  const uint8_t *module_hash;
  struct kind *kinds;
  uint32_t kind_count;
  struct bytes *spans;
  uint32_t span_count;
  struct bytes *steps;
  uint32_t step_count;
  uint32_t run_count;
  /* The first run. */
  struct cursor runs;
};

/* Takes a file's bytes, which it frees, and checks all of them. Returns NULL or what is wrong. */
const char *records_open(struct records *records, uint8_t *file, size_t bytes);
void records_close(struct records *records);

struct run_head {
  struct bytes name;
  uint32_t start_count;
};

struct start_head {
  int32_t mode;
  int32_t cause;
  uint32_t init_step;
  uint32_t poll_count;
};

struct run_head records_run(struct cursor *cursor);
struct start_head records_start(const struct records *records, struct cursor *cursor);
/* Returns the number of a poll's step; `now_us` is the time of the poll before, and becomes its own. */
uint32_t records_poll(const struct records *records, struct cursor *cursor, uint32_t *now_us);

/* The step's calls begin at the cursor. */
struct cursor records_step(const struct records *records, uint32_t step, uint32_t *call_count);
void records_call(const struct records *records, struct cursor *cursor, struct call *call);
void records_end(struct cursor *cursor, struct step_end *end);

uint32_t records_crc32(const uint8_t *data, size_t bytes, uint32_t before);

#endif
