// Stanzas as the lines of a play: who says what to whom, in words.

import { attribute, childElements, type Element } from '../../../src/wire/xml.ts';
import type { TwoUsers } from './two-users.ts';

const METHODS: Readonly<Record<string, string>> = {
  'http://jabber.org/protocol/si': 'Stream Initiation',
  'http://jabber.org/protocol/si/profile/file-transfer': 'files',
  'http://jabber.org/protocol/bytestreams': 'SOCKS5 bytestreams',
  'http://jabber.org/protocol/ibb': 'in-band bytestreams',
};

/** What the parties say to each other from now on; a port of the sender's own is PORT. */
export function writeDown(
  users: TwoUsers,
  names: Readonly<Record<string, string>>,
): { readonly lines: string[] } {
  const lines: string[] = [];
  users.testbed.on('stanza', (stanza) => {
    const [from, to] = [names[attribute(stanza, 'from') ?? ''], names[attribute(stanza, 'to') ?? '']];
    if (from !== undefined && to !== undefined) lines.push(`${from} → ${to}: ${inWords(stanza, names)}`);
  });
  return { lines };
}

function inWords(stanza: Element, names: Readonly<Record<string, string>>): string {
  const [payload] = childElements(stanza);
  const type = attribute(stanza, 'type');
  if (type === 'error') return `no: ${payload && childElements(payload)[0]?.name}`;
  if (payload === undefined) return 'done';
  const [first] = childElements(payload);
  const topic =
    payload.name === 'query' ? (attribute(payload, 'xmlns')?.split('/').at(-1) ?? '') : payload.name;
  switch (`${type} ${topic}`) {
    case 'get disco#info':
      return attribute(stanza, 'to')?.includes('@') ? 'what can you do?' : 'what are you?';
    case 'result disco#info':
      return features(payload);
    case 'get bytestreams':
      return 'where do you listen?';
    case 'result bytestreams':
      return first?.name === 'streamhost' ? `at ${address(first)}` : `I use ${whom(first, stanza)}`;
    case 'set bytestreams':
      return first?.name === 'activate'
        ? `join me with ${names[first.getText()]}`
        : `connect to ${list(payload.getChildren('streamhost').map(address))}`;
    case 'set si':
      return `I offer ${first && attribute(first, 'name')} of ${first && attribute(first, 'size')} bytes, by ${methods(payload)}`;
    case 'result si':
      return `I take it, by ${methods(payload)}`;
    case 'set open':
      return `let us begin, with blocks of ${attribute(payload, 'block-size')} bytes`;
    case 'set data':
      return 'a block';
    case 'set close':
      return 'that was all';
    default:
      return stanza.toString();
  }
}

function features(info: Element): string {
  if (info.getChildByAttr('type', 'bytestreams')) return 'a proxy for SOCKS5 bytestreams';
  const known = info.getChildren('feature').flatMap((one) => METHODS[attribute(one, 'var') ?? ''] ?? []);
  return known.join(', ');
}

function methods(si: Element): string {
  const texts = [...si.toString().matchAll(/<value>([^<]+)</g)].flatMap(
    ([, text = '']) => METHODS[text] ?? text,
  );
  return list(texts);
}

function whom(used: Element | undefined, stanza: Element): string | undefined {
  const jid = used && attribute(used, 'jid');
  return jid === attribute(stanza, 'to') ? 'you' : jid;
}

function address(streamhost: Element): string {
  const [host, port] = [attribute(streamhost, 'host'), attribute(streamhost, 'port')];
  return `${host}:${attribute(streamhost, 'jid')?.includes('@') ? 'PORT' : port}`;
}

function list(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join() : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}
