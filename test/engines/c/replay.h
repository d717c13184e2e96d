/* A HAL that knows nothing but a record: it gives the core the recorded answers and says where the core does something else. */
#ifndef REPLAY_H
#define REPLAY_H

#include "records.h"

struct replay_counts {
  uint32_t runs;
  uint32_t starts;
  uint32_t polls;
  uint64_t calls;
  /* Those that passed the border, both ways. */
  uint64_t bytes;
  uint32_t differing;
};

/* Replays every run and prints the first difference of each that has one. `is_same`: the module is the one that was recorded, so
 * its pointers are compared too. */
void replay_records(const struct records *records, bool is_same, struct replay_counts *counts);

#endif
