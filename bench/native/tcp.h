// What the native programs share: connections with deadlines, the client side of SOCKS5, a clock. [RFC 1928]

#ifndef BENCH_TCP_H
#define BENCH_TCP_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_S 20
#define KEY_LENGTH 40

static inline void die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static inline int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static inline struct sockaddr_in address(const char *host, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (inet_pton(AF_INET, host, &to.sin_addr) != 1) die(host);
  return to;
}

static inline void tune(int fd) {
  int one = 1;
  struct timeval deadline = {.tv_sec = DEADLINE_S};
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
}

// A connection whose closing resets it, so that thousands of them leave no port behind in TIME_WAIT.
static inline void reset_on_close(int fd) {
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

static inline int dial(const char *host, int port) {
  struct sockaddr_in to = address(host, port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  tune(fd);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  return fd;
}

static inline int listen_on(const char *host, int port) {
  struct sockaddr_in at = address(host, port);
  int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 1024) < 0) die("listen");
  return fd;
}

static inline void put(int fd, const void *bytes, size_t length) {
  if (send(fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length) die("send");
}

static inline void take(int fd, void *bytes, size_t length) {
  ssize_t got = recv(fd, bytes, length, MSG_WAITALL);
  if (got == 0) errno = ECONNRESET;
  if (got != (ssize_t)length) die("receive");
}

// Leads a connection through SOCKS5: no authentication, CONNECT with the session key as host name.
static inline int dial_socks(const char *host, int port, const char *key) {
  unsigned char message[7 + KEY_LENGTH] = {5, 1, 0, 3, KEY_LENGTH}, answer[262];
  int fd = dial(host, port);
  put(fd, "\5\1\0", 3);
  take(fd, answer, 2);
  memcpy(message + 5, key, KEY_LENGTH);
  put(fd, message, sizeof message);
  take(fd, answer, 5);
  if (answer[1] != 0) {
    fprintf(stderr, "the proxy refused CONNECT with %d\n", answer[1]);
    exit(1);
  }
  take(fd, answer + 5, answer[3] == 1 ? 5 : answer[3] == 4 ? 17 : answer[4] + 2);
  return fd;
}

#endif
