/*
 * One TCP stream, as fast as it goes: see traffic.ts.
 *   stream serve PORT                  says "listening", takes one connection, and prints the bits a second that came
 *   stream send ADDRESS PORT SECONDS
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024 };

static char chunk[CHUNK];

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static double now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct sockaddr_in at(const char *address, const char *port) {
  struct sockaddr_in found = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
  if (inet_pton(AF_INET, address, &found.sin_addr) != 1) fail(address);
  return found;
}

static int serve(const char *port) {
  struct sockaddr_in own = at("0.0.0.0", port);
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&own, sizeof own) < 0 || listen(listener, 1) < 0) fail("listen");
  printf("listening\n");
  fflush(stdout);
  int stream = accept(listener, NULL, NULL);
  if (stream < 0) fail("accept");
  double bytes = 0, began = now_s();
  for (ssize_t length; (length = read(stream, chunk, sizeof chunk)) > 0;) bytes += (double)length;
  printf("%.0f\n", bytes * 8 / (now_s() - began));
  return 0;
}

static int send_for(const char *address, const char *port, double seconds) {
  struct sockaddr_in peer = at(address, port);
  int stream = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(stream, (struct sockaddr *)&peer, sizeof peer) < 0) fail("connect");
  for (double began = now_s(); now_s() - began < seconds;)
    if (write(stream, chunk, sizeof chunk) < 0) fail("write");
  return 0;
}

int main(int count, char **given) {
  if (count == 3 && strcmp(given[1], "serve") == 0) return serve(given[2]);
  if (count == 5 && strcmp(given[1], "send") == 0) return send_for(given[2], given[3], atof(given[4]));
  fprintf(stderr, "stream serve PORT | stream send ADDRESS PORT SECONDS\n");
  return 2;
}
