#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

enum { CONFIG_LIMIT = 4096, SOCKET_PATH_LIMIT = sizeof(((struct sockaddr_un *)0)->sun_path), QUEUE_PATH_LIMIT = 1024 };

char socket_path[SOCKET_PATH_LIMIT] = "/run/heddle/agent.sock";
char queue_path[QUEUE_PATH_LIMIT] = "/var/lib/heddle/queue";
long time_limit_ms = 60000;

bool is_trusted(const struct stat *found)
{
	return (found->st_uid == 0 || found->st_uid == geteuid()) && (found->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static void set_text(char *target, size_t size, const char *value)
{
	if (strlen(value) >= size)
		fail(CODE_IO, "cannot read heddle-cni.conf", "a path in it has more than %zu bytes", size - 1);
	strcpy(target, value);
}

void use_status_socket(const char *socket)
{
	char path[SOCKET_PATH_LIMIT];
	int length = snprintf(path, sizeof(path), "%s.status", socket == NULL ? socket_path : socket);

	if (length < 0 || (size_t)length >= sizeof(path))
		fail(CODE_ENVIRONMENT, "a socket's path is too long", "it has at most %zu bytes, of which \".status\" takes 7",
		     sizeof(path) - 1);
	strcpy(socket_path, path);
}

static void take_setting(char *line)
{
	char *value = strchr(line, '=');

	if (line[0] == '#' || value == NULL)
		return;
	*value++ = '\0';
	if (strcmp(line, "socket") == 0)
		set_text(socket_path, SOCKET_PATH_LIMIT, value);
	else if (strcmp(line, "queue") == 0)
		set_text(queue_path, QUEUE_PATH_LIMIT, value);
	else if (strcmp(line, "time_limit_ms") == 0 && atol(value) > 0 && atol(value) <= 600000)
		time_limit_ms = atol(value);
	/* Another version's settings are not ours to judge. */
}

void read_settings(void)
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
