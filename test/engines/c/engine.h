/* Offhook's core as a C library: what offhook_hal.h promises of the core, on a module that wasm2c has turned into C.
 *
 * In: an implementation of every hal_ call. Out: core_init, core_poll and the other exports, the core's memory, and whether a call
 * trapped. One instance at a time; a trapped one is only good for engine_close. It knows nothing of what the HAL does. */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "offhook_hal.h"

/* Makes an instance, in place of the one before, and runs its start function. */
void engine_open(void);
void engine_close(void);

/* The core's memory: it never moves or grows while the instance lives. */
uint8_t *engine_memory(uint32_t *bytes);

/* A range of the core's memory, or NULL where it is none: a host believes no pointer and no length. */
uint8_t *engine_range(uint32_t ptr, int32_t bytes);
/* Copies to the core at most its capacity; returns the bytes, or INVALID. */
int32_t engine_give(const void *source, size_t bytes, uint32_t ptr, int32_t capacity);

/* Writes what sys_panic says to a stream: the assertion's code, file and line. */
void engine_print_panic(FILE *stream, int32_t code, int32_t line, uint32_t file_ptr, int32_t file_bytes);

/* True when core_init or core_poll trapped: what it returned means nothing. */
bool engine_trapped(void);

/* For a hal_ call that cannot go on: leaves the core as a trap does. */
_Noreturn void engine_stop(void);

#endif
