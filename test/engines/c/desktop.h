/* The parts of a telephone on a desktop machine, each in a file of its own; together they implement every hal_ call.
 *
 * desktop.c starts and polls the core; desktop-system.c says who the telephone is and what it lacks; desktop-flash.c is a chip in a file,
 * desktop-network.c the machine's sockets, desktop-names.c its resolver, desktop-front.c display and keys on a terminal. */
#ifndef DESKTOP_H
#define DESKTOP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine.h"

enum {
  SOCKET_COUNT_MAX = 32,
  PRESET_COUNT_MAX = 32,
};

/* Microseconds since the program began, monotonic. */
uint64_t clock_us(void);

/* Little endian, at any address. */
void put_u32(uint8_t *target, uint32_t value);

/* Opens a chip's file of this part, or makes an erased one. False with a message on stderr when that cannot be. */
bool flash_open(const char *path, const char *part);
/* One line per part: its name and the seven numbers of flash_geometry. */
void flash_print_parts(void);
/* What a reset clears; a running operation goes on. */
void flash_reset(void);
void flash_close(void);

/* Closes every socket and forgets the address. */
void network_reset(void);
/* Adds what the core waits for; returns how many. `fds` has room for SOCKET_COUNT_MAX. */
size_t network_waits(struct pollfd *fds);

void names_reset(void);
/* A question is under way: its answer comes without a descriptor. */
bool names_are_asked(void);

/* Takes the terminal, where stdin and stdout are one; front_close gives it back. */
void front_open(void);
void front_close(void);
void front_reset(void);
/* Draws what has changed. */
void front_show(void);
/* Takes what was typed; false at its end. */
bool front_type(void);
/* True once `q` was typed. */
bool front_quits(void);

/* The caller keeps the texts alive. */
bool system_add_preset(const char *preset);
void system_set_model(const char *model);
/* Reads DER SubjectPublicKeyInfo; false with a message on stderr. */
bool system_read_key(const char *path);
/* For the instance that begins: the state and the wish for a reset of the one before are gone. */
void system_start(void);
/* True when sys_reset was called, with its cause. */
bool system_wants_reset(int32_t *cause);
/* A value of enum offhook_boot_state. */
int32_t system_state(void);

#endif
