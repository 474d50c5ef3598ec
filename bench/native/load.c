// The load of one contender: N streams, a sender and a receiver each, counted by stream.
//
//   load N HOST PORT          through a SOCKS5 Bytestreams proxy; N session keys come first on standard input
//   load N HOST PORT LISTEN   through a forwarder to LISTEN, or, if PORT is LISTEN, without anything between
//
// It says {"event":"connected"}, then obeys the lines of its standard input until that ends:
//
//   bulk MS K        streams 0 to K-1 send for so long; what arrived until when, at most two seconds later and as
//                    long as anything arrives; Jain's index of the first half
//   ping MS K        one byte to and fro on stream 0 every 200 us, while streams 1 to K send
//   stall MS BYTES   stream 0 sends until nothing has gone out for a second; its receiver never reads

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include "tcp.h"

enum { CHUNK = 256 * 1024, EVENTS = 64, TURN_MS = 5, PACE_US = 200, QUIET_US = 1000000, DRAIN_US = 2000000, SILENT_US = 300000 };

static int count;
static int *senders, *receivers;
static uint64_t *received, *at_half;

// One run of bulk streams: which, for how long, and how far they are.
static struct {
  int first, end;
  int64_t begin, half, stop, last_byte;
  _Atomic uint64_t sent;
  atomic_bool all_sent;
  uint64_t arrived;
} bulk;

static int watch(const int *sockets, uint32_t events) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) die("epoll_create1");
  for (int i = bulk.first; i < bulk.end; i++) {
    struct epoll_event event = {.events = events, .data.u32 = i};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[i], &event) < 0) die("epoll_ctl");
  }
  return epoll;
}

static void *send_bulk(void *unused) {
  static char chunk[CHUNK];
  int epoll = watch(senders, EPOLLOUT);
  struct epoll_event ready[EVENTS];
  while (now_us() < bulk.stop) {
    int n = epoll_wait(epoll, ready, EVENTS, TURN_MS);
    for (int i = 0; i < n && now_us() < bulk.stop; i++) {
      ssize_t sent = send(senders[ready[i].data.u32], chunk, CHUNK, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) bulk.sent += sent;
      else if (sent < 0 && errno != EAGAIN) die("a sender");
    }
  }
  bulk.all_sent = true;
  close(epoll);
  return unused;
}

static bool more_to_come(int64_t now) {
  if (!bulk.all_sent) return true;
  bool quiet = now >= bulk.stop + SILENT_US && now >= bulk.last_byte + SILENT_US;
  return bulk.arrived < bulk.sent && !quiet && now < bulk.stop + DRAIN_US;
}

static void *receive_bulk(void *unused) {
  static char chunk[CHUNK];
  int epoll = watch(receivers, EPOLLIN);
  struct epoll_event ready[EVENTS];
  bool halved = false;
  for (int64_t now = now_us(); more_to_come(now); now = now_us()) {
    if (!halved && now >= bulk.half) {
      memcpy(at_half, received, count * sizeof *received);
      halved = true;
    }
    int n = epoll_wait(epoll, ready, EVENTS, TURN_MS);
    for (int i = 0; i < n; i++) {
      int stream = ready[i].data.u32;
      ssize_t got = recv(receivers[stream], chunk, CHUNK, MSG_DONTWAIT);
      if (got == 0) errno = ECONNRESET;
      if (got == 0 || (got < 0 && errno != EAGAIN)) die("a receiver");
      if (got < 0) continue;
      received[stream] += got;
      bulk.arrived += got;
    }
    if (n > 0) bulk.last_byte = now_us();
  }
  close(epoll);
  return unused;
}

static pthread_t threads[2];

static void start_bulk(int first, int end, int ms) {
  memset(received, 0, count * sizeof *received);
  memset(at_half, 0, count * sizeof *at_half);
  bulk.first = first;
  bulk.end = end;
  bulk.sent = bulk.arrived = 0;
  bulk.all_sent = false;
  bulk.begin = bulk.last_byte = now_us();
  bulk.half = bulk.begin + ms * 500LL;
  bulk.stop = bulk.begin + ms * 1000LL;
  pthread_create(&threads[0], NULL, send_bulk, NULL);
  pthread_create(&threads[1], NULL, receive_bulk, NULL);
}

static void finish_bulk(void) {
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  if (bulk.last_byte < bulk.stop) bulk.last_byte = bulk.stop;
}

// Jain's fairness index: 1 when all have had the same, 1/n when one has had everything.
static double fairness(void) {
  double sum = 0, squares = 0;
  for (int i = bulk.first; i < bulk.end; i++) {
    sum += at_half[i];
    squares += (double)at_half[i] * at_half[i];
  }
  return squares == 0 ? 0 : sum * sum / (squares * (bulk.end - bulk.first));
}

// A relay may hold something back until more comes, so that a run can receive more than it has sent.
static unsigned long long undelivered(void) {
  return bulk.arrived < bulk.sent ? bulk.sent - bulk.arrived : 0;
}

static void run_bulk(int ms, int streams) {
  start_bulk(0, streams, ms);
  finish_bulk();
  printf("{\"bytes\":%llu,\"undelivered\":%llu,\"ms\":%.3f,\"jain\":%.6f}\n", (unsigned long long)bulk.arrived,
         undelivered(), (bulk.last_byte - bulk.begin) / 1000.0, fairness());
}

static void *echo(void *unused) {
  char byte = 0;
  while (byte != 'q') {
    take(receivers[0], &byte, 1);
    put(receivers[0], &byte, 1);
  }
  return unused;
}

static int64_t round_trip(char byte) {
  int64_t begin = now_us();
  put(senders[0], &byte, 1);
  take(senders[0], &byte, 1);
  return now_us() - begin;
}

static void run_ping(int ms, int streams) {
  pthread_t echoer;
  pthread_create(&echoer, NULL, echo, NULL);
  if (streams > 0) start_bulk(1, 1 + streams, ms);
  int64_t stop = now_us() + ms * 1000LL;
  const char *separator = "";
  printf("{\"us\":[");
  while (now_us() < stop) {
    printf("%s%lld", separator, (long long)round_trip('p'));
    separator = ",";
    usleep(PACE_US);
  }
  round_trip('q');
  pthread_join(echoer, NULL);
  if (streams > 0) finish_bulk();
  printf("],\"undelivered\":%llu}\n", streams > 0 ? undelivered() : 0ULL);
}

static void run_stall(int ms, uint64_t most) {
  static char chunk[CHUNK];
  int64_t begin = now_us(), progress = begin;
  uint64_t sent = 0;
  while (sent < most && now_us() < begin + ms * 1000LL && now_us() < progress + QUIET_US) {
    ssize_t out = send(senders[0], chunk, CHUNK, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (out > 0) sent += out, progress = now_us();
    else usleep(1000);
  }
  printf("{\"bytes\":%llu,\"stalled\":%s}\n", (unsigned long long)sent, sent < most ? "true" : "false");
}

static void open_streams(const char *host, int port, int listen_port) {
  int listener = listen_port ? listen_on("127.0.0.1", listen_port) : -1;
  char key[KEY_LENGTH + 2];
  for (int i = 0; i < count; i++) {
    if (listener >= 0) {
      senders[i] = dial(host, port);
      if ((receivers[i] = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0) die("accept");
      tune(receivers[i]);
    } else {
      if (scanf("%41s", key) != 1 || strlen(key) != KEY_LENGTH) die("expected a session key");
      receivers[i] = dial_socks(host, port, key);
      senders[i] = dial_socks(host, port, key);
    }
    reset_on_close(senders[i]);
    reset_on_close(receivers[i]);
  }
  if (listener >= 0) close(listener);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  count = atoi(argv[1]);
  senders = calloc(count, sizeof *senders);
  receivers = calloc(count, sizeof *receivers);
  received = calloc(count, sizeof *received);
  at_half = calloc(count, sizeof *at_half);
  open_streams(argv[2], atoi(argv[3]), argc > 4 ? atoi(argv[4]) : 0);
  printf("{\"event\":\"connected\"}\n");
  fflush(stdout);
  char verb[8];
  int ms;
  long long how_much;
  while (scanf("%7s %d %lld", verb, &ms, &how_much) == 3) {
    if (verb[0] == 'b') run_bulk(ms, how_much);
    if (verb[0] == 'p') run_ping(ms, how_much);
    if (verb[0] == 's') run_stall(ms, how_much);
    fflush(stdout);
  }
  return 0;
}
