/* The board below the C library: files of the host by semihosting, the serial line, the time.
 *
 * board.c also has the vectors and the way into main(argc, argv). printf goes to the serial line, fopen to a file of the host. When the
 * program ends, a last line says what it took. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* Ticks of the board's timer since the start, at 25 MHz. With QEMU's `-icount shift=0` an instruction takes a nanosecond: a tick is 40. */
uint64_t board_ticks(void);

#endif
