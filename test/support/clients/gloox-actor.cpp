// A gloox user that the interop tests steer (actor-lines.h says how): it offers files by SI over SOCKS5 Bytestreams
// and takes those it is offered. The proxy is the only streamhost that it knows, and in-band bytestreams are left out.

#include "actor-lines.h"

#include <glib-unix.h>
#include <gloox/bytestreamdatahandler.h>
#include <gloox/client.h>
#include <gloox/connectionlistener.h>
#include <gloox/connectiontcpclient.h>
#include <gloox/disco.h>
#include <gloox/error.h>
#include <gloox/iqhandler.h>
#include <gloox/siprofileft.h>
#include <gloox/siprofilefthandler.h>
#include <gloox/socks5bytestream.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

using namespace gloox;

namespace {

constexpr size_t CHUNK = 256 * 1024;
constexpr auto READABLE = static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR);

/** `<query xmlns='http://jabber.org/protocol/bytestreams'/>`: gloox leaves it to the application to find its proxy. */
class AddressQuery : public StanzaExtension {
public:
  AddressQuery() : StanzaExtension(ExtUser + 1) {}
  const std::string &filterString() const override { return EmptyString; }
  StanzaExtension *newInstance(const Tag *) const override { return nullptr; }
  Tag *tag() const override { return new Tag("query", XMLNS, XMLNS_BYTESTREAMS); }
  StanzaExtension *clone() const override { return new AddressQuery(*this); }
};

int socketOf(ConnectionBase *connection) { return static_cast<ConnectionTCPClient *>(connection)->socket(); }

class Actor : public ConnectionListener, IqHandler, SIProfileFTHandler, BytestreamDataHandler {
public:
  Actor(const std::string &jid, const std::string &password, const std::string &host, int port)
      : client(JID(jid), password), transfers(&client, this) {
    client.setTls(TLSDisabled);
    client.setCompression(false);
    client.registerConnectionListener(this);
    client.setConnectionImpl(new ConnectionTCPClient(&client, client.logInstance(), host, port));
  }

  void login() {
    if (!client.connect(false)) return onDisconnect(ConnNotConnected);
    g_unix_fd_add(socketOf(client.connectionImpl()), READABLE, [](int, GIOCondition, gpointer self) -> gboolean {
      return static_cast<Actor *>(self)->client.recv(0) == ConnNoError;
    }, this);
  }

  /** Asks the proxy for its address; the offer follows with the answer. */
  void give(const std::string &to, const std::string &path, const std::string &proxy) {
    outgoing = {to, path};
    IQ query(IQ::Get, JID(proxy), client.getID());
    query.addExtension(new AddressQuery);
    client.send(query, this, 0);
  }

private:
  struct Order {
    std::string to, path;
  };

  void onConnect() override { actor_report_online(client.jid().full().c_str()); }

  void onDisconnect(ConnectionError error) override {
    actor_report_failure("the link to the server is down", std::to_string(error).c_str());
    exit(1);
  }

  bool onTLSConnect(const CertInfo &) override { return false; }

  bool handleIq(const IQ &) override { return false; }

  void handleIqID(const IQ &iq, int) override {
    const StanzaExtension *answer = iq.findExtension(ExtS5BQuery);
    const std::unique_ptr<Tag> query(answer ? answer->tag() : nullptr);
    const Tag *host = query ? query->findChild("streamhost") : nullptr;
    if (!host) return actor_report_failure("sending", "the proxy did not tell its address");
    transfers.setStreamHosts({{JID(host->findAttribute("jid")), host->findAttribute("host"),
                               std::stoi(host->findAttribute("port"))}});
    const std::filesystem::path path(outgoing.path);
    const auto size = static_cast<long>(std::filesystem::file_size(path));
    const std::string sid = transfers.requestFT(JID(outgoing.to), path.filename(), size, EmptyString, EmptyString,
                                                EmptyString, EmptyString, SIProfileFT::FTTypeS5B);
    if (sid.empty()) actor_report_failure("sending", "gloox makes no offer of this file");
  }

  void handleFTRequest(const JID &from, const JID &, const std::string &sid, const std::string &, long,
                       const std::string &, const std::string &, const std::string &, const std::string &,
                       int) override {
    transfers.acceptFT(from, sid, SIProfileFT::FTTypeS5B);
  }

  void handleFTRequestError(const IQ &iq, const std::string &) override { refused(iq); }
  void handleBytestreamError(Bytestream *, const IQ &iq) override { refused(iq); }

  static void refused(const IQ &iq) {
    const std::unique_ptr<Tag> tag(iq.tag());
    actor_report_failure("the peer or the proxy refused", tag->xml().c_str());
  }

  const std::string handleOOBRequestResult(const JID &, const JID &, const std::string &) override {
    return EmptyString;
  }

  /** One for each side, once the SI negotiation is through. */
  void handleFTBytestream(Bytestream *stream) override {
    checksum.reset(g_checksum_new(G_CHECKSUM_SHA256));
    count = 0;
    closed = false;
    stream->registerBytestreamDataHandler(this);
    if (!stream->connect()) return actor_report_failure("connecting", "no connection to the proxy");
    current = stream;
    auto *connection = static_cast<SOCKS5Bytestream *>(stream)->connectionImpl();
    g_unix_fd_add(socketOf(connection), READABLE, [](int, GIOCondition, gpointer self) -> gboolean {
      return static_cast<Actor *>(self)->pump();
    }, this);
  }

  gboolean pump() {
    const ConnectionError state = current->recv(0);
    if (!closed && state == ConnNoError) return G_SOURCE_CONTINUE;
    if (!closed) actor_report_failure("connecting", "the stream ended before it was open");
    transfers.dispose(current);
    return G_SOURCE_REMOVE;
  }

  bool isSender(const Bytestream *stream) { return stream->initiator() == client.jid(); }

  /** A sender gets here with the answer to its CONNECT, before that to its activation. */
  void handleBytestreamOpen(Bytestream *stream) override {
    if (!isSender(stream)) return;
    std::ifstream file(outgoing.path, std::ios::binary);
    std::vector<char> chunk(CHUNK);
    while (file.read(chunk.data(), chunk.size()), file.gcount() > 0) {
      const std::string data(chunk.data(), file.gcount());
      add(data);
      if (!stream->send(data)) return actor_report_failure("sending", "the stream broke");
    }
    stream->close();
  }

  void handleBytestreamData(Bytestream *, const std::string &data) override { add(data); }

  void handleBytestreamClose(Bytestream *stream) override {
    closed = true;
    actor_report_transfer(isSender(stream) ? "sent" : "received", count, g_checksum_get_string(checksum.get()));
  }

  void add(const std::string &data) {
    g_checksum_update(checksum.get(), reinterpret_cast<const guchar *>(data.data()), data.size());
    count += data.size();
  }

  Client client;
  SIProfileFT transfers;
  Order outgoing;
  Bytestream *current = nullptr;
  bool closed = false;
  gint64 count = 0;
  std::unique_ptr<GChecksum, decltype(&g_checksum_free)> checksum{nullptr, g_checksum_free};
};

Actor *actor;

} // namespace

int main() {
  JsonObject *login = actor_begin([](const char *to, const char *path, const char *proxy) {
    actor->give(to, path, proxy);
  });
  actor = new Actor(json_object_get_string_member(login, "jid"), json_object_get_string_member(login, "password"),
                    json_object_get_string_member(login, "host"),
                    static_cast<int>(json_object_get_int_member(login, "port")));
  actor->login();
  g_main_loop_run(g_main_loop_new(nullptr, FALSE));
}
