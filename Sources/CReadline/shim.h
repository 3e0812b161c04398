#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <readline/readline.h>
#include <readline/history.h>

// The library's variables, which Swift's checks for shared state don't let through: it has one line and one thread.

// What doesn't change while the program runs. Signals are the program's own business.
static inline void er_prepare(const char *name, FILE *out) {
  rl_readline_name = name;
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_instream = stdin;
  rl_outstream = out;
  rl_initialize();
  // A terminal that knows nothing doesn't know how to mark a paste either.
  const char *terminal = getenv("TERM");
  int marks = terminal != NULL && strcmp(terminal, "dumb") != 0;
  rl_variable_bind("enable-bracketed-paste", marks ? "on" : "off");
}

static inline FILE *er_stdout(void) { return stdout; }
static inline FILE *er_stderr(void) { return stderr; }

static inline const char *er_line(void) { return rl_line_buffer; }
static inline int er_cursor(void) { return rl_point; }

// Puts `text` in the place of what stands between `start` and the cursor.
static inline void er_replace(int start, const char *text) {
  rl_begin_undo_group();
  rl_delete_text(start, rl_point);
  rl_point = start;
  rl_insert_text(text);
  rl_end_undo_group();
}

// Calls `complete` for the key Tab, whatever the editing mode.
static inline void er_bind_tab(rl_command_func_t *complete) {
  rl_bind_key_in_map('\t', complete, emacs_standard_keymap);
  rl_bind_key_in_map('\t', complete, vi_insertion_keymap);
}

// Shows a list below the line and then the line again; `matches[0]` isn't shown.
static inline void er_list(char **matches, int count, int longest) {
  rl_display_match_list(matches, count, longest);
  rl_forced_update_display();
}

// Forgets the line being typed, leaving what the terminal shows of it.
static inline void er_abandon(void) {
  rl_free_line_state();
  rl_callback_sigcleanup();
  rl_replace_line("", 0);
  rl_point = rl_end;
  rl_crlf();
  rl_callback_handler_remove();
}

// Waits for input, with these signals alone blocked; negative where one of the others came.
static inline int er_wait(const sigset_t *blocked) {
  fd_set descriptors;
  FD_ZERO(&descriptors);
  FD_SET(0, &descriptors);
  return pselect(1, &descriptors, NULL, NULL, NULL, blocked);
}
