/* The network group on BSD sockets: nothing blocks, no root. The machine's stack is below, so its address, ARP and VLANs are not ours.
 *
 * A handle is never used twice, so a stale one cannot mean a new socket. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "desktop.h"

enum { DATAGRAM_BYTES_MAX = 65507, NAME_BYTES_MAX = 255, PORT_MAX = 65535, DHCP_CLIENT_PORT = 68 };

struct endpoint {
  bool is_open;
  bool is_stream;
  int32_t handle;
  int fd; /* -1 once a stream has failed. */
  int32_t status; /* Of a stream: OK, PENDING, or how it failed. */
  const char *reason;
  short waits; /* POLLIN, POLLOUT: what the core found nothing of. */
};

static struct endpoint endpoints[SOCKET_COUNT_MAX];
static int32_t handle_next;
static bool is_configured;

static struct endpoint *find(int32_t handle, bool is_stream) {
  for (size_t at = 0; at < SOCKET_COUNT_MAX; at++)
    if (endpoints[at].is_open && endpoints[at].handle == handle && endpoints[at].is_stream == is_stream) return &endpoints[at];
  return NULL;
}

static struct endpoint *open_endpoint(bool is_stream) {
  for (size_t at = 0; at < SOCKET_COUNT_MAX; at++) {
    struct endpoint *endpoint = &endpoints[at];
    if (endpoint->is_open || handle_next == INT32_MAX) continue;
    int fd = socket(AF_INET, is_stream ? SOCK_STREAM : SOCK_DGRAM, 0);
    if (fd < 0) return NULL;
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
      close(fd);
      return NULL;
    }
    *endpoint = (struct endpoint){.is_open = true, .is_stream = is_stream, .handle = handle_next++, .fd = fd, .reason = ""};
    return endpoint;
  }
  return NULL;
}

static void close_socket(struct endpoint *endpoint, bool is_abort) {
  const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  if (endpoint->fd < 0) return;
  if (is_abort && endpoint->is_stream) (void)setsockopt(endpoint->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(endpoint->fd);
  endpoint->fd = -1;
  endpoint->waits = 0;
}

/* The first reason stays. */
static void fail(struct endpoint *endpoint, int32_t status, const char *reason) {
  if (endpoint->status != OFFHOOK_STATUS_OK && endpoint->status != OFFHOOK_STATUS_PENDING) return;
  endpoint->status = status;
  endpoint->reason = reason;
  close_socket(endpoint, true);
}

/* Whatever is not here kept the machine from reaching the address at all. */
static int32_t status_of(int error) {
  switch (error) {
    case ECONNREFUSED: return OFFHOOK_STATUS_REFUSED;
    case ECONNRESET: case ECONNABORTED: case EPIPE: return OFFHOOK_STATUS_RESET;
    case ETIMEDOUT: return OFFHOOK_STATUS_TIMED_OUT;
    default: return OFFHOOK_STATUS_UNREACHABLE;
  }
}

static bool is_later(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

static struct sockaddr_in socket_address(int32_t address, int32_t port) {
  struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  target.sin_addr.s_addr = htonl((uint32_t)address);
  return target;
}

void network_reset(void) {
  for (size_t at = 0; at < SOCKET_COUNT_MAX; at++) {
    if (endpoints[at].is_open) close_socket(&endpoints[at], true);
    endpoints[at].is_open = false;
  }
  is_configured = false;
}

size_t network_waits(struct pollfd *fds) {
  size_t count = 0;
  for (size_t at = 0; at < SOCKET_COUNT_MAX; at++) {
    const struct endpoint *endpoint = &endpoints[at];
    if (endpoint->is_open && endpoint->fd >= 0 && endpoint->waits != 0)
      fds[count++] = (struct pollfd){.fd = endpoint->fd, .events = endpoint->waits};
  }
  return count;
}

int32_t hal_net_configure(int32_t address, int32_t mask, int32_t router, int32_t mtu) {
  (void)mask, (void)router, (void)mtu; /* The machine's. */
  is_configured = address != 0;
  for (size_t at = 0; at < SOCKET_COUNT_MAX && !is_configured; at++)
    if (endpoints[at].is_open && endpoints[at].is_stream) fail(&endpoints[at], OFFHOOK_STATUS_RESET, "the telephone gave up its address");
  return OFFHOOK_STATUS_OK;
}

int32_t hal_net_close(int32_t handle, int32_t is_abort) {
  struct endpoint *endpoint = find(handle, true);
  if (endpoint == NULL) endpoint = find(handle, false);
  if (endpoint == NULL) return OFFHOOK_STATUS_INVALID;
  close_socket(endpoint, is_abort != 0);
  endpoint->is_open = false;
  return OFFHOOK_STATUS_OK;
}

/* ---- Datagrams. The machine chooses the port: the telephone's own may be taken here. */

/* The machine's address is not ours to ask for. */
static int32_t refuse_dhcp(void) {
  static bool is_told;
  if (!is_told) fputs("desktop: there is no DHCP here: USE_DHCP must be 0\n", stderr);
  is_told = true;
  return OFFHOOK_STATUS_UNSUPPORTED;
}

int32_t hal_udp_open(int32_t port) {
  if (port < 0 || port > PORT_MAX) return OFFHOOK_STATUS_INVALID;
  if (port == DHCP_CLIENT_PORT) return refuse_dhcp();
  struct endpoint *endpoint = open_endpoint(false);
  if (endpoint == NULL) return OFFHOOK_STATUS_NO_SPACE;
  const struct sockaddr_in any = socket_address(INADDR_ANY, 0);
  if (bind(endpoint->fd, (const struct sockaddr *)&any, sizeof any) != 0) {
    hal_net_close(endpoint->handle, 1);
    return OFFHOOK_STATUS_NO_SPACE;
  }
  endpoint->waits = POLLIN;
  return endpoint->handle;
}

int32_t hal_udp_send(int32_t handle, int32_t address, int32_t port, uint32_t ptr, int32_t bytes) {
  const struct endpoint *endpoint = find(handle, false);
  const uint8_t *source = engine_range(ptr, bytes);
  if (endpoint == NULL || source == NULL || bytes > DATAGRAM_BYTES_MAX || port < 1 || port > PORT_MAX) return OFFHOOK_STATUS_INVALID;
  if (!is_configured) return OFFHOOK_STATUS_NO_LINK;
  const struct sockaddr_in target = socket_address(address, port);
  const ssize_t sent = sendto(endpoint->fd, source, (size_t)bytes, 0, (const struct sockaddr *)&target, sizeof target);
  if (sent >= 0) return (int32_t)sent;
  return is_later(errno) ? OFFHOOK_STATUS_WOULD_BLOCK : OFFHOOK_STATUS_NO_LINK;
}

int32_t hal_udp_receive(int32_t handle, uint32_t ptr, int32_t capacity, uint32_t from_ptr) {
  struct endpoint *endpoint = find(handle, false);
  uint8_t *target = engine_range(ptr, capacity), *from = engine_range(from_ptr, 8);
  struct sockaddr_in sender = {0};
  if (endpoint == NULL || target == NULL || from == NULL) return OFFHOOK_STATUS_INVALID;
  ssize_t bytes;
  do { /* What is empty or too long is dropped, and the next one taken. */
    socklen_t sender_bytes = sizeof sender;
    bytes = recvfrom(endpoint->fd, target, (size_t)capacity, MSG_TRUNC, (struct sockaddr *)&sender, &sender_bytes);
  } while (bytes == 0 || bytes > capacity);
  if (bytes < 0) return 0;
  put_u32(from, ntohl(sender.sin_addr.s_addr));
  put_u32(from + 4, ntohs(sender.sin_port));
  return (int32_t)bytes;
}

/* ---- Streams. No TLS here. */

static void begin(struct endpoint *stream, int32_t address, int32_t port) {
  const struct sockaddr_in target = socket_address(address, port);
  const int on = 1;
  (void)setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  stream->status = OFFHOOK_STATUS_PENDING;
  stream->waits = POLLOUT;
  if (!is_configured) fail(stream, OFFHOOK_STATUS_RESET, "the telephone has no address yet");
  else if (connect(stream->fd, (const struct sockaddr *)&target, sizeof target) != 0 && errno != EINPROGRESS)
    fail(stream, status_of(errno), strerror(errno));
}

int32_t hal_tcp_open(int32_t address, int32_t port, int32_t flags, uint32_t name_ptr, int32_t name_bytes) {
  if (engine_range(name_ptr, name_bytes) == NULL || name_bytes > NAME_BYTES_MAX) return OFFHOOK_STATUS_INVALID;
  if (port < 1 || port > PORT_MAX) return OFFHOOK_STATUS_INVALID;
  if ((flags & OFFHOOK_TCP_FLAG_TLS) != 0) return OFFHOOK_STATUS_UNSUPPORTED;
  struct endpoint *stream = open_endpoint(true);
  if (stream == NULL) return OFFHOOK_STATUS_NO_SPACE;
  begin(stream, address, port);
  return stream->handle;
}

/* Asks the machine whether a connection has come about. */
static void connect_end(struct endpoint *stream) {
  struct pollfd fd = {.fd = stream->fd, .events = POLLOUT};
  int error = 0;
  socklen_t error_bytes = sizeof error;
  if (poll(&fd, 1, 0) <= 0) return;
  if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &error_bytes) != 0) error = errno;
  if (error != 0) return fail(stream, status_of(error), strerror(error));
  stream->status = OFFHOOK_STATUS_OK;
  stream->waits = 0;
}

int32_t hal_tcp_state(int32_t handle, uint32_t reason_ptr, int32_t capacity) {
  struct endpoint *stream = find(handle, true);
  if (stream == NULL || engine_range(reason_ptr, capacity) == NULL) return OFFHOOK_STATUS_INVALID;
  if (stream->status == OFFHOOK_STATUS_PENDING) connect_end(stream);
  if (stream->status != OFFHOOK_STATUS_OK && stream->status != OFFHOOK_STATUS_PENDING)
    (void)engine_give(stream->reason, strlen(stream->reason) + 1, reason_ptr, capacity);
  return stream->status;
}

/* A stream that is not open takes and gives nothing. */
static int32_t closed_answer(const struct endpoint *stream) {
  return stream->status == OFFHOOK_STATUS_PENDING ? 0 : OFFHOOK_STATUS_RESET;
}

/* What a call that moved nothing says, and what the core then waits for. */
static int32_t stopped(struct endpoint *stream, short waits) {
  if (!is_later(errno)) {
    fail(stream, OFFHOOK_STATUS_RESET, strerror(errno));
    return OFFHOOK_STATUS_RESET;
  }
  stream->waits |= waits;
  return 0;
}

int32_t hal_tcp_send(int32_t handle, uint32_t ptr, int32_t bytes) {
  struct endpoint *stream = find(handle, true);
  const uint8_t *source = engine_range(ptr, bytes);
  if (stream == NULL || source == NULL) return OFFHOOK_STATUS_INVALID;
  if (stream->status != OFFHOOK_STATUS_OK) return closed_answer(stream);
  stream->waits &= ~POLLOUT;
  const ssize_t sent = send(stream->fd, source, (size_t)bytes, MSG_NOSIGNAL);
  if (sent >= 0 && sent < bytes) stream->waits |= POLLOUT;
  return sent < 0 ? stopped(stream, POLLOUT) : (int32_t)sent;
}

int32_t hal_tcp_receive(int32_t handle, uint32_t ptr, int32_t capacity) {
  struct endpoint *stream = find(handle, true);
  uint8_t *target = engine_range(ptr, capacity);
  if (stream == NULL || target == NULL) return OFFHOOK_STATUS_INVALID;
  if (stream->status != OFFHOOK_STATUS_OK) return closed_answer(stream);
  stream->waits &= ~POLLIN;
  if (capacity == 0) return 0;
  const ssize_t bytes = recv(stream->fd, target, (size_t)capacity, 0);
  if (bytes == 0) return OFFHOOK_STATUS_CLOSED;
  return bytes < 0 ? stopped(stream, POLLIN) : (int32_t)bytes;
}
