// The limit: the smallest loop over splice(2) that forwards PORT to BACKEND_PORT on loopback, one thread, no protocol.
//
//   splice-loop PORT BACKEND_PORT PIPE_BYTES
//
// Each direction has a pipe. A turn moves at most one pipeful, so that the loop is fair; level-triggered epoll asks
// again. A direction waits for its source while its pipe is empty, and for its sink while it is not.

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include "tcp.h"

enum { EVENTS = 64, MOST_DESCRIPTORS = 20000 };

struct end {
  int fd, other;  // the descriptor, and that of the other end
  int pipe[2];    // from this end to the other
  int held;       // bytes in that pipe
  bool finished;  // this end has sent FIN, and it has been passed on
};

static struct end *ends[MOST_DESCRIPTORS];
static int epoll, pipe_bytes;

static void expect(struct end *end) {
  struct end *back = ends[end->other];
  struct epoll_event event = {.data.fd = end->fd};
  if (!end->finished && end->held == 0) event.events |= EPOLLIN;
  if (back->held > 0) event.events |= EPOLLOUT;
  if (epoll_ctl(epoll, EPOLL_CTL_MOD, end->fd, &event) < 0) die("epoll_ctl");
}

static struct end *add(int fd, int other) {
  struct end *end = calloc(1, sizeof *end);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  *end = (struct end){.fd = fd, .other = other};
  if (pipe2(end->pipe, O_NONBLOCK | O_CLOEXEC) < 0) die("pipe2");
  fcntl(end->pipe[1], F_SETPIPE_SZ, pipe_bytes);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
  return ends[fd] = end;
}

static void drop(struct end *end) {
  int fds[] = {end->fd, end->other};
  for (int i = 0; i < 2; i++) {
    struct end *one = ends[fds[i]];
    ends[fds[i]] = NULL;
    close(one->pipe[0]), close(one->pipe[1]), close(one->fd);
    free(one);
  }
}

// Moves one pipeful from `from` to its other end; false when the pair is gone.
static bool move(struct end *from) {
  unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;
  int held_before = from->held;
  if (from->held == 0) {
    ssize_t in = splice(from->fd, NULL, from->pipe[1], NULL, pipe_bytes, flags);
    if (in < 0 && errno == EAGAIN) return true;
    if (in < 0) return drop(from), false;
    if (in == 0) {
      from->finished = true;
      if (ends[from->other]->finished) return drop(from), false;
      shutdown(from->other, SHUT_WR);
      expect(from);
      return true;
    }
    from->held = in;
  }
  ssize_t out = splice(from->pipe[0], NULL, from->other, NULL, from->held, flags);
  if (out < 0 && errno != EAGAIN) return drop(from), false;
  if (out > 0) from->held -= out;
  if ((from->held > 0) != (held_before > 0)) expect(from), expect(ends[from->other]);
  return true;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int listener = listen_on("127.0.0.1", atoi(argv[1]));
  struct epoll_event ready[EVENTS], accepting = {.events = EPOLLIN, .data.fd = listener};
  pipe_bytes = atoi(argv[3]);
  if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0) die("epoll_create1");
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &accepting) < 0) die("epoll_ctl");
  puts("ready");
  fflush(stdout);
  for (;;) {
    int n = epoll_wait(epoll, ready, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      int fd = ready[i].data.fd;
      if (fd == listener) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0) continue;
        int server = dial("127.0.0.1", atoi(argv[2]));
        tune(client);
        add(client, server);
        add(server, client);
        continue;
      }
      struct end *end = ends[fd];
      if (end == NULL) continue;
      uint32_t events = ready[i].events;
      struct end *back = ends[end->other];
      if (events & EPOLLERR) {
        drop(end);
        continue;
      }
      if ((events & EPOLLOUT) && back->held > 0 && !move(back)) continue;
      if ((events & (EPOLLIN | EPOLLHUP)) && end->held == 0) move(end);
    }
  }
}
