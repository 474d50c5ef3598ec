// Set-ups a second: each worker is a logged-in user who again and again opens both connections of a transfer, has it
// activated, and closes it. [XEP-0065 §6.3]
//
//   set-ups XMPP_PORT DOMAIN PROXY_JID SOCKS_PORT WORKERS EACH
//
// On standard input: the SASL PLAIN message of the user (Base64), then WORKERS x EACH lines "SID KEY". The worker's
// resource is w0, w1, ... It prints how long all of them took together, log-in excluded.

#include <pthread.h>
#include <stdbool.h>
#include "tcp.h"

enum { MOST = 16384 };

struct worker {
  pthread_t thread;
  int xmpp, number;
  char (*transfers)[2][KEY_LENGTH + 1];
};

static const char *domain, *proxy;
static int socks_port, each;
static pthread_barrier_t begin, end;

// Reads until `sign` has come; what has come is a C string in `text`.
static void read_until(int fd, const char *sign, char *text) {
  size_t length = 0;
  do {
    ssize_t got = recv(fd, text + length, MOST - 1 - length, 0);
    if (got <= 0) die("the XMPP server");
    text[length += got] = 0;
  } while (strstr(text, sign) == NULL && length < MOST - 1);
}

static void ask(int fd, const char *what, const char *sign) {
  char answer[MOST];
  put(fd, what, strlen(what));
  read_until(fd, sign, answer);
}

static int log_in(int port, const char *plain, int worker) {
  int fd = dial("127.0.0.1", port);
  char text[1024], header[512];
  snprintf(header, sizeof header,
           "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
           "version='1.0' to='%s'>", domain);
  ask(fd, header, "</stream:features>");
  snprintf(text, sizeof text, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>", plain);
  ask(fd, text, "<success");
  ask(fd, header, "</stream:features>");
  snprintf(text, sizeof text,
           "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>w%d</resource></bind></iq>",
           worker);
  ask(fd, text, "</iq>");
  return fd;
}

static void activate(struct worker *worker, const char *sid) {
  char text[1024], answer[MOST];
  snprintf(text, sizeof text,
           "<iq type='set' id='%s' to='%s'><query xmlns='http://jabber.org/protocol/bytestreams' sid='%s'>"
           "<activate>target@%s/bench</activate></query></iq>", sid, proxy, sid, domain);
  put(worker->xmpp, text, strlen(text));
  read_until(worker->xmpp, ">", answer);
  if (strstr(answer, "result") == NULL) {
    fprintf(stderr, "an activation was answered with %s\n", answer);
    exit(1);
  }
}

static void *work(void *argument) {
  struct worker *worker = argument;
  pthread_barrier_wait(&begin);
  for (int i = 0; i < each; i++) {
    const char *sid = worker->transfers[i][0], *key = worker->transfers[i][1];
    int target = dial_socks("127.0.0.1", socks_port, key);
    int requester = dial_socks("127.0.0.1", socks_port, key);
    activate(worker, sid);
    close(requester);
    close(target);
  }
  pthread_barrier_wait(&end);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 7) return 2;
  int port = atoi(argv[1]), workers = atoi(argv[5]);
  char plain[256];
  domain = argv[2], proxy = argv[3], socks_port = atoi(argv[4]), each = atoi(argv[6]);
  struct worker *all = calloc(workers, sizeof *all);
  if (scanf("%255s", plain) != 1) die("expected a SASL message");
  pthread_barrier_init(&begin, NULL, workers + 1);
  pthread_barrier_init(&end, NULL, workers + 1);
  for (int w = 0; w < workers; w++) {
    all[w].transfers = calloc(each, sizeof *all[w].transfers);
    for (int i = 0; i < each; i++)
      if (scanf("%40s %40s", all[w].transfers[i][0], all[w].transfers[i][1]) != 2) die("expected a sid and a key");
  }
  for (int w = 0; w < workers; w++) {
    all[w].xmpp = log_in(port, plain, w);
    if (pthread_create(&all[w].thread, NULL, work, &all[w]) != 0) die("pthread_create");
  }
  pthread_barrier_wait(&begin);
  int64_t began = now_us();
  pthread_barrier_wait(&end);
  printf("{\"setUps\":%d,\"ms\":%.3f}\n", workers * each, (now_us() - began) / 1000.0);
  return 0;
}
