#include "records.h"

#include <stdlib.h>
#include <string.h>

enum {
  HEADER_BYTES = 52,
  AT_VERSION = 8,
  AT_ABI = 10,
  AT_BYTES = 12,
  AT_HASH = 16,
  AT_CRC = 48,
  FORMAT_VERSION = 1,
  NAME_BYTES_MAX = 64,
  RUN_NAME_BYTES_MAX = 255,
};

static const uint8_t MAGIC[8] = {'o', 'f', 'f', 'h', 'r', 'e', 'c', 0x1a};
static const uint8_t NOTHING[4];
/* A record of nothing would be equal on every engine. */
static const char NOTHING_THERE[] = "it has nothing to replay";

/* IEEE 802.3, reflected; the result goes on with further bytes. */
uint32_t records_crc32(const uint8_t *data, size_t bytes, uint32_t before) {
  static uint32_t table[256];
  if (table[1] == 0) {
    for (uint32_t index = 0; index < 256; index++) {
      uint32_t value = index;
      for (int bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? (value >> 1) ^ 0xedb88320u : value >> 1;
      table[index] = value;
    }
  }
  uint32_t crc = ~before;
  for (size_t index = 0; index < bytes; index++) crc = (crc >> 8) ^ table[(crc ^ data[index]) & 0xff];
  return ~crc;
}

static uint32_t u16_at(const uint8_t *at) {
  return at[0] | (uint32_t)at[1] << 8;
}

static uint32_t u32_at(const uint8_t *at) {
  return u16_at(at) | u16_at(at + 2) << 16;
}

static uint32_t left(const struct cursor *cursor) {
  return (uint32_t)(cursor->end - cursor->at);
}

/* The first thing that is wrong counts. Nothing is left to read after it, so every loop over the file ends. */
static void fail(struct cursor *cursor, const char *error) {
  if (cursor->error == NULL) cursor->error = error;
  cursor->at = cursor->end;
}

static const uint8_t *take(struct cursor *cursor, uint32_t count) {
  if (count > left(cursor)) {
    fail(cursor, "it ends too early");
    return NOTHING;
  }
  cursor->at += count;
  return cursor->at - count;
}

static uint8_t take_byte(struct cursor *cursor) {
  return *take(cursor, 1);
}

static uint32_t take_u32(struct cursor *cursor) {
  return u32_at(take(cursor, 4));
}

/* Seven bits a byte, the lowest first, in the shortest form only. */
static uint32_t take_number(struct cursor *cursor) {
  uint32_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    uint8_t byte = take_byte(cursor);
    if (cursor->error != NULL || (shift == 28 && byte > 0x0f) || (shift > 0 && byte == 0)) break;
    value |= (uint32_t)(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  fail(cursor, "a number is not of at most 32 bits in its shortest form");
  return 0;
}

static int32_t take_signed(struct cursor *cursor) {
  uint32_t value = take_number(cursor);
  return (int32_t)((value >> 1) ^ (0u - (value & 1)));
}

/* A number below a limit, or 0 and an error. */
static uint32_t take_below(struct cursor *cursor, uint32_t limit, const char *error) {
  uint32_t value = take_number(cursor);
  if (value < limit) return value;
  fail(cursor, error);
  return 0;
}

/* A count of things that take a byte each at least. */
static uint32_t take_count(struct cursor *cursor) {
  uint32_t value = take_number(cursor);
  if (value <= left(cursor)) return value;
  fail(cursor, "it announces more than it has");
  return 0;
}

static struct bytes take_block(struct cursor *cursor, uint32_t count_max) {
  uint32_t count = take_count(cursor);
  if (count > count_max) {
    fail(cursor, "a name is too long");
    count = 0;
  }
  return (struct bytes){take(cursor, count), count};
}

static struct bytes take_name(struct cursor *cursor) {
  struct bytes name = take_block(cursor, NAME_BYTES_MAX);
  bool is_good = name.count > 0;
  for (uint32_t index = 0; index < name.count; index++) is_good = is_good && name.data[index] > 0x20 && name.data[index] < 0x7f;
  if (!is_good) fail(cursor, "a name is not printable ASCII");
  return name;
}

static void take_kind(struct cursor *cursor, struct kind *kind) {
  kind->name = take_name(cursor);
  kind->argument_count = take_below(cursor, RECORDS_ARGUMENT_COUNT_MAX + 1, "a call has too many arguments");
  for (uint32_t index = 0; index < kind->argument_count; index++) {
    uint8_t flag = take_byte(cursor);
    if (flag > 1) fail(cursor, "an argument has an unknown flag");
    kind->is_pointer[index] = flag == 1;
    kind->argument_names[index] = take_name(cursor);
  }
}

static void *many(struct cursor *cursor, uint32_t count, size_t bytes) {
  void *memory = calloc(count > 0 ? count : 1, bytes);
  if (memory == NULL) fail(cursor, "there is not enough memory");
  return memory;
}

static struct bytes *take_pool(struct cursor *cursor, uint32_t *count) {
  *count = take_count(cursor);
  struct bytes *pool = many(cursor, *count, sizeof *pool);
  for (uint32_t index = 0; index < *count && cursor->error == NULL; index++) pool[index] = take_block(cursor, UINT32_MAX);
  return pool;
}

static const char *check_header(const uint8_t *file, size_t bytes) {
  if (bytes < HEADER_BYTES) return "shorter than a record file's header";
  if (memcmp(file, MAGIC, sizeof MAGIC) != 0) return "not a record file: it does not begin as one";
  if (u16_at(file + AT_VERSION) != FORMAT_VERSION) return "another format version than this reader knows";
  if (u32_at(file + AT_BYTES) != bytes) return "it has not the length that its header says";
  uint32_t crc = records_crc32(file + HEADER_BYTES, bytes - HEADER_BYTES, records_crc32(file, AT_CRC, 0));
  return crc == u32_at(file + AT_CRC) ? NULL : "damaged: the checksum is of other bytes";
}

struct cursor records_step(const struct records *records, uint32_t step, uint32_t *call_count) {
  struct bytes bytes = records->steps[step];
  struct cursor cursor = {bytes.data, bytes.data + bytes.count, NULL};
  *call_count = take_count(&cursor);
  return cursor;
}

void records_call(const struct records *records, struct cursor *cursor, struct call *call) {
  call->kind = &records->kinds[take_below(cursor, records->kind_count, "a call of an unknown kind")];
  for (uint32_t index = 0; index < call->kind->argument_count; index++) call->arguments[index] = take_signed(cursor);
  call->result = take_signed(cursor);
  uint8_t counts = take_byte(cursor);
  call->source_count = counts & 0x0f;
  call->span_count = call->source_count + (counts >> 4);
  if (call->span_count > RECORDS_SPAN_COUNT_MAX) {
    fail(cursor, "a call has too many spans");
    call->source_count = call->span_count = 0;
  }
  for (uint32_t index = 0; index < call->span_count; index++) {
    struct span *span = &call->spans[index];
    span->argument = take_below(cursor, call->kind->argument_count, "a span of an unknown argument");
    uint32_t number = take_below(cursor, records->span_count, "an unknown span");
    if (cursor->error == NULL && !call->kind->is_pointer[span->argument]) fail(cursor, "a span of an argument that is no pointer");
    span->bytes = cursor->error == NULL ? records->spans[number] : (struct bytes){NOTHING, 0};
  }
}

void records_end(struct cursor *cursor, struct step_end *end) {
  uint8_t way = take_byte(cursor);
  if (way > 1) fail(cursor, "a step ended in an unknown way");
  end->has_trapped = way == 1;
  end->result = end->has_trapped ? 0 : take_signed(cursor);
  end->trace_count = take_number(cursor);
  end->trace_crc = end->trace_count > 0 ? take_u32(cursor) : 0;
}

struct run_head records_run(struct cursor *cursor) {
  struct bytes name = take_block(cursor, RUN_NAME_BYTES_MAX);
  for (uint32_t index = 0; index < name.count; index++) {
    if (name.data[index] < 0x20) fail(cursor, "the name of a run has a control character");
  }
  return (struct run_head){name, take_count(cursor)};
}

struct start_head records_start(const struct records *records, struct cursor *cursor) {
  struct start_head head;
  head.mode = take_signed(cursor);
  head.cause = take_signed(cursor);
  head.init_step = take_below(cursor, records->step_count, "an unknown step");
  head.poll_count = take_count(cursor);
  return head;
}

uint32_t records_poll(const struct records *records, struct cursor *cursor, uint32_t *now_us) {
  *now_us += take_number(cursor);
  return take_below(cursor, records->step_count, "an unknown step");
}

static const char *check_step(const struct records *records, uint32_t step) {
  uint32_t call_count;
  struct cursor cursor = records_step(records, step, &call_count);
  struct call call;
  struct step_end end;
  if (records->kind_count == 0 && call_count > 0) return "a call of an unknown kind";
  for (uint32_t index = 0; index < call_count && cursor.error == NULL; index++) records_call(records, &cursor, &call);
  records_end(&cursor, &end);
  if (cursor.error == NULL && left(&cursor) > 0) return "a step has bytes too many";
  return cursor.error;
}

static const char *check_runs(const struct records *records) {
  struct cursor cursor = records->runs;
  if (records->run_count == 0) fail(&cursor, NOTHING_THERE);
  for (uint32_t run = 0; run < records->run_count && cursor.error == NULL; run++) {
    uint32_t start_count = records_run(&cursor).start_count;
    if (start_count == 0) fail(&cursor, NOTHING_THERE);
    for (uint32_t start = 0; start < start_count && cursor.error == NULL; start++) {
      uint32_t poll_count = records_start(records, &cursor).poll_count;
      uint32_t now_us = 0;
      for (uint32_t poll = 0; poll < poll_count && cursor.error == NULL; poll++) records_poll(records, &cursor, &now_us);
    }
  }
  if (cursor.error == NULL && left(&cursor) > 0) return "it has bytes too many";
  return cursor.error;
}

const char *records_open(struct records *records, uint8_t *file, size_t bytes) {
  *records = (struct records){.file = file, .file_bytes = (uint32_t)bytes};
  const char *error = check_header(file, bytes);
  if (error != NULL) return error;
  records->abi_version = u16_at(file + AT_ABI);
  records->module_hash = file + AT_HASH;
  struct cursor cursor = {file + HEADER_BYTES, file + bytes, NULL};
  records->kind_count = take_count(&cursor);
  records->kinds = many(&cursor, records->kind_count, sizeof *records->kinds);
  for (uint32_t index = 0; index < records->kind_count && cursor.error == NULL; index++) take_kind(&cursor, &records->kinds[index]);
  if (cursor.error != NULL) return cursor.error;
  records->spans = take_pool(&cursor, &records->span_count);
  if (cursor.error != NULL) return cursor.error;
  records->steps = take_pool(&cursor, &records->step_count);
  records->run_count = take_count(&cursor);
  records->runs = cursor;
  for (uint32_t step = 0; step < records->step_count && cursor.error == NULL; step++) cursor.error = check_step(records, step);
  return cursor.error != NULL ? cursor.error : check_runs(records);
}

void records_close(struct records *records) {
  free(records->kinds);
  free(records->spans);
  free(records->steps);
  free(records->file);
  *records = (struct records){0};
}
