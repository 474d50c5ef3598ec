// The component's XML stream, from the bytes to the answers: one answer to each request, none to an answer, and no
// input that ends anything but the stream. [COMP-22] [COMP-23] [COMP-24] [ENT-01] [ENT-03]

import { Table } from '../../../src/rendezvous/table.ts';
import { candidateKeys } from '../../../src/wire/session-key.ts';
import { attribute, childElements, type Element } from '../../../src/wire/xml.ts';
import { XmlStreamParser } from '../../../src/wire/xml-stream.ts';
import { Router } from '../../../src/xmpp/router.ts';
import { createServices } from '../../../src/xmpp/services.ts';
import { ManualClock } from '../../support/clock.ts';
import { FakeEngine, FakePeer } from '../../support/fake-relay.ts';
import { cut } from '../mutate.ts';
import { promise, type Target } from '../target.ts';

const DOMAIN = 'proxy.example.org';
const ALICE = 'alice@example.org/home';
const HEADER = `<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' id='1'>`;
const BYTESTREAMS = 'http://jabber.org/protocol/bytestreams';
const ENVELOPE = `id='1' from='${ALICE}' to='${DOMAIN}'`;

function iq(type: string, payload: string): string {
  return `<iq type='${type}' ${ENVELOPE}>${payload}</iq>`;
}

const stanzas = [
  iq('get', `<query xmlns='http://jabber.org/protocol/disco#info'/>`),
  iq('get', `<query xmlns='http://jabber.org/protocol/disco#items' node='x'/>`),
  iq('get', `<query xmlns='${BYTESTREAMS}' sid='s'/>`),
  iq('set', `<query xmlns='${BYTESTREAMS}' sid='s'><activate>bob@example.net/pda</activate></query>`),
  iq(
    'set',
    `<query xmlns='${BYTESTREAMS}' sid='s' mode='udp'><activate> bob@example.net </activate></query>`,
  ),
  iq('set', `<query xmlns='${BYTESTREAMS}' sid='s'><streamhost jid='a' host='b' port='1'/></query>`),
  iq('get', `<ping xmlns='urn:xmpp:ping'/>`),
  iq('get', `<query xmlns='jabber:iq:version'/>`),
  iq('get', `<query xmlns='jabber:iq:last'/>`),
  iq('set', `<vCard xmlns='vcard-temp'/>`),
  iq('error', `<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`),
  `<presence type='subscribe' ${ENVELOPE}/>`,
  `<message ${ENVELOPE}><body>caf\u00e9 \u{1F600}</body></message>`,
  '<stream:error><conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error></stream:stream>',
];

export const stanzaStream: Target = {
  name: 'stanzas',
  seeds: stanzas.map((stanza) => Buffer.from(HEADER + stanza)),
  words: [
    ...[
      '<iq',
      "type='set'",
      '/>',
      '</query>',
      '<activate>',
      '</activate>',
      '@',
      'xmlns=',
      BYTESTREAMS,
      '&#x10FFFF;',
    ],
    ...[
      '<!DOCTYPE x [<!ENTITY e "e">]>',
      '&e;',
      '&amp;',
      '<![CDATA[',
      ']]>',
      '<?xml version="1.0"?>',
      '<!--',
      '\u00df',
    ],
  ],
  maxBytes: 8192,
  async run(input, random) {
    const parser = new XmlStreamParser({ maxStanzaBytes: 10_000 });
    const received: Element[] = [];
    let condition = 'open';
    parser.on('element', (element) => received.push(element));
    parser.on('error', (error) => {
      condition = error.condition;
    });
    for (const piece of cut(input, random)) parser.write(piece);
    const answers: string[] = [];
    for (const stanza of received) answers.push(await answerOf(stanza));
    return `${condition} ${answers.join(' ')}`;
  },
};

async function answerOf(stanza: Element): Promise<string> {
  const asked = stanza.toString();
  const reply = await newRouter().route(stanza);
  const type = attribute(stanza, 'type');
  if (reply === undefined) {
    const from = attribute(stanza, 'from');
    const request = stanza.name === 'iq' && type !== 'result' && type !== 'error' && from;
    const to = attribute(stanza, 'to');
    const forUs = to === undefined || to.toLowerCase() === DOMAIN;
    promise(!request || !forUs, `no answer to ${asked}`);
    return '-';
  }
  promise(attribute(reply, 'to') === attribute(stanza, 'from'), `the answer to ${asked} goes elsewhere`);
  promise(
    reply.name !== 'iq' || attribute(reply, 'id') === attribute(stanza, 'id'),
    `the answer to ${asked} has another id`,
  );
  readAgain(reply);
  const [child] = childElements(reply);
  const condition = child?.name === 'error' ? childElements(child)[0]?.name : child?.name;
  return `${reply.name}/${attribute(reply, 'type')}/${condition ?? ''}`;
}

/** What we write has to be one well-formed stanza, whatever it was made of. */
function readAgain(reply: Element): void {
  const parser = new XmlStreamParser();
  let elements = 0;
  parser.on('element', () => elements++);
  parser.on('error', (error) => promise(false, `we write what is ${error.condition}: ${reply}`));
  parser.write(`${HEADER}${reply}`);
  promise(elements === 1, `we write ${elements} stanzas for one: ${reply}`);
}

/** A proxy with one pair waiting. */
function newRouter(): Router {
  const observer = { observe() {} };
  const options = { maxWaiting: 10, maxStreams: 10, pendingMs: 1000 };
  const rendezvous = new Table(new FakeEngine(), new ManualClock(), observer, options);
  const [key] = candidateKeys('s', ALICE, 'bob@example.net/pda');
  if (key) for (const _ of [1, 2]) rendezvous.join(key, '192.0.2.1', () => new FakePeer());
  const services = createServices(
    {
      rendezvous,
      observer,
      isAllowed: (jid) => jid.includes('example'),
      streamhosts: () => [{ host: '192.0.2.1', port: 7777 }],
    },
    {
      name: 'fuzz',
      software: { name: 'streamhost', version: '0' },
      contacts: { admin: [], abuse: [], support: [], security: [], feedback: [], sales: [] },
      uptimeMs: () => 0,
    },
  );
  return new Router({ domain: DOMAIN, services, observer });
}
