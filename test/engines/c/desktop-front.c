/* Display and keys: a frame that is drawn anew on a terminal, a line for each change anywhere else.
 *
 * Typed: digits, * and # are the telephone's; a to d its softkeys from the left, m Mute, u up, n down, q the end of the program. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "desktop.h"

enum { KEY_COUNT_MAX = 32, TENTH_PERMILLE = 100, OFF = -1, SCREEN_COLUMNS = 32 };

static const char *const row_names[OFFHOOK_ROW_COUNT] = {
  "title", "prompt", "row 1", "row 2", "row 3", "row 4", "row 5", "row 6", "softkey 1", "softkey 2", "softkey 3", "softkey 4",
};

struct row {
  char text[OFFHOOK_ROW_BYTES_MAX + 1];
  bool is_new;
};

static struct row rows[OFFHOOK_ROW_COUNT];
static int32_t progress = OFF;
static bool is_lamp_on;
static bool is_new;
static uint8_t keys[KEY_COUNT_MAX];
static size_t key_count;
static bool has_quit;
static bool is_terminal;
static struct termios terminal;

void front_open(void) {
  is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && tcgetattr(STDIN_FILENO, &terminal) == 0;
  if (!is_terminal) return;
  struct termios raw = terminal;
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0) perror("desktop: terminal");
  fputs("\033[2J", stdout);
}

void front_close(void) {
  if (is_terminal && tcsetattr(STDIN_FILENO, TCSANOW, &terminal) != 0) perror("desktop: terminal");
}

void front_reset(void) {
  memset(rows, 0, sizeof rows);
  progress = OFF;
  key_count = 0;
  is_new = true;
}

bool front_quits(void) { return has_quit; }

/* ---- Drawing. Latin-1 in, UTF-8 out, and no control characters. */

static void put_text(const char *text, size_t columns) {
  for (; *text != '\0' && columns > 0; text++, columns--) {
    const uint8_t code = (uint8_t)*text;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) putchar('.');
    else if (code < 0x80) putchar(code);
    else printf("%c%c", 0xc0 | code >> 6, 0x80 | (code & 0x3f));
  }
}

static void put_stamp(void) {
  const uint64_t ms = clock_us() / 1000;
  printf("%3u.%03u  ", (unsigned)(ms / 1000), (unsigned)(ms % 1000));
}

static void print_changes(void) {
  for (size_t at = 0; at < OFFHOOK_ROW_COUNT; at++) {
    if (!rows[at].is_new || rows[at].text[0] == '\0') continue;
    put_stamp();
    printf("%-10s", row_names[at]);
    put_text(rows[at].text, OFFHOOK_ROW_BYTES_MAX);
    putchar('\n');
  }
}

static void draw_bar(void) {
  if (progress == OFF) return (void)puts("\033[K");
  const int tenths = (int)(progress / TENTH_PERMILLE);
  printf("[%-10.*s] %3d %%\033[K\n", tenths, "##########", (int)(progress / 10));
}

static void draw(void) {
  fputs("\033[H", stdout);
  for (size_t at = 0; at < OFFHOOK_ROW_SOFTKEY; at++) {
    put_text(rows[at].text, SCREEN_COLUMNS);
    fputs("\033[K\n", stdout);
  }
  draw_bar();
  for (size_t at = OFFHOOK_ROW_SOFTKEY; at < OFFHOOK_ROW_COUNT; at++) {
    printf("%c[", 'a' + (int)(at - OFFHOOK_ROW_SOFTKEY));
    put_text(rows[at].text, SCREEN_COLUMNS / 4);
    fputs("] ", stdout);
  }
  printf("%s\033[K\n\033[J", is_lamp_on ? "lamp" : "");
}

void front_show(void) {
  if (!is_new) return;
  if (is_terminal) draw();
  else print_changes();
  for (size_t at = 0; at < OFFHOOK_ROW_COUNT; at++) rows[at].is_new = false;
  is_new = false;
  fflush(stdout);
}

int32_t hal_display_row(int32_t row, uint32_t ptr, int32_t bytes) {
  const uint8_t *text = engine_range(ptr, bytes);
  if (text == NULL || row < 0 || row >= OFFHOOK_ROW_COUNT || bytes > OFFHOOK_ROW_BYTES_MAX) return OFFHOOK_STATUS_INVALID;
  const bool is_same = strlen(rows[row].text) == (size_t)bytes && memcmp(rows[row].text, text, (size_t)bytes) == 0;
  memcpy(rows[row].text, text, (size_t)bytes);
  rows[row].text[bytes] = '\0';
  rows[row].is_new |= !is_same;
  is_new |= !is_same;
  return OFFHOOK_STATUS_OK;
}

static void set_progress(int32_t permille) {
  const int32_t before = progress < 0 ? OFF : progress / TENTH_PERMILLE;
  progress = permille < 0 ? OFF : permille > 1000 ? 1000 : permille;
  is_new = true;
  if (is_terminal || progress == OFF || progress / TENTH_PERMILLE == before) return;
  front_show(); /* The row that says of what comes first. */
  put_stamp();
  printf("%-10s%d %%\n", "progress", (int)(progress / 10));
}

static void beep(void) {
  if (is_terminal) return (void)putchar('\a');
  put_stamp();
  puts("tone");
}

int32_t hal_display_set(int32_t item, int32_t value) {
  switch (item) {
    case OFFHOOK_DISPLAY_ITEM_PROGRESS: set_progress(value); break;
    case OFFHOOK_DISPLAY_ITEM_LAMP: is_lamp_on = value != 0; break;
    case OFFHOOK_DISPLAY_ITEM_TONE: if (value != 0) beep(); break;
    default: return OFFHOOK_STATUS_INVALID;
  }
  is_new = true;
  return OFFHOOK_STATUS_OK;
}

/* ---- Keys. */

static uint8_t key_of(char typed) {
  if (strchr("0123456789*#", typed) != NULL) return (uint8_t)typed;
  if (typed >= 'a' && typed <= 'd') return (uint8_t)(OFFHOOK_KEY_SOFT1 + typed - 'a');
  if (typed == 'm') return OFFHOOK_KEY_MUTE;
  if (typed == 'u') return OFFHOOK_KEY_UP;
  return typed == 'n' ? OFFHOOK_KEY_DOWN : OFFHOOK_KEY_NONE;
}

bool front_type(void) {
  char typed[KEY_COUNT_MAX];
  const ssize_t bytes = read(STDIN_FILENO, typed, sizeof typed);
  if (bytes < 0) return errno == EINTR || errno == EAGAIN;
  for (ssize_t at = 0; at < bytes; at++) {
    const uint8_t key = typed[at] == '\0' ? OFFHOOK_KEY_NONE : key_of(typed[at]);
    has_quit |= typed[at] == 'q';
    if (key != OFFHOOK_KEY_NONE && key_count < KEY_COUNT_MAX) keys[key_count++] = key;
  }
  return bytes > 0;
}

int32_t hal_keypad_read(void) {
  if (key_count == 0) return OFFHOOK_KEY_NONE;
  const uint8_t key = keys[0];
  memmove(keys, keys + 1, --key_count);
  return key;
}
