/* Names by the machine's resolver, one question at a time, without waiting (getaddrinfo_a of glibc). The telephone's own name servers are
 * not asked: on this machine names mean what they mean to other programs. */
#define _GNU_SOURCE
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "desktop.h"

enum { NAME_BYTES_MAX = 255, SERVER_COUNT_MAX = 8 };

static char name[NAME_BYTES_MAX + 1];
static const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
static struct gaicb question = {.ar_name = name, .ar_request = &hints};
static bool is_asked;
static bool is_abandoned;

static void forget(void) {
  if (question.ar_result != NULL) freeaddrinfo(question.ar_result);
  question.ar_result = NULL;
  is_asked = is_abandoned = false;
}

bool names_are_asked(void) { return is_asked; }

/* What the resolver has begun it must end before its memory is used again. */
void names_reset(void) {
  if (!is_asked) return;
  is_abandoned = true;
  if (gai_cancel(&question) != EAI_NOTCANCELED) forget();
}

static int32_t ask(const uint8_t *text, size_t bytes) {
  struct gaicb *list[] = {&question};
  memcpy(name, text, bytes);
  name[bytes] = '\0';
  is_asked = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL) == 0;
  return is_asked ? OFFHOOK_STATUS_PENDING : OFFHOOK_STATUS_TIMED_OUT;
}

static int32_t answer(int error, uint8_t *out, int32_t capacity) {
  int32_t count = 0;
  if (error == EAI_AGAIN) return OFFHOOK_STATUS_TIMED_OUT;
  if (error != 0) return OFFHOOK_STATUS_NO_NAME;
  for (const struct addrinfo *entry = question.ar_result; entry != NULL && count < capacity; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET) continue;
    struct sockaddr_in found;
    memcpy(&found, entry->ai_addr, sizeof found);
    put_u32(out + 4 * count++, ntohl(found.sin_addr.s_addr));
  }
  return count == 0 ? OFFHOOK_STATUS_NO_NAME : count;
}

int32_t hal_dns_resolve(uint32_t name_ptr, int32_t name_bytes, uint32_t servers_ptr, int32_t server_count, uint32_t out_ptr,
                        int32_t out_capacity) {
  const uint8_t *text = engine_range(name_ptr, name_bytes);
  if (text == NULL || name_bytes > NAME_BYTES_MAX || server_count < 0 || server_count > SERVER_COUNT_MAX ||
      out_capacity < 0 || out_capacity > INT32_MAX / 4) return OFFHOOK_STATUS_INVALID;
  uint8_t *out = engine_range(out_ptr, 4 * out_capacity);
  if (out == NULL || engine_range(servers_ptr, 4 * server_count) == NULL) return OFFHOOK_STATUS_INVALID;
  if (name_bytes == 0 || memchr(text, '\0', (size_t)name_bytes) != NULL) return OFFHOOK_STATUS_NO_NAME;
  const bool is_same = strlen(name) == (size_t)name_bytes && memcmp(name, text, (size_t)name_bytes) == 0;
  if (is_asked && !is_same) names_reset();
  const int error = is_asked ? gai_error(&question) : 0;
  if (error == EAI_INPROGRESS) return OFFHOOK_STATUS_PENDING;
  if (is_abandoned) forget();
  if (!is_asked) return ask(text, (size_t)name_bytes);
  const int32_t result = answer(error, out, out_capacity);
  forget();
  return result;
}
