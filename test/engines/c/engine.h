/* Offhook's core as a C library: what offhook_hal.h promises of the core, on a module that wasm2c has turned into C.
 *
 * In: an implementation of every hal_ call. Out: core_init, core_poll and the other exports, the core's memory, and whether a call
 * trapped. One instance at a time; a trapped one is only good for engine_close. It knows nothing of what the HAL does. */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "offhook_hal.h"

/* Makes an instance, in place of the one before, and runs its start function. */
void engine_open(void);
void engine_close(void);

/* The core's memory: it never moves or grows while the instance lives. */
uint8_t *engine_memory(uint32_t *bytes);

/* True when core_init or core_poll trapped: what it returned means nothing. */
bool engine_trapped(void);

/* For a hal_ call that cannot go on: leaves the core as a trap does. */
_Noreturn void engine_stop(void);

#endif
