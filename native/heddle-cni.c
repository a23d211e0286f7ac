/*
 * heddle-cni: the executable that a container runtime calls for each verb of the Container Network Interface.
 *
 * It passes standard input and the CNI environment to the node agent over a unix socket and prints the agent's answer
 * unchanged (agent.c). Alone it answers VERSION, says in the protocol's error JSON what went wrong, and, when the agent is
 * down, writes a DEL into the agent's queue on disk (del-queue.c). It decides nothing else: what a request means, the agent
 * knows.
 *
 * For kubelets it tells how the agent is: "heddle-cni --ready" and "--live", with the agent's socket behind it if that is
 * not the default's (probe.c).
 *
 * Where socket and queue are is read from heddle-cni.conf beside this executable: lines of key=value (settings.c). Under the
 * name "loopback" it is that plugin, and needs no agent (loopback.c).
 */
#define _GNU_SOURCE
#include "client.h"

#include <stdio.h>
#include <string.h>

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
	read_settings();
	set_deadline(time_limit_ms);
	if (argc > 1 && (strcmp(argv[1], "--ready") == 0 || strcmp(argv[1], "--live") == 0)) {
		use_status_socket(argc > 2 ? argv[2] : NULL);
		probe(argv[1] + 2);
	}
	read_call();
	if (is_verb("VERSION"))
		tell_version();
	if (own_name != NULL && strcmp(own_name, "/loopback") == 0)
		loopback();
	build_request();
	ask_agent();
	if (!is_verb("DEL"))
		fail_unreachable(why_down());
	require_whole_del();
	int folder = lock_queue();

	/* Whoever drained the queue before we had its lock listens by now. */
	ask_agent();
	queue_request(folder);
}
