/* A telephone on this machine: the core over its sockets, a file as its flash chip, a terminal as its front.
 *
 * `desktop --flash FILE --key KEY.der --server ADDRESS:PORT [--part NAME] [--model NAME] [--set NAME=VALUE]… [--until-login]
 * [--seconds N]`, or `desktop --parts`. Its address is set by hand, as in the local procedures: an address of its own is not the machine's
 * to give. Exit 0 when it was ended by q, a signal, or --until-login at the login prompt; 1 when the core stopped or the time was over; 2
 * when the options or a file cannot be used. docs/EMBEDDING.md has the commands. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "desktop.h"

enum {
  GOOD = 0,
  BAD = 1,
  UNUSABLE = 2,
  PANIC_COUNT_MAX = 3,
  NAME_WAIT_US = 10000,
  /* What the login prompt still does (confirming an image) is over when the core wants to wait this long. */
  QUIET_US = 500000,
  SECONDS_MAX = 1000000,
};

struct options {
  const char *flash, *part, *key, *server;
  bool until_login;
  uint64_t end_us;
};

static volatile sig_atomic_t is_interrupted;
static bool is_typing = true;
/* Signals come while the program waits, and at no other time: none can come between a look at them and the wait. */
static sigset_t waiting_signals;

uint64_t clock_us(void) {
  static uint64_t start_us;
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) abort();
  const uint64_t now_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
  if (start_us == 0) start_us = now_us;
  return now_us - start_us;
}

static void interrupt(int number) {
  (void)number;
  is_interrupted = 1;
}

static int usage(void) {
  fputs("usage: desktop --flash FILE --key KEY.der --server ADDRESS:PORT [--part NAME] [--model NAME] [--set NAME=VALUE]\n"
        "               [--until-login] [--seconds N]\n"
        "       desktop --parts\n", stderr);
  return UNUSABLE;
}

/* ---- Running. */

static void start(int32_t cause) {
  system_start();
  network_reset();
  names_reset();
  flash_reset();
  front_reset();
  engine_open();
  if (!engine_trapped()) core_init(OFFHOOK_MODE_TELEPHONE, cause);
}

/* Until the core wants to be polled, or something that it waits for happens. */
static void wait_for(uint64_t wait_us) {
  struct pollfd fds[SOCKET_COUNT_MAX + 1] = {{.fd = is_typing ? STDIN_FILENO : -1, .events = POLLIN}};
  const size_t count = 1 + network_waits(fds + 1);
  if (names_are_asked() && wait_us > NAME_WAIT_US) wait_us = NAME_WAIT_US;
  const struct timespec limit = {.tv_sec = (time_t)(wait_us / 1000000), .tv_nsec = (long)(wait_us % 1000000 * 1000)};
  if (ppoll(fds, count, &limit, &waiting_signals) < 0 && errno != EINTR) abort();
  if (fds[0].revents != 0) is_typing = front_type();
}

static bool is_ended(const struct options *options, int32_t wait_us, int *code) {
  const bool is_login = system_state() == OFFHOOK_BOOT_STATE_LOGIN && wait_us >= QUIET_US;
  if (is_interrupted || front_quits() || (options->until_login && is_login)) *code = GOOD;
  else if (clock_us() >= options->end_us) {
    fputs("desktop: the time is over\n", stderr);
    *code = BAD;
  } else return false;
  return true;
}

/* One poll, and a new instance where one is needed. Answers the wait, or -1 when the core cannot go on. */
static int32_t step(void) {
  static int panic_count;
  const bool was_trapped = engine_trapped();
  const int32_t wait_us = was_trapped ? 0 : core_poll((int32_t)(uint32_t)clock_us());
  int32_t cause = OFFHOOK_RESET_CAUSE_PANIC;
  const bool is_trapped = engine_trapped();
  front_show();
  if (is_trapped && ++panic_count > PANIC_COUNT_MAX) return -1;
  if (!system_wants_reset(&cause) && !is_trapped) return wait_us;
  start(is_trapped ? OFFHOOK_RESET_CAUSE_PANIC : cause);
  return 0;
}

static int run(const struct options *options) {
  int code = GOOD;
  engine_open();
  if (core_abi_version() != OFFHOOK_ABI_VERSION) {
    fprintf(stderr, "desktop: the module has contract %d, this host %d\n", (int)core_abi_version(), OFFHOOK_ABI_VERSION);
    return BAD;
  }
  start(OFFHOOK_RESET_CAUSE_POWER_UP);
  for (;;) {
    const int32_t wait_us = step();
    if (wait_us < 0) {
      fputs("desktop: the core stopped\n", stderr);
      return BAD;
    }
    if (is_ended(options, wait_us, &code)) return code;
    const uint64_t now_us = clock_us();
    const uint64_t left_us = now_us < options->end_us ? options->end_us - now_us : 0;
    wait_for((uint64_t)wait_us < left_us ? (uint64_t)wait_us : left_us);
  }
}

/* ---- Options. */

static bool preset(const char *form, const char *value, int value_bytes) {
  char *text;
  if (asprintf(&text, form, value_bytes, value) < 0) abort();
  return system_add_preset(text); /* Kept to the end. */
}

/* ADDRESS:PORT, for a telephone whose own address was entered by hand. */
static bool use_server(const char *server, struct options *options) {
  const char *colon = strrchr(server, ':');
  char *end;
  if (options->server != NULL || colon == NULL || colon == server) return false;
  options->server = server;
  const long port = strtol(colon + 1, &end, 10);
  if (*end != '\0' || end == colon + 1 || port < 1 || port > 65535) return false;
  return system_add_preset("USE_DHCP=0") && system_add_preset("IPADD=10.0.8.50") && system_add_preset("NETMASK=255.255.255.0") &&
         preset("HTTPSRVR=%.*s", server, (int)(colon - server)) && preset("HTTPPORT=%.*s", colon + 1, 5);
}

static bool use_seconds(const char *text, struct options *options) {
  char *end;
  const long seconds = strtol(text, &end, 10);
  if (*end != '\0' || end == text || seconds < 1 || seconds > SECONDS_MAX) return false;
  options->end_us = (uint64_t)seconds * 1000000;
  return true;
}

static bool use_option(int option, char *value, struct options *options) {
  switch (option) {
    case 'f': options->flash = value; return true;
    case 'p': options->part = value; return true;
    case 'k': options->key = value; return true;
    case 's': return use_server(value, options);
    case 'm': system_set_model(value); return true;
    case 'n': return system_add_preset(value);
    case 'l': options->until_login = true; return true;
    case 't': return use_seconds(value, options);
    case 'h': flash_print_parts(); exit(GOOD);
    default: return false;
  }
}

static bool read_options(int count, char **arguments, struct options *options) {
  static const struct option known[] = {
    {"flash", required_argument, NULL, 'f'}, {"part", required_argument, NULL, 'p'}, {"key", required_argument, NULL, 'k'},
    {"server", required_argument, NULL, 's'}, {"model", required_argument, NULL, 'm'}, {"set", required_argument, NULL, 'n'},
    {"until-login", no_argument, NULL, 'l'}, {"seconds", required_argument, NULL, 't'}, {"parts", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
  };
  for (int option; (option = getopt_long(count, arguments, "", known, NULL)) != -1;)
    if (!use_option(option, optarg, options)) return false;
  return optind == count && options->flash != NULL && options->key != NULL && options->server != NULL;
}

static bool take_signals(void) {
  const struct sigaction on_signal = {.sa_handler = interrupt};
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  if (sigprocmask(SIG_BLOCK, &ends, &waiting_signals) != 0) return false;
  return sigaction(SIGINT, &on_signal, NULL) == 0 && sigaction(SIGTERM, &on_signal, NULL) == 0;
}

int main(int count, char **arguments) {
  struct options options = {.part = "W25Q128JV", .end_us = UINT64_MAX};
  (void)clock_us();
  if (!read_options(count, arguments, &options)) return usage();
  if (!system_read_key(options.key) || !flash_open(options.flash, options.part)) return UNUSABLE;
  if (!take_signals()) return UNUSABLE;
  front_open();
  const int code = run(&options);
  front_close();
  network_reset();
  engine_close();
  flash_close();
  return code;
}
