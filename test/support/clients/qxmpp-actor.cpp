// A QXmpp user that the interop tests steer: it offers files by SI over SOCKS5 Bytestreams, by way of the proxy alone,
// and takes those it is offered.
//
// stdin, one JSON object a line: first {"host", "port", "jid", "password"}, then any number of
// {"to": FULL_JID, "path": FILE, "proxy": JID}, each an order to send that file. The end of stdin ends the process.
// stdout, one JSON object a line: {"event": "online", "jid"}, {"event": "sent" | "received", "bytes", "sha256"},
// {"event": "failed", "error"}.

#include <QXmppClient.h>
#include <QXmppConfiguration.h>
#include <QXmppTransferManager.h>

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSocketNotifier>
#include <QTemporaryFile>

namespace {

QFile input;
QFile output;

/** As text with the event as its first member, which is how the tests know a report; QJsonObject sorts its members. */
void report(const char *event, const QJsonObject &fields) {
  const QByteArray members = QJsonDocument(fields).toJson(QJsonDocument::Compact).mid(1);
  output.write(QByteArray("{\"event\":\"") + event + "\"," + members + '\n');
  output.flush();
}

void reportFailure(const QString &act, int code) {
  report("failed", {{"error", QStringLiteral("%1: QXmpp's error %2").arg(act).arg(code)}});
}

void reportFile(const char *event, const QString &path) {
  QFile file(path);
  QCryptographicHash hash(QCryptographicHash::Sha256);
  if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file)) return reportFailure("reading " + path, file.error());
  report(event, {{"bytes", file.size()}, {"sha256", QString(hash.result().toHex())}});
}

QJsonObject readLine() { return QJsonDocument::fromJson(input.readLine()).object(); }

void finishWith(QXmppTransferJob *job, const char *event, const QString &path) {
  QObject::connect(job, &QXmppTransferJob::finished, job, [=] {
    if (job->error() == QXmppTransferJob::NoError) reportFile(event, path);
    else reportFailure(event, job->error());
    job->deleteLater();
  });
}

void give(QXmppTransferManager &transfers, const QJsonObject &order) {
  transfers.setProxy(order["proxy"].toString());
  const QString path = order["path"].toString();
  finishWith(transfers.sendFile(order["to"].toString(), path), "sent", path);
}

void take(QXmppTransferJob *job) {
  auto *file = new QTemporaryFile(job);
  file->open();
  // QXmpp leaves the last bytes in the file's buffer.
  QObject::connect(job, &QXmppTransferJob::finished, file, &QIODevice::close);
  finishWith(job, "received", file->fileName());
  job->accept(file);
}

} // namespace

int main(int count, char **arguments) {
  const QCoreApplication application(count, arguments);
  input.open(0, QIODevice::ReadOnly | QIODevice::Unbuffered);
  output.open(1, QIODevice::WriteOnly);

  QXmppClient client;
  auto *transfers = new QXmppTransferManager;
  transfers->setProxyOnly(true);
  transfers->setSupportedMethods(QXmppTransferJob::SocksMethod);
  client.addExtension(transfers);
  QObject::connect(transfers, &QXmppTransferManager::fileReceived, &client, take);
  QObject::connect(&client, &QXmppClient::connected, &client, [&client] {
    report("online", {{"jid", client.configuration().jid()}});
  });
  QObject::connect(&client, &QXmppClient::error, &client, [](QXmppClient::Error error) {
    reportFailure("the link to the server is down", error);
  });

  const QJsonObject login = readLine();
  QXmppConfiguration configuration;
  configuration.setHost(login["host"].toString());
  configuration.setPort(login["port"].toInt());
  configuration.setJid(login["jid"].toString());
  configuration.setPassword(login["password"].toString());
  configuration.setStreamSecurityMode(QXmppConfiguration::TLSDisabled);
  configuration.setAutoReconnectionEnabled(false);
  client.connectToServer(configuration);

  const QSocketNotifier orders(0, QSocketNotifier::Read);
  QObject::connect(&orders, &QSocketNotifier::activated, &client, [transfers] {
    const QJsonObject order = readLine();
    if (order.isEmpty()) return QCoreApplication::quit();
    give(*transfers, order);
  });
  return QCoreApplication::exec();
}
