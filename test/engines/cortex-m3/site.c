#include "site.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "offhook_hal.h"

enum { QUESTION_BYTES_MAX = 2048, HEAD_BYTES_MAX = 128, SCRIPT_BYTES_MAX = 128 };

static const struct software *served;
static char script[SCRIPT_BYTES_MAX];
static size_t script_bytes;

static char question[QUESTION_BYTES_MAX];
static size_t question_bytes;
static char head[HEAD_BYTES_MAX];
static size_t head_bytes;
static const uint8_t *body;
static size_t body_bytes;
static size_t answered_bytes;

void site_has(const struct software *software) {
  served = software;
  script_bytes = (size_t)snprintf(script, sizeof script, "SET APPNAME %.64s\n", software->name);
}

void site_open(void) {
  question_bytes = head_bytes = body_bytes = answered_bytes = 0;
}

static bool asks_for(const char *name) {
  size_t bytes = strlen(name);
  return strncmp(question, "GET /", 5) == 0 && strncmp(question + 5, name, bytes) == 0 && question[5 + bytes] == ' ';
}

static void answer(void) {
  bool is_script = asks_for("96xxupgrade.txt");
  bool is_there = is_script || asks_for(served->name);
  body = is_script ? (const uint8_t *)script : served->data;
  body_bytes = is_script ? script_bytes : is_there ? served->bytes : 0;
  head_bytes = (size_t)snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %lu\r\nConnection: close\r\n\r\n",
                                is_there ? "200 OK" : "404 Not Found", (unsigned long)body_bytes);
}

int32_t site_send(const uint8_t *data, int32_t bytes) {
  if (bytes < 0 || question_bytes + (size_t)bytes >= sizeof question) return OFFHOOK_STATUS_RESET;
  memcpy(question + question_bytes, data, (size_t)bytes);
  question_bytes += (size_t)bytes;
  question[question_bytes] = '\0';
  if (strstr(question, "\r\n\r\n") != NULL) answer();
  return bytes;
}

int32_t site_receive(uint8_t *target, int32_t capacity) {
  if (head_bytes == 0) return 0;
  bool is_head = answered_bytes < head_bytes;
  const uint8_t *from = is_head ? (const uint8_t *)head : body;
  size_t at = is_head ? answered_bytes : answered_bytes - head_bytes;
  size_t bytes = (is_head ? head_bytes : body_bytes) - at;
  if (bytes == 0) return OFFHOOK_STATUS_CLOSED;
  if (bytes > (size_t)capacity) bytes = (size_t)capacity;
  memcpy(target, from + at, bytes);
  answered_bytes += bytes;
  return (int32_t)bytes;
}
