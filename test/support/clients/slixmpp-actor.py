#!/usr/bin/python3
# A slixmpp user that the interop tests steer: it offers files by SI over SOCKS5 Bytestreams and takes those it is offered.
#
# stdin, one JSON object a line: first {"host", "port", "jid", "password"} and perhaps "methods": ["s5b", "ibb"] that it
# takes files by (default: s5b) and "inbox", the folder where it writes them (default: it sums them and keeps nothing);
# then any number of {"to": FULL_JID, "path": FILE} and perhaps "method": "ibb", each an order to send that file, or
# {"decline": true} to decline the next. The end of stdin ends the process.
# stdout, one JSON object a line: {"event": "online", "jid"}, {"event": "sent" | "received", "bytes", "sha256"},
# {"event": "failed", "error"}. One transfer at a time: slixmpp's data events do not name their stream.

import asyncio
import hashlib
import json
import logging
import os
import sys

import slixmpp
from slixmpp.plugins.xep_0095.stream_initiation import IBB, SOCKS5
from slixmpp.xmlstream.handler import CoroutineCallback
from slixmpp.xmlstream.matcher import StanzaPath

CHUNK = 256 * 1024
METHODS = {"s5b": SOCKS5, "ibb": IBB}


def report(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


class Actor(slixmpp.ClientXMPP):
    def __init__(self, jid, password, methods, inbox):
        super().__init__(jid, password)
        self.inbox = inbox
        for plugin in ("xep_0030", "xep_0065", "xep_0095", "xep_0096"):
            self.register_plugin(plugin)
        self["feature_mechanisms"].unencrypted_plain = True
        si = self["xep_0095"]
        # COMPAT slixmpp 1.8.3: its SI handler is a coroutine, yet registered under a plain Callback, which never runs it.
        self.remove_handler("SI Request")
        self.register_handler(CoroutineCallback("SI Request", StanzaPath("iq@type=set/si"), si._handle_request))
        # As a target it prefers in-band bytestreams to SOCKS5: without them the bytes can only go through the proxy.
        for name, method in METHODS.items():
            if name not in methods:
                si.unregister_method(method)
        self.add_event_handler("session_start", self.on_session)
        self.add_event_handler("si_request", self.take)
        self.add_event_handler("socks5_data", self.on_data)
        self.add_event_handler("socks5_closed", self.on_closed)
        self.add_event_handler("ibb_stream_data", lambda stream: self.on_data(stream.read()))
        self.add_event_handler("ibb_stream_end", lambda _: self.on_closed(None))
        self.add_event_handler("failed_auth", lambda _: report("failed", error="login refused"))
        self.received = None
        self.file = None
        self.closed = None
        self.declines = False

    def on_session(self, _):
        self.send_presence()
        report("online", jid=self.boundjid.full)

    def on_data(self, data):
        if self.received is not None:
            self.received.update(data)
            self.count += len(data)
            if self.file is not None:
                self.file.write(data)

    def on_closed(self, error):
        if self.closed is not None and not self.closed.done():
            self.closed.set_result(error)

    async def take(self, iq):
        try:
            self.received, self.count = hashlib.sha256(), 0
            self.closed = asyncio.get_running_loop().create_future()
            peer, sid = iq["from"], iq["si"]["id"]
            if self.declines:
                self.declines = False
                await self["xep_0095"].decline(peer, sid, ifrom=iq["to"])
                return
            if self.inbox is not None:
                name = os.path.basename(iq["si"]["file"]["name"])
                self.file = open(os.path.join(self.inbox, name), "wb", buffering=0)
            opened = asyncio.get_running_loop().create_future()
            self.add_event_handler(f"stream:{sid}:{peer}", opened.set_result, disposable=True)
            await self["xep_0095"].accept(peer, sid, ifrom=iq["to"])
            await opened
            error = await self.closed
            if error is not None:
                raise error
            report("received", bytes=self.count, sha256=self.received.hexdigest())
        except Exception as error:
            report("failed", error=f"receiving: {error!r}")
        finally:
            self.received = None
            if self.file is not None:
                self.file.close()
                self.file = None

    async def give(self, to, path, method):
        try:
            self.closed = asyncio.get_running_loop().create_future()
            sid = os.urandom(8).hex()
            # COMPAT slixmpp 1.8.3: the plain names that it documents, and its own default, fail in its data form.
            methods = [{"value": METHODS[method]}]
            await self["xep_0096"].request_file_transfer(
                slixmpp.JID(to), sid=sid, name=os.path.basename(path), size=os.path.getsize(path), methods=methods
            )
            if method == "ibb":
                await self.give_in_band(to, sid, path)
                return
            stream = await self["xep_0065"].handshake(slixmpp.JID(to), sid=sid)
            if stream is None:
                raise RuntimeError("no connection to the proxy")
            digest, count = hashlib.sha256(), 0
            with open(path, "rb") as file:
                while chunk := file.read(CHUNK):
                    digest.update(chunk)
                    count += len(chunk)
                    await stream.write(chunk)
            stream.transport.write_eof()
            error = await self.closed
            if error is not None:
                raise error
            report("sent", bytes=count, sha256=digest.hexdigest())
        except Exception as error:
            report("failed", error=f"sending: {error!r}")

    async def give_in_band(self, to, sid, path):
        stream = await self["xep_0047"].open_stream(slixmpp.JID(to), sid=sid)
        with open(path, "rb") as file:
            content = file.read()
        await stream.sendall(content)
        await stream.close()
        report("sent", bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


async def obey(actor):
    reader = asyncio.StreamReader()
    await actor.loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = json.loads(line)
        if "decline" in order:
            actor.declines = order["decline"]
        else:
            await actor.give(order["to"], order["path"], order.get("method", "s5b"))


def main():
    logging.basicConfig(level=logging.WARNING)
    login = json.loads(sys.stdin.readline())
    actor = Actor(login["jid"], login["password"], login.get("methods", ["s5b"]), login.get("inbox"))
    actor.connect((login["host"], login["port"]), force_starttls=False, disable_starttls=True)
    actor.loop.run_until_complete(obey(actor))


main()
