/*
 * What every CNI plugin does the same way: standard input is read within bounds and a deadline, and what goes wrong is told
 * in the protocol's error JSON, in the version that was asked.
 */
#ifndef HEDDLE_CNI_H
#define HEDDLE_CNI_H

#include <stdbool.h>
#include <stddef.h>

#ifndef HEDDLE_VERSION
#define HEDDLE_VERSION "unknown"
#endif

enum { INPUT_LIMIT = 1 << 20 };

/* The specification's codes, and Heddle's own from 100 (src/agent/cni/errors.ts). */
enum {
	CODE_VERSION = 1,
	CODE_NO_CONTAINER = 3,
	CODE_ENVIRONMENT = 4,
	CODE_IO = 5,
	CODE_UNDECODABLE = 6,
	CODE_INVALID = 7,
	CODE_TRY_AGAIN = 11,
	CODE_NOT_AVAILABLE = 50,
	CODE_CHECK_FAILED = 103,
	CODE_UNTRUSTED = 106,
	CODE_OTHER_PROTOCOL = 107,
};

/* A part of the standard input; none when `start` is NULL. */
struct span {
	const char *start;
	size_t length;
};

/* CNI_COMMAND; empty when it is not set. */
extern const char *verb;
/* What the configuration says, once it was read; else the newest. */
extern char cni_version[32];
extern char input[INPUT_LIMIT + 1];
extern size_t input_bytes;

/* Everything from here on has this long. */
void set_deadline(long limit_ms);
int remaining_ms(void);
void pause_ms(long ms);

bool write_all(int fd, const char *bytes, size_t count);
/* Text as the inside of a JSON string; what does not fit is left out. */
void escape(const char *text, char *out, size_t size);
/* Prints the error and ends the process with 1. */
__attribute__((noreturn, format(printf, 3, 4))) void fail(int code, const char *message, const char *format, ...);

bool is_verb(const char *name);
/* Reads standard input, cniVersion and CNI_COMMAND. */
void read_call(void);
/* The value of a key of the outermost object, as it is written; of a string without its quotation marks. */
struct span find_value(const char *key);
/* The variable's value; fails when it is not set. */
const char *require_variable(const char *name);
/* Answers VERSION and ends the process. */
__attribute__((noreturn)) void tell_version(void);
/* Fails unless the asked version is one of ours and at least `least`. */
void require_version(const char *least);

/* The plugin "loopback": what this executable is when it is called by that name. */
__attribute__((noreturn)) void loopback(void);

#endif
