/* The far end: an upgrade script and one software file over HTTP, on a stream that needs no cable.
 *
 * In: what the core sends on its stream. Out: what a file server answers. One stream at a time. */
#ifndef SITE_H
#define SITE_H

#include <stddef.h>
#include <stdint.h>

struct software {
  const char *name;
  uint8_t *data;
  size_t bytes;
};

/* From now on the script names this file, and the server has it. */
void site_has(const struct software *software);

/* The stream, with the statuses of offhook_hal.h. */
void site_open(void);
int32_t site_send(const uint8_t *data, int32_t bytes);
int32_t site_receive(uint8_t *target, int32_t capacity);

#endif
