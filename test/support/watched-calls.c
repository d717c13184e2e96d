/* Between the telephone on the desktop and the machine, by ld's --wrap; for test/engines/c/desktop-machine.test.ts.
 *
 * It says what is synchronised and renamed. By the variable WATCH, `signal` sends SIGTERM in the last moment before a long wait and says
 * when that was slept through, and `full` lets every msync fail. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LONG_NS = 100000000 };

int __real_fsync(int file);
int __wrap_fsync(int file);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_msync(void *start, size_t bytes, int flags);
int __wrap_msync(void *start, size_t bytes, int flags);
int __real_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *limit, const sigset_t *mask);
int __wrap_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *limit, const sigset_t *mask);

static bool is_watched(const char *what) {
  const char *wanted = getenv("WATCH");
  return wanted != NULL && strcmp(wanted, what) == 0;
}

int __wrap_fsync(int file) {
  struct stat status;
  if (fstat(file, &status) == 0) fprintf(stderr, "synchronised a %s\n", S_ISDIR(status.st_mode) ? "folder" : "file");
  return __real_fsync(file);
}

int __wrap_rename(const char *from, const char *to) {
  fputs("renamed\n", stderr);
  return __real_rename(from, to);
}

int __wrap_msync(void *start, size_t bytes, int flags) {
  if (!is_watched("full")) return __real_msync(start, bytes, flags);
  errno = EIO;
  return -1;
}

int __wrap_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *limit, const sigset_t *mask) {
  const bool is_now = is_watched("signal") && (limit->tv_sec > 0 || limit->tv_nsec > LONG_NS);
  if (is_now) raise(SIGTERM);
  const int ready = __real_ppoll(fds, count, limit, mask);
  if (is_now && ready == 0) fputs("slept through a signal\n", stderr);
  return ready;
}
