/*
 * heddle-cni: the executable that a container runtime calls for each verb of the Container Network Interface.
 *
 * It passes standard input and the CNI environment to the node agent over a unix socket and prints the agent's answer
 * unchanged. Alone it answers VERSION, says in the protocol's error JSON what went wrong, and, when the agent is down,
 * writes a DEL into the agent's queue on disk. It decides nothing else: what a request means, the agent knows.
 *
 * Frames: "HDLC", u8 protocol version, u8 kind, u16 0, u32 length (little endian), then the body.
 *   request        fields of u8 id, u32 length, bytes
 *   answer         u8 exit status, then what goes to standard output
 *   other version  u8 lowest and u8 highest version that the agent speaks
 *
 * Where socket and queue are is read from heddle-cni.conf beside this executable: lines of key=value. Under the name
 * "loopback" it is that plugin, and needs no agent.
 */
#define _GNU_SOURCE
#include "cni.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifndef HEDDLE_PROTOCOL
#define HEDDLE_PROTOCOL 1
#endif
#ifndef HEDDLE_QUEUE_FILES
#define HEDDLE_QUEUE_FILES 10000
#endif

enum { HEADER_BYTES = 12, FIELD_HEADER_BYTES = 5, BODY_LIMIT = INPUT_LIMIT, CONFIG_LIMIT = 4096 };
enum { KIND_REQUEST = 1, KIND_ANSWER = 2, KIND_OTHER_VERSION = 3 };
enum { QUEUE_FILES_LIMIT = HEDDLE_QUEUE_FILES, QUEUE_BYTES_LIMIT = 64 << 20 };

enum outcome { OUTCOME_DOWN, OUTCOME_OTHER_VERSION };

static char socket_path[sizeof(((struct sockaddr_un *)0)->sun_path)] = "/run/heddle/agent.sock";
static char queue_path[1024] = "/var/lib/heddle/queue";
static long time_limit_ms = 60000;
/* Why the agent could not be asked, in words. */
static char down_reason[256];

__attribute__((noreturn)) static void fail_unreachable(const char *why)
{
	int code = is_verb("STATUS") ? CODE_NOT_AVAILABLE : CODE_TRY_AGAIN;

	fail(code, "Heddle's node agent does not answer", "%s: %s; see whether the agent runs on this node: heddle agent status",
	     socket_path, why);
}

/* -- configuration ------------------------------------------------------------------------------------------------- */

/* True for what only root or this user could have written. */
static bool is_trusted(const struct stat *found)
{
	return (found->st_uid == 0 || found->st_uid == geteuid()) && (found->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static void set_text(char *target, size_t size, const char *value)
{
	if (strlen(value) >= size)
		fail(CODE_IO, "cannot read heddle-cni.conf", "a path in it has more than %zu bytes", size - 1);
	strcpy(target, value);
}

static void take_setting(char *line)
{
	char *value = strchr(line, '=');

	if (line[0] == '#' || value == NULL)
		return;
	*value++ = '\0';
	if (strcmp(line, "socket") == 0)
		set_text(socket_path, sizeof(socket_path), value);
	else if (strcmp(line, "queue") == 0)
		set_text(queue_path, sizeof(queue_path), value);
	else if (strcmp(line, "time_limit_ms") == 0 && atol(value) > 0 && atol(value) <= 600000)
		time_limit_ms = atol(value);
	/* Another version's settings are not ours to judge. */
}

static void read_config(void)
{
	static char text[CONFIG_LIMIT + 1];
	char path[4096];
	struct stat found;
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - sizeof("heddle-cni.conf"));
	char *name, *rest = NULL;
	int fd;

	if (length <= 0)
		return;
	path[length] = '\0';
	name = strrchr(path, '/');
	if (name == NULL)
		return;
	strcpy(name + 1, "heddle-cni.conf");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0 || fstat(fd, &found) != 0)
		fail(CODE_IO, "cannot read heddle-cni.conf", "%s: %s", path, strerror(errno));
	if (!is_trusted(&found))
		fail(CODE_UNTRUSTED, "heddle-cni.conf is not trusted", "%s must belong to root and be writable by no other", path);
	length = read(fd, text, CONFIG_LIMIT);
	if (length < 0)
		fail(CODE_IO, "cannot read heddle-cni.conf", "%s: %s", path, strerror(errno));
	text[length] = '\0';
	close(fd);
	for (char *line = strtok_r(text, "\r\n", &rest); line != NULL; line = strtok_r(NULL, "\r\n", &rest))
		take_setting(line);
}

/* -- the request --------------------------------------------------------------------------------------------------- */

static const struct {
	uint8_t id;
	const char *name;
} variables[] = {
	{ 1, "CNI_COMMAND" }, { 2, "CNI_CONTAINERID" }, { 3, "CNI_NETNS" }, { 4, "CNI_IFNAME" },
	{ 5, "CNI_ARGS" },    { 6, "CNI_PATH" },	{ 9, "CNI_NETNS_OVERRIDE" },
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
static void build_request(void)
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

/* -- the socket ---------------------------------------------------------------------------------------------------- */

static enum outcome is_down(const char *what, int error)
{
	snprintf(down_reason, sizeof(down_reason), "%s: %s", what, strerror(error));
	return OUTCOME_DOWN;
}

static void wait_for(int fd, short events)
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

/* A connected socket, or -1 and errno. */
static int dial(void)
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

/* Asks in our protocol version, and in the one before it where the agent is older. Returns when the agent is down. */
static void ask_agent(void)
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

/* -- the queue ----------------------------------------------------------------------------------------------------- */

__attribute__((noreturn)) static void fail_queue(const char *what, int error)
{
	fail(CODE_TRY_AGAIN, "Heddle's node agent does not answer, and the DEL cannot be queued",
	     "%s (%s); %s: %s: %s", socket_path, down_reason, queue_path, what, strerror(error));
}

static int open_queue(void)
{
	struct stat found;
	int folder;

	if (mkdir(queue_path, 0700) != 0 && errno != EEXIST)
		fail_queue("mkdir", errno);
	folder = open(queue_path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0 || fstat(folder, &found) != 0)
		fail_queue("open", errno);
	if (!is_trusted(&found))
		fail(CODE_UNTRUSTED, "the agent's queue is not trusted", "%s must belong to root and be writable by no other",
		     queue_path);
	return folder;
}

/* Held until this process ends: the agent takes the same lock before it reads the queue. */
static void lock_queue(int folder)
{
	int lock = openat(folder, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (lock < 0)
		fail_queue("open .lock", errno);
	while (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			fail_queue("flock", errno);
		if (remaining_ms() == 0)
			fail_queue("flock", ETIMEDOUT);
		pause_ms(2);
	}
}

static void check_room(int folder)
{
	int copy = dup(folder);
	DIR *listing = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	size_t files = 1, bytes = get_u32(header + 8) + HEADER_BYTES;

	if (listing == NULL)
		fail_queue("list", errno);
	while ((entry = readdir(listing)) != NULL) {
		struct stat found;

		if (entry->d_name[0] == '.' || fstatat(folder, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		files++;
		bytes += (size_t)found.st_size;
	}
	closedir(listing);
	if (files > QUEUE_FILES_LIMIT || bytes > QUEUE_BYTES_LIMIT)
		fail_queue("it is full", ENOSPC);
}

static bool write_parts(int file)
{
	for (int part = 0; part < part_count; part++)
		if (!write_all(file, parts[part].iov_base, parts[part].iov_len))
			return false;
	return fsync(file) == 0;
}

/* The DEL as a file that is whole and on disk, or not there at all. */
__attribute__((noreturn)) static void queue_del(int folder)
{
	char temporary[64], *name = temporary + 1;
	struct timespec now;
	int file;

	clock_gettime(CLOCK_REALTIME, &now);
	/* The agent reads names that begin with no dot: with one, it is not there yet. */
	snprintf(temporary, sizeof(temporary), ".%016llx-%08x.del",
		 (unsigned long long)now.tv_sec * 1000000000ULL + (unsigned long long)now.tv_nsec, (unsigned)getpid());
	check_room(folder);
	file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		fail_queue("create", errno);
	header[4] = HEDDLE_PROTOCOL;
	if (!write_parts(file) || close(file) != 0 || renameat(folder, temporary, folder, name) != 0) {
		int error = errno;

		unlinkat(folder, temporary, 0);
		fail_queue("write", error);
	}
	if (fsync(folder) != 0)
		fail_queue("fsync", errno);
	exit(0);
}

/* -- the verbs ----------------------------------------------------------------------------------------------------- */

/* A DEL that is queued succeeds: nobody could tell the runtime later that the agent did not understand it. */
static void require_whole_del(void)
{
	require_variable("CNI_CONTAINERID");
	require_variable("CNI_IFNAME");
	if (find_value("name").start == NULL)
		fail(CODE_UNDECODABLE, "cannot decode the network configuration",
		     "standard input is no JSON object with a name");
}

int main(int argc, char **argv)
{
	const char *own_name = argc > 0 ? strrchr(argv[0], '/') : NULL;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("heddle-cni %s protocol %d\n", HEDDLE_VERSION, HEDDLE_PROTOCOL);
		return 0;
	}
	set_deadline(time_limit_ms);
	read_config();
	set_deadline(time_limit_ms);
	read_call();
	if (is_verb("VERSION"))
		tell_version();
	if (own_name != NULL && strcmp(own_name, "/loopback") == 0)
		loopback();
	build_request();
	ask_agent();
	if (!is_verb("DEL"))
		fail_unreachable(down_reason);
	require_whole_del();
	int folder = open_queue();

	lock_queue(folder);
	/* Whoever drained the queue before we had its lock listens by now. */
	ask_agent();
	queue_del(folder);
}
