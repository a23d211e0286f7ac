/*
 * The plugin "loopback", which container runtimes call for every pod besides the network's own: the pod's interface "lo"
 * up, without the agent. It is the same executable under another name.
 */
#define _GNU_SOURCE
#include "cni.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* False when there is no such namespace any more. */
static bool enter(const char *netns)
{
	int fd = open(netns, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (setns(fd, CLONE_NEWNET) != 0)
		fail(CODE_NO_CONTAINER, "cannot enter the network namespace", "CNI_NETNS is %s: %s", netns, strerror(errno));
	close(fd);
	return true;
}

static void enter_or_fail(void)
{
	const char *netns = require_variable("CNI_NETNS");

	if (!enter(netns))
		fail(CODE_NO_CONTAINER, "there is no such network namespace", "CNI_NETNS is %s: %s", netns, strerror(errno));
}

static struct ifreq read_flags(int *fd)
{
	struct ifreq request = { .ifr_name = "lo" };

	*fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (*fd < 0 || ioctl(*fd, SIOCGIFFLAGS, &request) != 0)
		fail(CODE_IO, "cannot read the interface lo", "%s", strerror(errno));
	return request;
}

static bool is_up(void)
{
	int fd;
	struct ifreq request = read_flags(&fd);

	close(fd);
	return (request.ifr_flags & IFF_UP) != 0;
}

static void set_up(bool up)
{
	int fd;
	struct ifreq request = read_flags(&fd);

	request.ifr_flags = (short)(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
	if (ioctl(fd, SIOCSIFFLAGS, &request) != 0)
		fail(CODE_IO, "cannot change the interface lo", "%s", strerror(errno));
	close(fd);
}

/* Whether lo has ::1: not where IPv6 is switched off. */
static bool has_ipv6(void)
{
	char line[256];
	FILE *addresses = fopen("/proc/thread-self/net/if_inet6", "re");
	bool found = false;

	while (addresses != NULL && !found && fgets(line, sizeof(line), addresses) != NULL)
		found = strncmp(line, "00000000000000000000000000000001 ", 33) == 0;
	if (addresses != NULL)
		fclose(addresses);
	return found;
}

static void print(const char *text)
{
	if (!write_all(STDOUT_FILENO, text, strlen(text)))
		exit(1);
}

/* The result of who came before in a chain stays as it is; alone, lo and its addresses. */
static void print_result(void)
{
	struct span before = find_value("prevResult");
	bool old = strncmp(cni_version, "0.", 2) == 0;
	char netns[4096];

	if (before.start != NULL && before.start[0] == '{') {
		if (!write_all(STDOUT_FILENO, before.start, before.length))
			exit(1);
		print("\n");
		return;
	}
	escape(require_variable("CNI_NETNS"), netns, sizeof(netns));
	print("{\"cniVersion\":\"");
	print(cni_version);
	print("\",\"interfaces\":[{\"name\":\"lo\",\"mac\":\"00:00:00:00:00:00\",\"sandbox\":\"");
	print(netns);
	print("\"}],\"ips\":[{");
	print(old ? "\"version\":\"4\"," : "");
	print("\"address\":\"127.0.0.1/8\",\"interface\":0}");
	if (has_ipv6()) {
		print(",{");
		print(old ? "\"version\":\"6\"," : "");
		print("\"address\":\"::1/128\",\"interface\":0}");
	}
	print("],\"routes\":[]}\n");
}

static void check(void)
{
	if (find_value("prevResult").start == NULL)
		fail(CODE_INVALID, "invalid network configuration", "prevResult: missing: CHECK compares with what ADD answered");
	enter_or_fail();
	if (!is_up())
		fail(CODE_CHECK_FAILED, "the pod's network is not as it was made", "the interface lo is down");
}

void loopback(void)
{
	const char *netns = getenv("CNI_NETNS");

	if (is_verb("ADD")) {
		require_version("0.3.1");
		enter_or_fail();
		set_up(true);
		print_result();
	} else if (is_verb("DEL")) {
		require_version("0.3.1");
		if (netns != NULL && netns[0] != '\0' && enter(netns))
			set_up(false);
	} else if (is_verb("CHECK")) {
		require_version("0.4.0");
		check();
	} else if (is_verb("STATUS") || is_verb("GC")) {
		require_version("1.1.0");
	} else {
		fail(CODE_ENVIRONMENT, "invalid environment variable CNI_COMMAND", "CNI_COMMAND is %.63s", verb);
	}
	exit(0);
}
