// Activations: every answer of the proxy to them. [XEP-0065 §6.3.5]

import { describe, expect, it } from 'vitest';
import { attribute, type Element } from '../../src/wire/xml.ts';
import { verdict } from '../support/replies.ts';
import { ALICE, DOMAIN, MALLORY, XmppSide, type XmppSideOptions } from '../support/xmpp-side.ts';

const NS = 'http://jabber.org/protocol/bytestreams';
const BOB = 'bob@example.net/work';

const set = (content: string, attributes = "sid='s'", from = ALICE) =>
  `<iq type='set' id='act' from='${from}' to='${DOMAIN}'><query xmlns='${NS}' ${attributes}>${content}</query></iq>`;
const activate = ({ sid = 's', from = ALICE, target = BOB } = {}) =>
  set(`<activate>${target}</activate>`, `sid='${sid}'`, from);

/** The verdict of an answer that has nothing but an error in it. (clients.md 2.13) */
function strictVerdict(reply: Element): string {
  if (attribute(reply, 'type') === 'result' && reply.children.length > 0)
    throw new Error(`not empty: ${reply}`);
  return verdict(reply);
}

async function start(options?: XmppSideOptions) {
  const side = await XmppSide.start(options);
  const connection = await side.join();
  const ask = async (xml: string) => strictVerdict(await connection.ask(xml));
  const results = () => side.observer.of('activation').map(({ result }) => result);
  return { side, connection, ask, results };
}

describe('an activation', () => {
  it('of a pair that waits joins it, and is answered by an empty iq [S5B-P-60] [S5B-P-75] (clients.md 2.13)', async () => {
    const { side, connection } = await start();
    side.wait('s', ALICE, BOB);
    const reply = await connection.ask(activate());
    expect(reply.attrs).toEqual({
      xmlns: 'jabber:component:accept',
      type: 'result',
      id: 'act',
      from: DOMAIN,
      to: ALICE,
    });
    expect(reply.children).toEqual([]);
    expect(side.engine.streams).toHaveLength(1);
    expect(side.observer.of('activation')).toEqual([
      { kind: 'activation', result: 'ok', requester: ALICE, target: BOB },
    ]);
  });

  it('is answered after the relay is live [S5B-P-46]', async () => {
    const { side, connection } = await start();
    side.wait('s', ALICE, BOB);
    const order: string[] = [];
    const join = side.engine.join.bind(side.engine);
    side.engine.join = async (...peers) => {
      const stream = await join(...peers);
      await connection.settle(DOMAIN); // time enough for an answer, were one on its way
      order.push(connection.unread.length === 0 ? 'joined' : 'answered too early');
      return stream;
    };
    order.push(strictVerdict(await connection.ask(activate())));
    expect(order).toEqual(['joined', 'result']);
  });

  it('with one party there is refused, and works once the other has come [S5B-P-61]', async () => {
    const { side, ask, results } = await start();
    side.wait('s', ALICE, BOB, 1);
    expect(await ask(activate())).toBe('not-allowed/cancel');
    side.wait('s', ALICE, BOB, 1);
    expect(await ask(activate())).toBe('result');
    expect(results()).toEqual(['peer-missing', 'ok']);
  });

  it('of what nobody waits for finds no item [S5B-P-62]', async () => {
    const { side, ask, results } = await start();
    side.wait('s', ALICE, BOB);
    expect(await ask(activate({ sid: 'other' }))).toBe('item-not-found/cancel');
    expect(await ask(activate({ target: 'carol@example.net/x' }))).toBe('item-not-found/cancel');
    expect(results()).toEqual(['unknown', 'unknown']);
  });

  it('by the target or a stranger finds no item and does no harm [S5B-P-63] [S5B-P-31]', async () => {
    const { side, ask } = await start();
    side.wait('s', ALICE, BOB);
    expect(await ask(activate({ from: BOB, target: ALICE }))).toBe('item-not-found/cancel');
    expect(await ask(activate({ from: 'eve@example.org/x' }))).toBe('item-not-found/cancel');
    expect(await ask(activate())).toBe('result');
  });

  it('by another resource of the requester finds no item [S5B-P-64]', async () => {
    const { side, ask } = await start();
    side.wait('s', ALICE, BOB);
    expect(await ask(activate({ from: 'alice@example.org/other' }))).toBe('item-not-found/cancel');
  });

  it('that fails for our own fault says so and is told with the error; the proxy goes on [S5B-P-65]', async () => {
    const { side, ask } = await start();
    side.wait('s', ALICE, BOB);
    side.engine.failure = new Error('no descriptors');
    expect(await ask(activate())).toBe('internal-server-error/cancel');
    expect(side.observer.of('activation')).toEqual([
      { kind: 'activation', result: 'failed', requester: ALICE, target: BOB, error: side.engine.failure },
    ]);
    side.engine.failure = undefined;
    side.wait('t', ALICE, BOB);
    expect(await ask(activate({ sid: 't' }))).toBe('result');
  });

  it.each([
    ['no sid [S5B-P-66]', set(`<activate>${BOB}</activate>`, ''), 'bad-request/modify'],
    ['an empty sid [S5B-P-66]', set(`<activate>${BOB}</activate>`, "sid=''"), 'bad-request/modify'],
    ['no child [S5B-P-67]', set(''), 'bad-request/modify'],
    [
      'two activates [S5B-P-67]',
      set(`<activate>${BOB}</activate><activate>${BOB}</activate>`),
      'bad-request/modify',
    ],
    ['an empty activate [S5B-P-67]', set('<activate/>'), 'bad-request/modify'],
    ['a blank activate [S5B-P-67]', set('<activate> \n </activate>'), 'bad-request/modify'],
    ['an activate that is no JID [S5B-P-68]', set('<activate>@@/</activate>'), 'jid-malformed/modify'],
    [
      'a streamhost, as if we were the target [S5B-P-69]',
      set("<streamhost jid='a' host='b' port='1'/>"),
      'not-acceptable/modify',
    ],
    ['an unknown child [S5B-P-70]', set('<foo/>'), 'bad-request/modify'],
    ["a child of the target's answer [S5B-P-70]", set("<streamhost-used jid='a'/>"), 'bad-request/modify'],
    [
      'mode udp [S5B-P-74]',
      set(`<activate>${BOB}</activate>`, "sid='s' mode='udp'"),
      'feature-not-implemented/cancel',
    ],
  ])('with %s is refused, and the pair stays', async (_, xml, expected) => {
    const { side, ask, results } = await start();
    side.wait('s', ALICE, BOB);
    expect(await ask(xml)).toBe(expected);
    expect(results()).toEqual(['bad-request']);
    expect(await ask(activate())).toBe('result');
  });

  it('by someone who is not allowed is forbidden, and whoever waits is sent away [S5B-P-71]', async () => {
    const { side, ask, results } = await start();
    const peers = side.wait('s', MALLORY, BOB);
    expect(await ask(activate({ from: MALLORY }))).toBe('forbidden/auth');
    expect(peers.map(({ closed }) => closed)).toEqual([true, true]);
    expect(results()).toEqual(['forbidden']);
  });

  it('of a stream that runs conflicts with it, and leaves it alone [S5B-P-72]', async () => {
    const { side, ask } = await start();
    const peers = side.wait('s', ALICE, BOB);
    expect(await ask(activate())).toBe('result');
    expect(await ask(activate())).toBe('conflict/cancel');
    expect(peers.map(({ closed }) => closed)).toEqual([false, false]);
    expect(side.table.streamsActive()).toBe(1);
  });

  it('beyond the limit meets a constraint, and the pair is closed [S5B-P-73]', async () => {
    const { side, ask } = await start({ maxStreams: 1 });
    side.wait('s', ALICE, BOB);
    const peers = side.wait('t', ALICE, BOB);
    expect(await ask(activate())).toBe('result');
    expect(await ask(activate({ sid: 't' }))).toBe('resource-constraint/wait');
    expect(peers.map(({ closed }) => closed)).toEqual([true, true]);
  });

  it('while shutting down meets a constraint, unless its pair waits already [S5B-P-73] [S5B-P-88]', async () => {
    const { side, ask } = await start();
    side.wait('s', ALICE, BOB);
    side.table.drain();
    expect(await ask(activate({ sid: 't' }))).toBe('resource-constraint/wait');
    expect(await ask(activate())).toBe('result');
  });

  it('is refused when a party leaves at that moment, and the other one is closed [S5B-P-76]', async () => {
    const { side, ask, results } = await start();
    const [first, second] = side.wait('s', ALICE, BOB);
    if (first) first.condition = 'gone';
    expect(await ask(activate())).toBe('not-allowed/cancel');
    expect(second?.closed).toBe(true);
    expect(results()).toEqual(['peer-gone']);
  });

  it('finds the pair whether its JIDs are spelled as written or normalised [S5B-P-32] [S5B-P-35] [S5B-P-38]', async () => {
    const { side, ask } = await start();
    side.wait('s', ALICE, BOB);
    expect(await ask(activate({ target: '\n  BOB@Example.NET/work\n' }))).toBe('result');
  });

  it('may name a room’s occupant, or come from a component [S5B-P-33] [S5B-P-37]', async () => {
    const { side, ask } = await start();
    side.wait('s', 'bot.example.org', 'room@conference.example.net/Tget');
    expect(await ask(activate({ from: 'bot.example.org', target: 'room@conference.example.net/Tget' }))).toBe(
      'result',
    );
  });

  it('sends nothing when the stream ends [S5B-P-82]', async () => {
    const { side, connection, ask } = await start();
    side.wait('s', ALICE, BOB);
    await ask(activate());
    side.engine.streams[0]?.abort('finished');
    await side.observer.until('stream-closed');
    await connection.settle(DOMAIN);
    expect(connection.unread).toEqual([]);
  });

  it('works again after the link was lost, on a pair that outlived it [S5B-P-86]', async () => {
    const { side, connection } = await start();
    side.wait('s', ALICE, BOB);
    side.wait('t', ALICE, BOB);
    await connection.ask(activate());
    connection.reset();
    await side.reconnect();
    const next = await side.join();
    expect(side.table.streamsActive()).toBe(1);
    expect(side.table.connectionsWaiting()).toBe(2);
    expect(strictVerdict(await next.ask(activate({ sid: 't' })))).toBe('result');
  });
});
