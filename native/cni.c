#define _GNU_SOURCE
#include "cni.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const char *verb = "";
char cni_version[32] = "1.1.0";
char input[INPUT_LIMIT + 1];
size_t input_bytes;

static int64_t deadline_ms;
static const char *const supported[] = { "0.3.1", "0.4.0", "1.0.0", "1.1.0" };

enum { SUPPORTED = sizeof(supported) / sizeof(supported[0]) };

/* -- time ---------------------------------------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void set_deadline(long limit_ms)
{
	deadline_ms = now_ms() + limit_ms;
}

int remaining_ms(void)
{
	int64_t left = deadline_ms - now_ms();

	return left > 0 ? (int)left : 0;
}

void pause_ms(long ms)
{
	struct timespec pause = { .tv_sec = 0, .tv_nsec = ms * 1000000 };

	nanosleep(&pause, NULL);
}

/* -- what is said -------------------------------------------------------------------------------------------------- */

bool write_all(int fd, const char *bytes, size_t count)
{
	while (count > 0) {
		ssize_t written = write(fd, bytes, count);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		bytes += written;
		count -= (size_t)written;
	}
	return true;
}

void escape(const char *text, char *out, size_t size)
{
	size_t used = 0;

	for (; *text != '\0' && used + 7 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\') {
			out[used++] = '\\';
			out[used++] = (char)c;
		} else if (c < 0x20 || c >= 0x7f) {
			used += (size_t)snprintf(out + used, size - used, "\\u%04x", c);
		} else {
			out[used++] = (char)c;
		}
	}
	out[used] = '\0';
}

void fail(int code, const char *message, const char *format, ...)
{
	char details[1024], quoted[2048], json[3072];
	va_list arguments;
	int length;

	va_start(arguments, format);
	vsnprintf(details, sizeof(details), format, arguments);
	va_end(arguments);
	escape(details, quoted, sizeof(quoted));
	length = snprintf(json, sizeof(json), "{\"cniVersion\":\"%s\",\"code\":%d,\"msg\":\"%s\",\"details\":\"%s\"}\n",
			  cni_version, code, message, quoted);
	write_all(STDOUT_FILENO, json, (size_t)length);
	exit(1);
}

void tell_version(void)
{
	char json[256];
	int length = snprintf(json, sizeof(json),
			      "{\"cniVersion\":\"%s\",\"supportedVersions\":[\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}\n",
			      cni_version);

	exit(write_all(STDOUT_FILENO, json, (size_t)length) ? 0 : 1);
}

/* -- standard input ------------------------------------------------------------------------------------------------ */

static void read_input(void)
{
	while (input_bytes < sizeof(input)) {
		struct pollfd readable = { .fd = STDIN_FILENO, .events = POLLIN };
		int ready = poll(&readable, 1, remaining_ms());
		ssize_t got;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0)
			fail(CODE_IO, "cannot read the network configuration", "standard input did not end in time");
		got = read(STDIN_FILENO, input + input_bytes, sizeof(input) - input_bytes);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got < 0)
			fail(CODE_IO, "cannot read the network configuration", "standard input: %s", strerror(errno));
		if (got == 0)
			return;
		input_bytes += (size_t)got;
	}
	fail(CODE_UNDECODABLE, "the network configuration is too long", "standard input has more than %d bytes", INPUT_LIMIT);
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static size_t skip_space(size_t at)
{
	while (at < input_bytes && is_one_of(input[at], " \t\r\n"))
		at++;
	return at;
}

/* The place behind the string that begins at a quotation mark; the input's end when it does not end. */
static size_t skip_string(size_t at)
{
	for (at++; at < input_bytes && input[at] != '"'; at++)
		if (input[at] == '\\')
			at++;
	return at < input_bytes ? at + 1 : input_bytes;
}

/* The place behind the value that begins here: no judge of JSON, but never beyond the input. */
static size_t skip_value(size_t at)
{
	size_t depth = 0;

	while (at < input_bytes) {
		char c = input[at];

		if (depth == 0 && is_one_of(c, ",]} \t\r\n"))
			return at;
		at = c == '"' ? skip_string(at) : at + 1;
		if (is_one_of(c, "{["))
			depth++;
		else if (is_one_of(c, "}]") && --depth == 0)
			return at;
		else if (c == '"' && depth == 0)
			return at;
	}
	return input_bytes;
}

static struct span value_at(size_t from)
{
	size_t to = skip_value(from);

	if (from < input_bytes && input[from] == '"')
		return to - from < 2 ? (struct span){ NULL, 0 } : (struct span){ input + from + 1, to - from - 2 };
	return (struct span){ to > from ? input + from : NULL, to - from };
}

struct span find_value(const char *key)
{
	size_t at = skip_space(0), length = strlen(key);

	if (at >= input_bytes || input[at] != '{')
		return (struct span){ NULL, 0 };
	for (at = skip_space(at + 1); at < input_bytes && input[at] == '"'; at = skip_space(at)) {
		size_t end = skip_string(at);
		bool found = end - at == length + 2 && memcmp(input + at + 1, key, length) == 0;

		at = skip_space(end);
		if (at >= input_bytes || input[at] != ':')
			break;
		at = skip_space(at + 1);
		if (found)
			return value_at(at);
		at = skip_space(skip_value(at));
		if (at < input_bytes && input[at] == ',')
			at++;
	}
	return (struct span){ NULL, 0 };
}

static void find_version(void)
{
	struct span value = find_value("cniVersion");

	if (value.start == NULL || value.length == 0 || value.length >= sizeof(cni_version))
		return;
	for (size_t at = 0; at < value.length; at++)
		if (!is_one_of(value.start[at], "0123456789."))
			return;
	memcpy(cni_version, value.start, value.length);
	cni_version[value.length] = '\0';
}

/* -- the call ------------------------------------------------------------------------------------------------------ */

bool is_verb(const char *name)
{
	return strcmp(verb, name) == 0;
}

const char *require_variable(const char *name)
{
	const char *value = getenv(name);

	if (value == NULL || value[0] == '\0')
		fail(CODE_ENVIRONMENT, "a required environment variable is missing",
		     "%s is not set: this is a CNI plugin (Heddle %s), which a container runtime calls", name, HEDDLE_VERSION);
	return value;
}

void read_call(void)
{
	/* A person's terminal is no configuration. */
	if (!isatty(STDIN_FILENO))
		read_input();
	find_version();
	verb = require_variable("CNI_COMMAND");
}

static int place_of(const char *version)
{
	for (int place = 0; place < SUPPORTED; place++)
		if (strcmp(supported[place], version) == 0)
			return place;
	return -1;
}

void require_version(const char *least)
{
	if (place_of(cni_version) < place_of(least))
		fail(CODE_VERSION, "incompatible CNI version", "cniVersion is %s: %s is there from %s to 1.1.0", cni_version, verb,
		     least);
}
