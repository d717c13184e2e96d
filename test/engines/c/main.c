/* Replays record files against core.wasm in C: `replay FILE...`.
 *
 * Exit 0 when all is equal, 1 when a run differs, 2 when a file cannot be read. The same words as tools/replay.ts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "replay.h"

/* The SHA-256 of the module that was compiled in, from build.sh. */
#ifndef MODULE_SHA256
#error "build.sh says which module this is"
#endif

enum { EQUAL = 0, DIFFERENT = 1, UNREADABLE = 2 };

static uint8_t *read_file(const char *path, size_t *bytes) {
  uint8_t *data = NULL;
  size_t room = 0;
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  *bytes = 0;
  do {
    room = room == 0 ? 65536 : 2 * room;
    uint8_t *larger = realloc(data, room);
    if (larger == NULL) break;
    data = larger;
    *bytes += fread(data + *bytes, 1, room - *bytes, file);
  } while (*bytes == room);
  bool is_whole = feof(file) && !ferror(file) && *bytes <= UINT32_MAX;
  fclose(file);
  if (is_whole) return data;
  free(data);
  return NULL;
}

static bool is_this_module(const uint8_t *hash) {
  char text[2 * RECORDS_HASH_BYTES + 1];
  for (size_t index = 0; index < RECORDS_HASH_BYTES; index++) snprintf(text + 2 * index, 3, "%02x", hash[index]);
  return strcmp(text, MODULE_SHA256) == 0;
}

static int replay_file(const char *path) {
  struct records records;
  struct replay_counts counts = {0};
  size_t bytes;
  uint8_t *file = read_file(path, &bytes);
  const char *error = file == NULL ? "cannot be read" : records_open(&records, file, bytes);
  if (error == NULL && records.abi_version != OFFHOOK_ABI_VERSION) error = "recorded with another contract";
  if (error != NULL) {
    fprintf(stderr, "replay: %s: %s\n", path, error);
    if (file != NULL) records_close(&records);
    return UNREADABLE;
  }
  replay_records(&records, is_this_module(records.module_hash), &counts);
  printf("%s: %" PRIu32 " runs, %" PRIu32 " starts, %" PRIu32 " polls, %" PRIu64 " calls, %" PRIu64 " bytes: ", path, counts.runs,
         counts.starts, counts.polls, counts.calls, counts.bytes);
  if (counts.differing == 0) printf("all equal\n");
  else printf("%" PRIu32 " runs differ\n", counts.differing);
  records_close(&records);
  return counts.differing == 0 ? EQUAL : DIFFERENT;
}

int main(int argc, char **argv) {
  int worst = EQUAL;
  if (argc < 2) {
    fprintf(stderr, "replay: name a record file: replay FILE...\n");
    return UNREADABLE;
  }
  engine_open();
  if (core_abi_version() != OFFHOOK_ABI_VERSION) {
    fprintf(stderr, "replay: the module has contract %" PRId32 ", offhook_hal.h has %d\n", core_abi_version(), OFFHOOK_ABI_VERSION);
    return UNREADABLE;
  }
  for (int index = 1; index < argc; index++) {
    int code = replay_file(argv[index]);
    if (code > worst) worst = code;
  }
  engine_close();
  return worst;
}
