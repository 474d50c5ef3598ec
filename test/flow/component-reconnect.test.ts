// Staying joined: refusals, back-off, dead links. [RFC 6120 §3.3, §4.6]

import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/wire/xml.ts';
import { type ScriptedConnection, startScriptedServer } from '../support/scripted-server.ts';
import { ALICE, DOMAIN, SECRET, TIMES, XmppSide, type XmppSideOptions } from '../support/xmpp-side.ts';

type Refusal = (connection: ScriptedConnection) => void | Promise<void>;

/** A connection whose handshake is out. */
async function untilHandshake(connection: ScriptedConnection): Promise<void> {
  await connection.untilHeader();
  connection.sendHeader();
  await connection.next('handshake');
}

const atHeader =
  (condition: string): Refusal =>
  async (connection) => {
    await connection.untilHeader();
    connection.send(
      "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>",
    );
    connection.sendStreamError(condition);
  };

const afterHandshake =
  (condition: string): Refusal =>
  async (connection) => {
    await untilHandshake(connection);
    connection.sendStreamError(condition, 'says the server');
  };

async function refuse(refusal: Refusal, options: XmppSideOptions = {}) {
  const side = await XmppSide.start(options);
  await refusal(await side.server.accept());
  return { side, fact: await side.observer.until('xmpp-offline') };
}

describe('a refusal', () => {
  const secret = `the server does not accept the secret for ${DOMAIN}`;
  const perhapsSecret = `the server closed the connection upon the handshake, so it probably does not accept the secret for ${DOMAIN}`;
  const connected = `another component is connected as ${DOMAIN} already`;
  const unknown = `the server has no component ${DOMAIN}`;
  const cases: [string, Refusal, string][] = [
    ['conflict in a header without id [COMP-08] [COMP-09]', atHeader('conflict'), connected],
    ['conflict after the handshake [COMP-09]', afterHandshake('conflict'), connected],
    ['not-authorized [COMP-10]', afterHandshake('not-authorized'), secret],
    ['host-unknown [COMP-11]', atHeader('host-unknown'), unknown],
    [
      'a closing tag after the handshake [COMP-10]',
      async (connection) => {
        await untilHandshake(connection);
        connection.send('</stream:stream>');
      },
      perhapsSecret,
    ],
    [
      'a bare close after the handshake [COMP-10]',
      async (connection) => {
        await untilHandshake(connection);
        connection.end();
      },
      perhapsSecret,
    ],
    [
      'a reset after the handshake [COMP-10]',
      async (connection) => {
        await untilHandshake(connection);
        connection.reset();
      },
      perhapsSecret,
    ],
  ];

  it.each(cases)('by %s is told in plain words and tried again at the slowest pace', async (...given) => {
    const [, refusal, reason] = given;
    const { side, fact } = await refuse(refusal);
    expect(fact).toMatchObject({ reason, retryInMs: TIMES.max });
    expect(fact.advice).toBeTruthy();
    side.clock.advance(TIMES.max - 1);
    expect(side.server.connections).toHaveLength(1);
    side.clock.advance(1);
    await refusal(await side.server.accept());
    expect((await side.observer.until('xmpp-offline', 2)).retryInMs).toBe(TIMES.max);
  });

  it('by invalid-namespace names the service and the domain [COMP-11]', async () => {
    const { side, fact } = await refuse(atHeader('invalid-namespace'));
    expect(fact.reason).toBe(
      `${side.server.service} is not a port for components; ${DOMAIN} cannot join there`,
    );
  });

  it('never tells the secret [COMP-26]', async () => {
    for (const [, refusal] of cases) {
      const { side } = await refuse(refusal);
      expect(JSON.stringify(side.observer.facts)).not.toContain(SECRET);
    }
  });

  it.each(cases)('by %s ends the daemon if the configuration says so', async (_, refusal, reason) => {
    const { side, fact } = await refuse(refusal, { config: { onRefusal: 'exit' } });
    expect(fact.retryInMs).toBeUndefined();
    expect(await side.link.fatal).toBe(`${reason}: ${fact.advice}`);
    expect(side.clock.pending).toBe(0);
  });

  it('that comes to a working stream does not start a fight with the newcomer [COMP-09]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    connection.sendStreamError('conflict', 'Replaced by a new connection');
    expect(await side.observer.until('xmpp-offline')).toMatchObject({
      reason: `another component has taken over ${DOMAIN}`,
      retryInMs: TIMES.max,
    });
    expect(side.link.online).toBe(false);
  });
});

describe('reconnecting', () => {
  it('begins at once, whether or not the server is up, and goes on until it is', async () => {
    const side = await XmppSide.start();
    const service = side.server.service;
    const { port } = side.server;
    await side.server.close();
    const down = await XmppSide.start({ config: { service } });
    expect((await down.observer.until('xmpp-offline')).reason).toBe(`${service} refuses connections`);
    const up = await startScriptedServer({ port });
    await down.reconnect();
    await up.join({ secret: SECRET });
    expect(await down.observer.until('xmpp-online')).toMatchObject({ reconnect: false });
  });

  it('waits a random part of a time that doubles up to a limit [COMP-19]', async () => {
    const side = await XmppSide.start({ random: () => 0.999 });
    const delays: (number | undefined)[] = [];
    for (let attempt = 1; attempt <= 6; attempt++) {
      (await side.server.accept()).end();
      delays.push((await side.observer.until('xmpp-offline', attempt)).retryInMs);
      await side.reconnect(attempt);
    }
    expect(delays).toEqual([4995, 9990, 19_980, 39_960, 59_940, 59_940]);
  });

  it('starts from the shortest time again once a link has lasted [COMP-19]', async () => {
    const side = await XmppSide.start({ random: () => 0.5 });
    (await side.server.accept()).end();
    await side.reconnect(1);
    (await side.server.accept()).end();
    await side.reconnect(2);
    const connection = await side.join();
    side.clock.advance(TIMES.max);
    connection.end();
    expect(await side.observer.until('xmpp-offline', 3)).toMatchObject({
      reason: 'the server closed the connection',
      retryInMs: 2500,
    });
  });

  it('says so, and answers again', async () => {
    const side = await XmppSide.start();
    (await side.join()).reset();
    await side.reconnect();
    await (await side.join()).settle(DOMAIN);
    expect(side.observer.of('xmpp-online').map(({ reconnect }) => reconnect)).toEqual([false, true]);
  });
});

describe('a link', () => {
  it('is tested by a ping to our own domain, which the server sends back to us [COMP-20] [ENT-06]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    const ids = new Set<string | undefined>();
    for (let round = 0; round < 3; round++) {
      side.clock.advance(TIMES.ping);
      const ping = await connection.nextStanza();
      expect(attribute(ping, 'to')).toBe(DOMAIN);
      expect(attribute(ping, 'from')).toBe(DOMAIN);
      ids.add(attribute(ping, 'id'));
      const reply = await connection.ask(ping);
      expect(attribute(reply, 'type')).toBe('result');
      connection.send(reply);
      await connection.settle(DOMAIN);
    }
    expect(ids.size).toBe(3);
    expect(connection.unread).toEqual([]);
    expect(side.observer.of('xmpp-warning')).toEqual([]);
  });

  it('that is a black hole is asked twice, then cut and replaced [COMP-20]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    side.clock.advance(TIMES.ping);
    expect(attribute(await connection.nextStanza(), 'to')).toBe(DOMAIN);
    side.clock.advance(TIMES.pingTimeout / 2);
    expect(attribute(await connection.nextStanza(), 'to')).toBe('example.org');
    side.clock.advance(TIMES.pingTimeout / 2);
    await connection.untilClosed();
    expect((await side.observer.until('xmpp-offline')).reason).toBe(
      `${side.server.service} no longer answers pings`,
    );
    await side.reconnect();
    await side.join();
  });

  it.each([
    ['an error', (id: string) => `<iq type='error' id='${id}' from='${DOMAIN}' to='${DOMAIN}'/>`],
    [
      'a reply from someone else',
      (id: string) => `<iq type='result' id='${id}' from='${ALICE}' to='${DOMAIN}'/>`,
    ],
    ['a space', () => ' '],
  ])('lives on with %s for an answer, which is not answered itself [COMP-20] [ENT-06]', async (_, answer) => {
    const side = await XmppSide.start();
    const connection = await side.join();
    side.clock.advance(TIMES.ping);
    const id = attribute(await connection.nextStanza(), 'id') ?? '';
    connection.send(answer(id));
    await connection.settle(DOMAIN);
    side.clock.advance(TIMES.pingTimeout);
    await connection.settle(DOMAIN);
    expect(connection.unread).toEqual([]);
    expect(side.link.online).toBe(true);
  });
});

describe('an answer that is due while the link is down', () => {
  const activation = `<iq type='set' id='late' from='${ALICE}' to='${DOMAIN}'><query xmlns='http://jabber.org/protocol/bytestreams' sid='s'><activate>bob@example.net/work</activate></query></iq>`;

  /** An activation that is being carried out; the returned function lets it be done. */
  async function activateSlowly(): Promise<{ side: XmppSide; finish: () => void }> {
    const side = await XmppSide.start();
    const connection = await side.join();
    side.wait('s', ALICE, 'bob@example.net/work');
    let finish = () => {};
    const join = side.engine.join.bind(side.engine);
    const begun = new Promise<void>((resolve) => {
      side.engine.join = async (...peers) => {
        await new Promise<void>((done) => {
          finish = done;
          resolve();
        });
        return join(...peers);
      };
    });
    connection.send(activation);
    await begun;
    connection.reset();
    await side.observer.until('xmpp-offline');
    return { side, finish };
  }

  it('is lost with a word in the log, and the stream runs on [S5B-P-86]', async () => {
    const { side, finish } = await activateSlowly();
    finish();
    const { message } = await side.observer.until('xmpp-warning');
    expect(message).toBe('could not send a stanza (iq) to the server');
    expect(side.table.streamsActive()).toBe(1);
  });

  it('goes out over the next link if that is there in time [S5B-P-86]', async () => {
    const { side, finish } = await activateSlowly();
    await side.reconnect();
    const next = await side.join();
    finish();
    const reply = await next.nextStanza();
    expect(attribute(reply, 'id')).toBe('late');
    expect(attribute(reply, 'type')).toBe('result');
  });
});
