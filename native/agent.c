/*
 * Frames: "HDLC", u8 protocol version, u8 kind, u16 0, u32 length (little endian), then the body.
 *   request        fields of u8 id, u32 length, bytes
 *   answer         u8 exit status, then what goes to standard output
 *   other version  u8 lowest and u8 highest version that the agent speaks
 */
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { HEADER_BYTES = 12, FIELD_HEADER_BYTES = 5, BODY_LIMIT = INPUT_LIMIT };
enum { KIND_REQUEST = 1, KIND_ANSWER = 2, KIND_OTHER_VERSION = 3 };

enum outcome { OUTCOME_DOWN, OUTCOME_OTHER_VERSION };

static char down_reason[256];

const char *why_down(void)
{
	return down_reason;
}

void fail_unreachable(const char *why)
{
	int code = is_verb("STATUS") ? CODE_NOT_AVAILABLE : CODE_TRY_AGAIN;

	fail(code, "Heddle's node agent does not answer", "%s: %s; see whether the agent runs on this node: heddle agent status",
	     socket_path, why);
}

/* -- the request --------------------------------------------------------------------------------------------------- */

static const struct {
	uint8_t id;
	const char *name;
} variables[] = {
	{ 1, "CNI_COMMAND" }, { 2, "CNI_CONTAINERID" }, { 3, "CNI_NETNS" }, { 4, "CNI_IFNAME" },
	{ 5, "CNI_ARGS" },    { 6, "CNI_PATH" },
};

enum { VARIABLES = sizeof(variables) / sizeof(variables[0]), FIELDS = VARIABLES + 2, PARTS = 1 + 2 * FIELDS };
enum { FIELD_INPUT = 7, FIELD_CLIENT = 8 };

static unsigned char header[HEADER_BYTES];
static unsigned char field_headers[FIELDS][FIELD_HEADER_BYTES];
static struct iovec parts[PARTS];
static int part_count;

static void put_u32(unsigned char *out, size_t value)
{
	for (int byte = 0; byte < 4; byte++)
		out[byte] = (unsigned char)(value >> (8 * byte));
}

static size_t get_u32(const unsigned char *bytes)
{
	return (size_t)bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
}

static size_t add_field(size_t field, uint8_t id, struct iovec value)
{
	field_headers[field][0] = id;
	put_u32(field_headers[field] + 1, value.iov_len);
	parts[part_count++] = (struct iovec){ field_headers[field], FIELD_HEADER_BYTES };
	parts[part_count++] = value;
	return FIELD_HEADER_BYTES + value.iov_len;
}

/* The frame as parts that lie where they were found: nothing is copied. */
void build_request(void)
{
	static char client[] = HEDDLE_VERSION;
	size_t total = 0, field = 0;

	parts[part_count++] = (struct iovec){ header, HEADER_BYTES };
	for (size_t index = 0; index < VARIABLES; index++) {
		char *value = getenv(variables[index].name);

		if (value != NULL)
			total += add_field(field++, variables[index].id, (struct iovec){ value, strlen(value) });
	}
	total += add_field(field++, FIELD_CLIENT, (struct iovec){ client, sizeof(client) - 1 });
	total += add_field(field++, FIELD_INPUT, (struct iovec){ input, input_bytes });
	if (total > BODY_LIMIT)
		fail(CODE_ENVIRONMENT, "the request is too long",
		     "CNI_ARGS, CNI_PATH and standard input have %zu bytes together, %d are allowed", total, BODY_LIMIT);
	memcpy(header, "HDLC", 4);
	header[5] = KIND_REQUEST;
	put_u32(header + 8, total);
}

int request_parts(const struct iovec **all, size_t *bytes)
{
	header[4] = HEDDLE_PROTOCOL;
	*all = parts;
	*bytes = HEADER_BYTES + get_u32(header + 8);
	return part_count;
}

/* -- the socket ---------------------------------------------------------------------------------------------------- */

static enum outcome is_down(const char *what, int error)
{
	snprintf(down_reason, sizeof(down_reason), "%s: %s", what, strerror(error));
	return OUTCOME_DOWN;
}

void wait_for(int fd, short events)
{
	struct pollfd waiting = { .fd = fd, .events = events };
	int ready = poll(&waiting, 1, remaining_ms());

	if (ready == 0)
		fail_unreachable("no answer within the time limit");
}

/* Who listens must be who owns the socket's file: root, or who runs this. */
static void check_peer(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || (peer.uid != 0 && peer.uid != geteuid()))
		fail(CODE_UNTRUSTED, "the agent's socket is not trusted", "%s: the process that listens there is not root's",
		     socket_path);
}

int dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat found;
	int fd;

	if (lstat(socket_path, &found) != 0)
		return -1;
	if (!S_ISSOCK(found.st_mode) || !is_trusted(&found))
		fail(CODE_UNTRUSTED, "the agent's socket is not trusted",
		     "%s must be a socket that belongs to root and is writable by no other", socket_path);
	strcpy(address.sun_path, socket_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	/* EAGAIN: so many wait to be accepted that there is no room for one more. */
	while (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		if (errno != EAGAIN && errno != EINTR) {
			int error = errno;

			close(fd);
			errno = error;
			return -1;
		}
		if (remaining_ms() == 0)
			fail_unreachable("it accepts no connection within the time limit");
		pause_ms(2);
	}
	check_peer(fd);
	return fd;
}

static void send_request(int fd)
{
	struct iovec rest[PARTS];
	struct msghdr message = { .msg_iov = rest, .msg_iovlen = (size_t)part_count };

	memcpy(rest, parts, sizeof(rest));
	while (message.msg_iovlen > 0) {
		ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN)
			wait_for(fd, POLLOUT);
		else if (sent < 0 && errno != EINTR)
			return; /* It may have answered before it closed: that is read next. */
		for (; sent > 0 && (size_t)sent >= message.msg_iov->iov_len; message.msg_iov++, message.msg_iovlen--)
			sent -= (ssize_t)message.msg_iov->iov_len;
		if (sent > 0) {
			message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + sent;
			message.msg_iov->iov_len -= (size_t)sent;
		}
		while (message.msg_iovlen > 0 && message.msg_iov->iov_len == 0) {
			message.msg_iov++;
			message.msg_iovlen--;
		}
	}
}

/* True when all bytes came; else errno tells why, 0 being that the agent hung up. */
static bool receive(int fd, void *target, size_t count)
{
	char *out = target;

	while (count > 0) {
		ssize_t got = recv(fd, out, count, 0);

		if (got < 0 && errno == EAGAIN) {
			wait_for(fd, POLLIN);
		} else if (got < 0 && errno != EINTR) {
			return false;
		} else if (got == 0) {
			errno = ECONNRESET;
			return false;
		} else if (got > 0) {
			out += got;
			count -= (size_t)got;
		}
	}
	return true;
}

__attribute__((noreturn)) static void fail_garbled(void)
{
	fail(CODE_OTHER_PROTOCOL, "Heddle's node agent answered what this plugin cannot read",
	     "%s: expected an answer in protocol %d; install the plugin of the agent's version", socket_path, HEDDLE_PROTOCOL);
}

/*
 * Asks once in one protocol version. Returns only without an answer: the agent is down, or speaks other versions, which
 * are then in `spoken`.
 */
static enum outcome ask(unsigned char version, unsigned char spoken[2])
{
	static char answer[BODY_LIMIT];
	unsigned char head[HEADER_BYTES];
	size_t length;
	int fd = dial();

	if (fd < 0)
		return is_down("no connection", errno);
	header[4] = version;
	send_request(fd);
	if (!receive(fd, head, sizeof(head))) {
		int error = errno;

		close(fd);
		return is_down("it hung up", error);
	}
	length = get_u32(head + 8);
	if (memcmp(head, "HDLC", 4) != 0 || length == 0 || length > sizeof(answer))
		fail_garbled();
	if (!receive(fd, answer, length)) {
		int error = errno;

		close(fd);
		return is_down("it hung up amid its answer", error);
	}
	close(fd);
	if (head[5] == KIND_OTHER_VERSION && length == 2) {
		memcpy(spoken, answer, 2);
		return OUTCOME_OTHER_VERSION;
	}
	if (head[5] != KIND_ANSWER)
		fail_garbled();
	exit(write_all(STDOUT_FILENO, answer + 1, length - 1) ? (unsigned char)answer[0] : 1);
}

/* In our protocol version, and in the one before it where the agent is older. */
void ask_agent(void)
{
	unsigned char spoken[2];
	int older = HEDDLE_PROTOCOL - 1;

	if (ask(HEDDLE_PROTOCOL, spoken) == OUTCOME_DOWN)
		return;
	if (older > 0 && spoken[0] <= older && spoken[1] >= older && ask((unsigned char)older, spoken) == OUTCOME_DOWN)
		return;
	fail(CODE_OTHER_PROTOCOL, "Heddle's node agent speaks another protocol",
	     "it speaks versions %d to %d, this plugin (%s) version %d; install the plugin of the agent's version", spoken[0],
	     spoken[1], HEDDLE_VERSION, HEDDLE_PROTOCOL);
}
