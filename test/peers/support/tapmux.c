/*
 * tapmux NAMESPACE INTERFACE[:VID]...: a switch port in user space, for tests of frames against the kernel.
 *
 * In: frames on stdin, each after its length as two bytes, high byte first. Out: frames on stdout in the same form.
 * Each INTERFACE becomes a TAP in the network namespace ("-": the present one). One without a VID takes untagged and
 * priority-tagged frames; one with a VID takes that VLAN's frames, their tag removed, and its own frames get the tag.
 * The kernel needs no 802.1Q for that. Frames of other VLANs are dropped. It says "ready" on stderr and ends, with its
 * interfaces, at the end of stdin.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
  PORT_COUNT_MAX = 8,
  FRAME_BYTES_MAX = 2048,
  BUFFER_BYTES = 256 * 1024,
  HEADER_BYTES = 14,
  ADDRESSES_BYTES = 12,
  TAG_BYTES = 4,
};

struct port {
  int fd;
  unsigned vid; /* 0: untagged */
};

static struct port ports[PORT_COUNT_MAX];
static int port_count;

static void fail(const char *what) {
  fprintf(stderr, "tapmux: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void enter_namespace(const char *name) {
  if (strcmp(name, "-") == 0) return;
  char path[256];
  snprintf(path, sizeof path, "/var/run/netns/%s", name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || setns(fd, CLONE_NEWNET) != 0) fail(path);
  close(fd);
}

static void open_port(char *argument) {
  if (port_count == PORT_COUNT_MAX) {
    errno = E2BIG;
    fail(argument);
  }
  char *colon = strchr(argument, ':');
  if (colon != NULL) *colon = 0;
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  strncpy(request.ifr_name, argument, IFNAMSIZ - 1);
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) fail("/dev/net/tun");
  if (ioctl(fd, TUNSETIFF, &request) != 0) fail(argument);
  ports[port_count++] = (struct port){fd, colon == NULL ? 0 : (unsigned)atoi(colon + 1)};
}

static void write_all(const unsigned char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(STDOUT_FILENO, bytes, count);
    if (written < 0 && errno != EINTR) exit(0); /* The test is gone. */
    if (written > 0) bytes += written, count -= (size_t)written;
  }
}

/* Reads what one interface has sent, a frame at a time, into the buffer; returns the bytes used. */
static size_t take_frames(const struct port *port, unsigned char *buffer, size_t room) {
  size_t used = 0;
  while (room - used >= 2 + TAG_BYTES + FRAME_BYTES_MAX) {
    size_t shift = port->vid == 0 ? 0 : TAG_BYTES;
    unsigned char *frame = buffer + used + 2;
    ssize_t count = read(port->fd, frame + shift, FRAME_BYTES_MAX);
    if (count < HEADER_BYTES) break;
    if (shift != 0) {
      memmove(frame, frame + shift, ADDRESSES_BYTES);
      frame[12] = 0x81;
      frame[13] = 0x00;
      frame[14] = (unsigned char)(port->vid >> 8);
      frame[15] = (unsigned char)port->vid;
    }
    size_t bytes = (size_t)count + shift;
    buffer[used] = (unsigned char)(bytes >> 8);
    buffer[used + 1] = (unsigned char)bytes;
    used += 2 + bytes;
  }
  return used;
}

/* Gives one frame to the interfaces of its VLAN. The frame may be changed. A full queue drops it, as a switch would. */
static void give_frame(unsigned char *frame, size_t bytes) {
  if (bytes < HEADER_BYTES + TAG_BYTES) return;
  unsigned vid = 0;
  if (frame[12] == 0x81 && frame[13] == 0x00) {
    vid = (frame[14] << 8 | frame[15]) & 0xfff;
    memmove(frame + TAG_BYTES, frame, ADDRESSES_BYTES);
    frame += TAG_BYTES;
    bytes -= TAG_BYTES;
  }
  for (int index = 0; index < port_count; index++) {
    if (ports[index].vid != vid) continue;
    ssize_t written = write(ports[index].fd, frame, bytes);
    /* EIO: the interface is not up yet. EINVAL: the kernel refuses the frame. */
    if (written < 0 && errno != EIO && errno != EAGAIN && errno != EINVAL && errno != ENOBUFS) fail("write to an interface");
  }
}

/* Gives the whole frames at the start of the buffer away; returns how many bytes they took. */
static size_t give_frames(unsigned char *buffer, size_t bytes) {
  size_t used = 0;
  while (bytes - used >= 2) {
    size_t frame_bytes = (size_t)(buffer[used] << 8 | buffer[used + 1]);
    if (bytes - used < 2 + frame_bytes) break;
    give_frame(buffer + used + 2, frame_bytes);
    used += 2 + frame_bytes;
  }
  return used;
}

int main(int argument_count, char **arguments) {
  static unsigned char input[BUFFER_BYTES];
  static unsigned char output[BUFFER_BYTES];
  struct pollfd polled[PORT_COUNT_MAX + 1];
  size_t waiting = 0;

  if (argument_count < 3) {
    fprintf(stderr, "usage: tapmux NAMESPACE|- INTERFACE[:VID]...\n");
    return 2;
  }
  enter_namespace(arguments[1]);
  for (int index = 2; index < argument_count; index++) open_port(arguments[index]);
  fprintf(stderr, "ready\n");

  for (;;) {
    polled[port_count] = (struct pollfd){STDIN_FILENO, POLLIN, 0};
    for (int index = 0; index < port_count; index++) polled[index] = (struct pollfd){ports[index].fd, POLLIN, 0};
    if (poll(polled, (nfds_t)port_count + 1, -1) < 0) {
      if (errno == EINTR) continue;
      fail("poll");
    }
    for (int index = 0; index < port_count; index++) {
      if (polled[index].revents & POLLIN) write_all(output, take_frames(&ports[index], output, sizeof output));
    }
    if (polled[port_count].revents & (POLLIN | POLLHUP)) {
      ssize_t count = read(STDIN_FILENO, input + waiting, sizeof input - waiting);
      if (count <= 0) return 0;
      waiting += (size_t)count;
      size_t used = give_frames(input, waiting);
      memmove(input, input + used, waiting - used);
      waiting -= used;
    }
  }
}
