/*
 * What a runtime does with a plugin, and how long each call took: see runtime.ts. Lines on standard input,
 *   job <TAB> file for its standard input <TAB> executable <TAB> NAME=value <TAB> ...
 *   go
 * where "go" starts all jobs since the last one at once. Answers a line a job, in their order:
 *   milliseconds from before the start to after the exit <TAB> exit status <TAB> output in one line
 * A process of Node's size takes 4 ms to start another one; this one takes less than the plugin.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_JOBS = 256, MAX_FIELDS = 32, MAX_LINE = 65536, MAX_OUTPUT = 16384 };

struct job {
  char *line;
  char *fields[MAX_FIELDS + 1];
  int input, output, status;
  pid_t pid;
  double began_ms, took_ms;
};

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* fields: "job", input, executable, environment ..., NULL */
static void prepare(struct job *job, const char *line) {
  if ((job->line = strdup(line)) == NULL) fail("memory");
  int count = 0;
  for (char *rest = job->line, *field; (field = strsep(&rest, "\t")) != NULL;) {
    if (count == MAX_FIELDS) fail("too many fields");
    job->fields[count++] = field;
  }
  job->fields[count] = NULL;
  if (count < 3) fail("a job with too few fields");
  if ((job->input = open(job->fields[1], O_RDONLY | O_CLOEXEC)) < 0) fail(job->fields[1]);
  if ((job->output = memfd_create("output", MFD_CLOEXEC)) < 0) fail("memfd_create");
}

static void start(struct job *job) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, job->input, 0);
  posix_spawn_file_actions_adddup2(&actions, job->output, 1);
  char *arguments[] = {job->fields[2], NULL};
  job->began_ms = now_ms();
  errno = posix_spawn(&job->pid, job->fields[2], &actions, NULL, arguments, &job->fields[3]);
  if (errno != 0) fail(job->fields[2]);
  posix_spawn_file_actions_destroy(&actions);
}

static void await(struct job *jobs, int count) {
  for (int left = count; left > 0; left--) {
    int status;
    pid_t pid = waitpid(-1, &status, 0);
    double at_ms = now_ms();
    if (pid < 0) fail("waitpid");
    for (int i = 0; i < count; i++)
      if (jobs[i].pid == pid) {
        jobs[i].took_ms = at_ms - jobs[i].began_ms;
        jobs[i].status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
      }
  }
}

static void tell(struct job *job) {
  static char text[MAX_OUTPUT];
  ssize_t length = pread(job->output, text, sizeof text, 0);
  for (ssize_t i = 0; i < length; i++)
    if (text[i] == '\n' || text[i] == '\t') text[i] = ' ';
  printf("%.4f\t%d\t%.*s\n", job->took_ms, job->status, (int)(length < 0 ? 0 : length), text);
  close(job->input);
  close(job->output);
  free(job->line);
}

int main(void) {
  static struct job jobs[MAX_JOBS];
  static char line[MAX_LINE];
  int count = 0;
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (strcmp(line, "go") != 0) {
      if (count == MAX_JOBS) fail("too many jobs");
      prepare(&jobs[count++], line);
      continue;
    }
    for (int i = 0; i < count; i++) start(&jobs[i]);
    await(jobs, count);
    for (int i = 0; i < count; i++) tell(&jobs[i]);
    fflush(stdout);
    count = 0;
  }
  return 0;
}
