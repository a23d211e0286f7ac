/*
 * A DEL must not hold up the end of a pod, agent or not: the request is kept as a file, which the agent reads when it is
 * back.
 */
#define _GNU_SOURCE
#include "client.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE_FILES_LIMIT = HEDDLE_QUEUE_FILES, QUEUE_BYTES_LIMIT = 64 << 20 };

__attribute__((noreturn)) static void fail_queue(const char *what, int error)
{
	fail(CODE_TRY_AGAIN, "Heddle's node agent does not answer, and the DEL cannot be queued",
	     "%s (%s); %s: %s: %s", socket_path, why_down(), queue_path, what, strerror(error));
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

int lock_queue(void)
{
	int folder = open_queue();
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
	return folder;
}

static void check_room(int folder, size_t bytes)
{
	int copy = dup(folder);
	DIR *listing = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	size_t files = 1;

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

static bool write_parts(int file, const struct iovec *parts, int count)
{
	for (int part = 0; part < count; part++)
		if (!write_all(file, parts[part].iov_base, parts[part].iov_len))
			return false;
	return fsync(file) == 0;
}

/* As a file that is whole and on disk, or not there at all. */
void queue_request(int folder)
{
	char temporary[64], *name = temporary + 1;
	const struct iovec *parts;
	size_t bytes;
	int count = request_parts(&parts, &bytes);
	struct timespec now;
	int file;

	clock_gettime(CLOCK_REALTIME, &now);
	/* The agent reads names that begin with no dot: with one, it is not there yet. */
	snprintf(temporary, sizeof(temporary), ".%016llx-%08x.del",
		 (unsigned long long)now.tv_sec * 1000000000ULL + (unsigned long long)now.tv_nsec, (unsigned)getpid());
	check_room(folder, bytes);
	file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		fail_queue("create", errno);
	if (!write_parts(file, parts, count) || close(file) != 0 || renameat(folder, temporary, folder, name) != 0) {
		int error = errno;

		unlinkat(folder, temporary, 0);
		fail_queue("write", error);
	}
	if (fsync(folder) != 0)
		fail_queue("fsync", errno);
	exit(0);
}
