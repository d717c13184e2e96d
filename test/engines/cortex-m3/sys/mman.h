/* What the runtime of wasm2c asks of an operating system for guard pages; there is none here, and bounds are compared instead. */
#ifndef SYS_MMAN_H
#define SYS_MMAN_H

#include <stddef.h>

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define MAP_PRIVATE 2
#define MAP_ANONYMOUS 32
#define MAP_FAILED ((void *)-1)

void *mmap(void *address, size_t bytes, int protection, int flags, int file, long offset);
int munmap(void *address, size_t bytes);
int mprotect(void *address, size_t bytes, int protection);

#endif
