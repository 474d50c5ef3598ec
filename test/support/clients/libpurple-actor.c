// A libpurple user (Pidgin, Finch) that the interop tests steer; actor-lines.h says how. It finds the proxy by service
// discovery, as Pidgin does, offers files by SI over SOCKS5 Bytestreams and takes those it is offered.
//
// What libpurple writes lands in the folder of this program, which the tests remove. With ACTOR_DEBUG set it prints its
// debug log, stanzas included.

#include "actor-lines.h"

#include <glib/gstdio.h>
#include <purple.h>
#include <signal.h>
#include <string.h>

#define UI_ID "streamhost-tests"
#define PROTOCOL "prpl-jabber"
#define BYTESTREAMS "http://jabber.org/protocol/bytestreams"

static PurpleAccount *account;
static char *folder;
static gboolean online;

typedef struct {
  PurpleInputFunction function;
  gpointer data;
} Watch;

static gboolean on_ready(GIOChannel *channel, GIOCondition condition, gpointer data) {
  const Watch *watch = data;
  const int readable = condition & (G_IO_IN | G_IO_HUP | G_IO_ERR) ? PURPLE_INPUT_READ : 0;
  const int writable = condition & (G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL) ? PURPLE_INPUT_WRITE : 0;
  watch->function(watch->data, g_io_channel_unix_get_fd(channel), readable | writable);
  return G_SOURCE_CONTINUE;
}

static guint add_input(int fd, PurpleInputCondition wanted, PurpleInputFunction function, gpointer data) {
  Watch *watch = g_new(Watch, 1);
  *watch = (Watch){function, data};
  const int readable = wanted & PURPLE_INPUT_READ ? G_IO_IN | G_IO_HUP | G_IO_ERR : 0;
  const int writable = wanted & PURPLE_INPUT_WRITE ? G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL : 0;
  GIOChannel *channel = g_io_channel_unix_new(fd);
  const guint id = g_io_add_watch_full(channel, G_PRIORITY_DEFAULT, readable | writable, on_ready, watch, g_free);
  g_io_channel_unref(channel);
  return id;
}

static PurpleEventLoopUiOps event_loop = {
    .timeout_add = g_timeout_add,
    .timeout_remove = g_source_remove,
    .input_add = add_input,
    .input_remove = g_source_remove,
    .timeout_add_seconds = g_timeout_add_seconds,
};

static void *show_message(PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary) {
  (void)type, (void)title;
  actor_report_failure(primary ? primary : "libpurple", secondary ? secondary : "");
  return NULL;
}

static PurpleNotifyUiOps notices = {.notify_message = show_message};

static void on_link_error(PurpleConnection *connection, PurpleConnectionError reason, const char *why) {
  (void)connection, (void)reason;
  actor_report_failure("the link to the server is down", why);
  exit(1);
}

static xmlnode *find_query(xmlnode *stanza) {
  return stanza ? xmlnode_get_child_with_namespace(stanza, "query", BYTESTREAMS) : NULL;
}

/** Online is who can send: the proxy has told its address, which is the last step of libpurple's discovery. */
static void on_incoming(PurpleConnection *connection, xmlnode **stanza) {
  xmlnode *query = find_query(*stanza);
  if (online || !query || !xmlnode_get_child(query, "streamhost")) return;
  online = TRUE;
  actor_report_online(purple_connection_get_display_name(connection));
}

/** Takes its own addresses out of an offer, as no setting of libpurple does; the proxy is what is left. */
static void on_outgoing(PurpleConnection *connection, xmlnode **stanza) {
  xmlnode *query = find_query(*stanza);
  xmlnode *next = query ? xmlnode_get_child(query, "streamhost") : NULL;
  while (next) {
    xmlnode *host = next;
    next = xmlnode_get_next_twin(host);
    if (purple_strequal(xmlnode_get_attrib(host, "jid"), purple_connection_get_display_name(connection)))
      xmlnode_free(host);
  }
}

static void on_offer(PurpleXfer *transfer) {
  char *path = g_build_filename(folder, "received", NULL);
  purple_xfer_request_accepted(transfer, path);
  g_free(path);
}

static void report_file(const char *what, const char *path) {
  GMappedFile *file = g_mapped_file_new(path, FALSE, NULL);
  if (!file) return actor_report_failure("reading", path);
  const gsize bytes = g_mapped_file_get_length(file);
  const guchar *contents = (const guchar *)g_mapped_file_get_contents(file);
  char *sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, contents, bytes);
  actor_report_transfer(what, bytes, sha256);
  g_free(sha256);
  g_mapped_file_unref(file);
}

static gboolean report_received(gpointer path) {
  report_file("received", path);
  g_unlink(path);
  g_free(path);
  return G_SOURCE_REMOVE;
}

static gboolean report_sent(gpointer path) {
  report_file("sent", path);
  g_free(path);
  return G_SOURCE_REMOVE;
}

/** libpurple says so before it closes the file; it has closed it when the main loop comes round. */
static void on_end(PurpleXfer *transfer, gpointer report) {
  g_idle_add((GSourceFunc)report, g_strdup(purple_xfer_get_local_filename(transfer)));
}

static void on_cancel(PurpleXfer *transfer, gpointer act) {
  (void)transfer;
  actor_report_failure(act, "libpurple cancelled the transfer");
}

/** Not by serv_send_file, which does nothing for a JID that it has met and that is nobody's contact. */
static void give(const char *to, const char *path, const char *proxy) {
  (void)proxy;
  const PurplePluginProtocolInfo *protocol = PURPLE_PLUGIN_PROTOCOL_INFO(purple_find_prpl(PROTOCOL));
  protocol->send_file(purple_account_get_connection(account), to, path);
}

static void start_core(void) {
  purple_util_set_user_dir(folder);
  purple_debug_set_enabled(g_getenv("ACTOR_DEBUG") != NULL);
  purple_eventloop_set_ui_ops(&event_loop);
  if (!purple_core_init(UI_ID)) {
    actor_report_failure("starting", "libpurple could not be initialised");
    exit(1);
  }
  purple_notify_set_ui_ops(&notices);
  purple_set_blist(purple_blist_new());
}

static void login(JsonObject *order) {
  account = purple_account_new(json_object_get_string_member(order, "jid"), PROTOCOL);
  purple_account_set_password(account, json_object_get_string_member(order, "password"));
  purple_account_set_string(account, "connect_server", json_object_get_string_member(order, "host"));
  purple_account_set_int(account, "port", json_object_get_int_member(order, "port"));
  purple_account_set_string(account, "connection_security", "opportunistic_tls");
  purple_account_set_bool(account, "auth_plain_in_clear", TRUE);
  purple_account_set_enabled(account, UI_ID, TRUE);
  purple_savedstatus_activate(purple_savedstatus_new(NULL, PURPLE_STATUS_AVAILABLE));
}

static void connect_signals(void) {
  static int handle;
  void *transfers = purple_xfers_get_handle();
  void *protocol = purple_find_prpl(PROTOCOL);
  purple_signal_connect(protocol, "jabber-receiving-xmlnode", &handle, PURPLE_CALLBACK(on_incoming), NULL);
  purple_signal_connect(protocol, "jabber-sending-xmlnode", &handle, PURPLE_CALLBACK(on_outgoing), NULL);
  purple_signal_connect(purple_connections_get_handle(), "connection-error", &handle, PURPLE_CALLBACK(on_link_error),
                        NULL);
  purple_signal_connect(transfers, "file-recv-request", &handle, PURPLE_CALLBACK(on_offer), NULL);
  purple_signal_connect(transfers, "file-recv-complete", &handle, PURPLE_CALLBACK(on_end), report_received);
  purple_signal_connect(transfers, "file-send-complete", &handle, PURPLE_CALLBACK(on_end), report_sent);
  purple_signal_connect(transfers, "file-recv-cancel", &handle, PURPLE_CALLBACK(on_cancel), "receiving");
  purple_signal_connect(transfers, "file-send-cancel", &handle, PURPLE_CALLBACK(on_cancel), "sending");
}

int main(int count, char **arguments) {
  (void)count;
  // libpurple's resolver forks, and nobody waits for its children.
  signal(SIGCHLD, SIG_IGN);
  char *beside = g_path_get_dirname(arguments[0]);
  folder = g_mkdtemp(g_build_filename(beside, "libpurple-XXXXXX", NULL));
  start_core();
  connect_signals();
  login(actor_begin(give));
  g_main_loop_run(g_main_loop_new(NULL, FALSE));
}
