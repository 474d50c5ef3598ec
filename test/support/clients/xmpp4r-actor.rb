#!/usr/bin/ruby
# An xmpp4r user that the interop tests steer, after the library's own examples sendfile.rb and recvfile.rb.
#
# stdin, one JSON object a line: first {"host", "port", "jid", "password"} and perhaps "methods": ["s5b", "ibb"] (default:
# s5b), then any number of {"to": FULL_JID, "path": FILE, "proxy": JID}, each an order to send that file, with
# "direct": PORT in place of "proxy" from that port of its own, with neither in-band; or {"decline": true} to decline
# the next, {"offset": BYTES} to take the next from there on. The end of stdin ends the process.
# stdout, one JSON object a line: {"event": "online", "jid"}, {"event": "sent" | "received", "bytes", "sha256"},
# {"event": "failed", "error"}.

require 'digest'
require 'json'
require 'xmpp4r'
require 'xmpp4r/bytestreams'
require 'xmpp4r/bytestreams/helper/filetransfer'
require 'xmpp4r/discovery'

# COMPAT xmpp4r 0.5.6 with REXML 3.3 (Ruby 3.1.7 and later): xmpp4r makes IOSource#position always answer 0, and REXML now
# steps back from that position, so the parser loses its place and the login never ends. Source#position is right.
REXML::IOSource.remove_method(:position)

# COMPAT xmpp4r 0.5.6: after the login it starts a new reader without waiting for the end of the one that it kills, which
# now and then swallows the beginning of the new stream.
class OneReaderAtATime < Jabber::Client
  def stop
    reader = @parser_thread
    super
    reader.join
  end
end

CHUNK = 256 * 1024
$stdout.sync = true

def report(event, **fields)
  $stdout.puts JSON.generate({ event: event, **fields })
end

def reporting_failure(act)
  yield
rescue StandardError => e
  report(:failed, error: "#{act}: #{e.class}: #{e.message}")
end

def drain(stream)
  digest = Digest::SHA256.new
  count = 0
  in_band = stream.is_a?(Jabber::Bytestreams::IBB)
  while (chunk = in_band ? stream.read : stream.read(CHUNK))
    digest << chunk
    count += chunk.bytesize
  end
  [count, digest.hexdigest]
end

def take(stream)
  raise 'no streamhost could be reached' unless stream.accept
  count, digest = drain(stream)
  stream.close
  report(:received, bytes: count, sha256: digest)
end

def give(transfers, order)
  source = Jabber::FileTransfer::FileSource.new(order['path'])
  stream = transfers.offer(Jabber::JID.new(order['to']), source)
  raise 'the peer declined' unless stream
  stream.add_streamhost(order['proxy']) if order['proxy']
  if order['direct']
    server = Jabber::Bytestreams::SOCKS5BytestreamsServer.new(order['direct'], '127.0.0.1')
    server.add_address('127.0.0.1')
    stream.add_streamhost(server)
  end
  stream.open
  digest = Digest::SHA256.new
  count = 0
  while (chunk = source.read(CHUNK))
    digest << chunk
    count += chunk.bytesize
    stream.write(chunk)
  end
  stream.flush
  stream.close
  report(:sent, bytes: count, sha256: digest.hexdigest)
end

login = JSON.parse($stdin.gets)
client = OneReaderAtATime.new(Jabber::JID.new(login['jid']))
client.allow_tls = false
client.on_exception { |error, _, where| warn "link lost while #{where}: #{error.inspect}" }
client.connect(login['host'], login['port'])
client.auth(login['password'])

transfers = Jabber::FileTransfer::Helper.new(client)
# Without in-band bytestreams the bytes can only go through the proxy.
methods = login.fetch('methods', ['s5b'])
transfers.allow_bytestreams = methods.include?('s5b')
transfers.allow_ibb = methods.include?('ibb')
declines = false
offset = nil
transfers.add_incoming_callback do |iq, _|
  reporting_failure('receiving') do
    if declines
      declines = false
      transfers.decline(iq)
      next
    end
    stream = transfers.accept(iq, offset)
    offset = nil
    raise 'no stream method in common' unless stream
    stream.connect_timeout = 10 if stream.respond_to?(:connect_timeout=)
    Thread.new { reporting_failure('receiving') { take(stream) } }
    # This thread reads the stanzas: it has to wait until somebody listens for the streamhosts, which may come at once.
    stream.accept_wait
  end
end
# A libpurple user offers files only to those who say that they take them.
streams = { 's5b' => Jabber::Bytestreams::NS_BYTESTREAMS, 'ibb' => Jabber::Bytestreams::IBB::NS_IBB }
features = ['http://jabber.org/protocol/si/profile/file-transfer', *streams.values_at(*methods)]
identity = Jabber::Discovery::Identity.new('client', 'xmpp4r', 'bot')
Jabber::Discovery::Responder.new(client, nil, [identity], features)
client.send(Jabber::Presence.new)
report(:online, jid: client.jid.to_s)

while (line = $stdin.gets)
  order = JSON.parse(line)
  if order.key?('decline') || order.key?('offset')
    declines = order.fetch('decline', false)
    offset = order['offset']
  else
    reporting_failure('sending') { give(transfers, order) }
  end
end
exit!(0)
