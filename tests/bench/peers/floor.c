/* The least that a supervisor has to do: start, start again, stop, kill.
 *
 *     floor LIST GRACE
 *
 * A line of LIST is the path of a log and the words of a command. SIGTERM sends SIGTERM to every
 * process group, and SIGKILL after GRACE milliseconds. What has ended before is started again
 * at once. There is no client, no state on disk, no back-off. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORDS = 8, LONGEST = 4096 };

struct program {
    pid_t pid;
    char *log;
    char *words[WORDS + 1];
};

extern char **environ;
static struct program *programs;
static int count;

static long now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static int fail(const char *what)
{
    perror(what);
    return 1;
}

static int read_list(const char *path)
{
    char line[LONGEST];
    FILE *list = fopen(path, "r");
    if (list == NULL)
        return -1;
    while (fgets(line, sizeof line, list) != NULL) {
        programs = realloc(programs, (count + 1) * sizeof *programs);
        if (programs == NULL)
            return -1;
        struct program *one = &programs[count++];
        memset(one, 0, sizeof *one);
        one->log = strtok(strdup(line), " \n");
        for (int at = 0; at < WORDS && (one->words[at] = strtok(NULL, " \n")) != NULL; at++)
            ;
    }
    return fclose(list);
}

static int start(struct program *one)
{
    posix_spawnattr_t how;
    posix_spawn_file_actions_t files;
    sigset_t none, ours;
    sigemptyset(&none);
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGCHLD);
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(
        &how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &ours);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, one->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    errno = posix_spawn(&one->pid, one->words[0], &files, &how, one->words, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    return errno;
}

static void signal_all(int number)
{
    for (int at = 0; at < count; at++)
        if (programs[at].pid > 0)
            kill(-programs[at].pid, number);
}

/* Return how many processes are left. */
static int reap(int alive, int stopping)
{
    pid_t pid;
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
        for (int at = 0; at < count; at++) {
            if (programs[at].pid != pid)
                continue;
            programs[at].pid = 0;
            if (stopping || start(&programs[at]) != 0)
                alive--;
        }
    }
    return alive;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return fputs("floor LIST GRACE\n", stderr), 2;
    if (read_list(argv[1]) != 0)
        return fail(argv[1]);
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    int signals = signalfd(-1, &watched, SFD_CLOEXEC);
    if (signals < 0)
        return fail("signalfd");
    int alive = count, stopping = 0;
    long deadline = 0;
    for (int at = 0; at < count; at++)
        if (start(&programs[at]) != 0)
            return fail(programs[at].words[0]);
    while (alive > 0) {
        struct pollfd ready = {.fd = signals, .events = POLLIN};
        long left = deadline - now();
        int wait = stopping == 1 ? (left > 0 ? (int)left : 0) : -1;
        if (poll(&ready, 1, wait) == 0) {
            signal_all(SIGKILL);
            stopping = 2;
            continue;
        }
        struct signalfd_siginfo seen;
        if (read(signals, &seen, sizeof seen) != sizeof seen)
            return fail("signalfd");
        if (seen.ssi_signo == SIGTERM && !stopping) {
            stopping = 1;
            deadline = now() + atol(argv[2]);
            signal_all(SIGTERM);
        }
        alive = reap(alive, stopping);
    }
    return 0;
}
