/*
 * What heddle-cni is made of beyond any CNI plugin (cni.h): its settings, the agent that it asks, and the agent's queue on
 * disk.
 */
#ifndef HEDDLE_CLIENT_H
#define HEDDLE_CLIENT_H

#include "cni.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/uio.h>

#ifndef HEDDLE_PROTOCOL
#define HEDDLE_PROTOCOL 1
#endif
#ifndef HEDDLE_QUEUE_FILES
#define HEDDLE_QUEUE_FILES 10000
#endif

/* -- settings.c: where the agent is -- */

extern char socket_path[];
extern char queue_path[];
extern long time_limit_ms;

/* Reads heddle-cni.conf beside this executable; without one the defaults hold. */
void read_settings(void);
/* Has probes go to the status socket beside this one; NULL for the settings' own. */
void use_status_socket(const char *socket);
/* True for what only root or this user could have written. */
bool is_trusted(const struct stat *found);

/* -- agent.c: the request, and who answers it -- */

/* Makes the frame of this call: its input and its environment. */
void build_request(void);
/* The same as bytes, in this executable's version of the protocol. Answers how many parts there are. */
int request_parts(const struct iovec **parts, size_t *bytes);
/* Asks, prints the answer and ends the process. Returns when the agent is down. */
void ask_agent(void);
/* A connected socket that does not block, or -1 and errno. */
int dial(void);
/* Waits for poll's events; fails when the deadline has passed. */
void wait_for(int fd, short events);
/* Why it could not be asked, in words. */
const char *why_down(void);
/* Code 11, or 50 for STATUS. */
__attribute__((noreturn)) void fail_unreachable(const char *why);

/* -- probe.c: how the agent is -- */

/* Asks the status socket "ready" or "live", prints the answer and ends the process: 0 when it is so. */
__attribute__((noreturn)) void probe(const char *question);

/* -- del-queue.c: what the agent does when it is back -- */

/* The queue's folder, locked until this process ends: the agent takes the same lock before it reads. */
int lock_queue(void);
/* Writes the request into the locked queue and ends the process with success; fails with code 11. */
__attribute__((noreturn)) void queue_request(int folder);

#endif
