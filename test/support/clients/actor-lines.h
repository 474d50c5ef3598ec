// What the actors on GLib share: JSON lines in from the interop tests, JSON lines out to them.
//
// stdin, one JSON object a line: first {"host", "port", "jid", "password"}, then any number of
// {"to": FULL_JID, "path": FILE, "proxy": JID}, each an order to send that file. The end of stdin ends the process.
// stdout, one JSON object a line: {"event": "online", "jid"}, {"event": "sent" | "received", "bytes", "sha256"},
// {"event": "failed", "error"}.

#pragma once

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>

typedef void (*ActorObey)(const char *to, const char *path, const char *proxy);

static inline JsonObject *actor_event(const char *event) {
  JsonObject *fields = json_object_new();
  json_object_set_string_member(fields, "event", event);
  return fields;
}

static inline void actor_report(JsonObject *event) {
  JsonNode *node = json_node_init_object(json_node_alloc(), event);
  char *line = json_to_string(node, FALSE);
  puts(line);
  fflush(stdout);
  g_free(line);
  json_node_free(node);
  json_object_unref(event);
}

static inline void actor_report_online(const char *jid) {
  JsonObject *event = actor_event("online");
  json_object_set_string_member(event, "jid", jid);
  actor_report(event);
}

static inline void actor_report_transfer(const char *what, gint64 bytes, const char *sha256) {
  JsonObject *event = actor_event(what);
  json_object_set_int_member(event, "bytes", bytes);
  json_object_set_string_member(event, "sha256", sha256);
  actor_report(event);
}

static inline void actor_report_failure(const char *act, const char *why) {
  JsonObject *event = actor_event("failed");
  char *error = g_strdup_printf("%s: %s", act, why);
  json_object_set_string_member(event, "error", error);
  g_free(error);
  actor_report(event);
}

/** The next line of stdin, or NULL at its end; a line that is no JSON object ends the process. */
static inline JsonObject *actor_read_line(GIOChannel *input) {
  char *line = NULL;
  if (g_io_channel_read_line(input, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) return NULL;
  JsonNode *node = json_from_string(line, NULL);
  g_free(line);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node)) {
    actor_report_failure("reading an order", "expected a JSON object on one line");
    exit(1);
  }
  JsonObject *object = json_node_dup_object(node);
  json_node_free(node);
  return object;
}

static inline gboolean actor_on_input(GIOChannel *input, GIOCondition condition, gpointer obey) {
  (void)condition;
  JsonObject *order = actor_read_line(input);
  if (order == NULL) exit(0);
  ((ActorObey)obey)(json_object_get_string_member(order, "to"), json_object_get_string_member(order, "path"),
                    json_object_get_string_member(order, "proxy"));
  json_object_unref(order);
  return G_SOURCE_CONTINUE;
}

/** The login, which is waited for; the orders after it come to `obey` from the main loop. */
static inline JsonObject *actor_begin(ActorObey obey) {
  GIOChannel *input = g_io_channel_unix_new(0);
  JsonObject *login = actor_read_line(input);
  if (login == NULL) exit(0);
  g_io_add_watch(input, (GIOCondition)(G_IO_IN | G_IO_HUP), actor_on_input, (gpointer)obey);
  return login;
}
