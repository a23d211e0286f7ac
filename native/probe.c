/*
 * "heddle-cni --ready" and "--live": what a kubelet asks of the agent every few seconds on every node, for which starting
 * Node would cost more than the answer. The agent answers over HTTP on the socket beside the plugin's.
 */
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_LIMIT = 64 << 10, PROBE_LIMIT_MS = 8000 };

static char answer[ANSWER_LIMIT + 1];

/* Everything until the agent hangs up; what is beyond the limit is left out. */
static size_t read_answer(int fd)
{
	size_t length = 0;

	while (length < ANSWER_LIMIT) {
		ssize_t got = recv(fd, answer + length, ANSWER_LIMIT - length, 0);

		if (got < 0 && errno == EAGAIN)
			wait_for(fd, POLLIN);
		else if (got < 0 && errno != EINTR)
			fail_unreachable(strerror(errno));
		else if (got == 0)
			break;
		else if (got > 0)
			length += (size_t)got;
	}
	answer[length] = '\0';
	return length;
}

void probe(const char *question)
{
	char request[64];
	int length = snprintf(request, sizeof(request), "GET /%s HTTP/1.0\r\n\r\n", question);
	size_t bytes;
	char *body;
	int fd;

	set_deadline(time_limit_ms < PROBE_LIMIT_MS ? time_limit_ms : PROBE_LIMIT_MS);
	fd = dial();
	if (fd < 0)
		fail_unreachable(strerror(errno));
	/* So few bytes always find room in a new connection. */
	if (send(fd, request, (size_t)length, MSG_NOSIGNAL) != length)
		fail_unreachable("it hung up");
	bytes = read_answer(fd);
	body = strstr(answer, "\r\n\r\n");
	if (strncmp(answer, "HTTP/1.1 ", 9) != 0 || body == NULL)
		fail_unreachable("it answered what is no answer to a probe");
	body += 4;
	if (!write_all(STDOUT_FILENO, body, bytes - (size_t)(body - answer)))
		exit(1);
	exit(strncmp(answer + 9, "200 ", 4) == 0 ? 0 : 1);
}
