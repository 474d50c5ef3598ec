// What a peer can send a client of the library: offers, answers, blocks, streamhosts, file names. A verdict always, and
// never a name that leaves its folder. [SI-R-16] [S5B-T-07] [IBB-18]

import { safeName } from '../../../src/client/files/safe-name.ts';
import { readBytestreamOffer, readUsed } from '../../../src/wire/bytestream-offer.ts';
import { BYTESTREAMS } from '../../../src/wire/bytestreams.ts';
import { readInfo, readItems } from '../../../src/wire/disco.ts';
import { IBB, MAX_BLOCK_SIZE, readBlock, readOpen, SEQ_MODULUS } from '../../../src/wire/ibb.ts';
import { readAnswer, readOffer, SI } from '../../../src/wire/si.ts';
import { resolveRange } from '../../../src/wire/si-range.ts';
import { type Element, xml } from '../../../src/wire/xml.ts';
import { XmlStreamParser } from '../../../src/wire/xml-stream.ts';
import { promise, type Target } from '../target.ts';

const HEADER = "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client'>";
const PROFILE = 'http://jabber.org/protocol/si/profile/file-transfer';
const NEGOTIATION =
  "<feature xmlns='http://jabber.org/protocol/feature-neg'><x xmlns='jabber:x:data' type='form'>" +
  `<field var='stream-method' type='list-single'><option><value>${BYTESTREAMS}</value></option></field></x></feature>`;

export const peers: Target = {
  name: 'peers',
  seeds: [
    `<si xmlns='${SI}' id='a' profile='${PROFILE}'><file xmlns='${PROFILE}' name='a.txt' size='1022' hash='552da749930852c69ae5d2141d3766b1' date='1969-07-21T02:56:15Z'><desc>x</desc><range/></file>${NEGOTIATION}</si>`,
    `<si xmlns='${SI}'><file xmlns='${PROFILE}'><range offset='5' length='10'/></file>${NEGOTIATION.replace("type='form'", "type='submit'")}</si>`,
    `<query xmlns='${BYTESTREAMS}' sid='a' mode='tcp' dstaddr='${'0'.repeat(40)}'><streamhost jid='p.example' host='192.0.2.1' port='7777'/></query>`,
    `<query xmlns='${BYTESTREAMS}' sid='a'><streamhost-used jid='p.example'/></query>`,
    `<open xmlns='${IBB}' sid='a' block-size='4096' stanza='iq'/>`,
    `<data xmlns='${IBB}' sid='a' seq='0'>qANQR1DBwU4DX7jmYZnncm==</data>`,
    `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='proxy' type='bytestreams'/><feature var='x'/></query>`,
    `<query xmlns='http://jabber.org/protocol/disco#items'><item jid='p.example'/></query>`,
  ].map((text) => Buffer.from(text)),
  words: [
    ...[
      "name='",
      "size='",
      '../',
      '..\\',
      '\u0000',
      'CON',
      '.part',
      '%2e%2e',
      '\u202e',
      '-1',
      '9007199254740993',
      '65536',
    ],
    ...[
      '<range ',
      'offset=',
      '<file ',
      '</si>',
      '=',
      '==',
      ' ',
      "seq='",
      "block-size='",
      "host='",
      '[::1]',
      'x'.repeat(300),
    ],
  ],
  maxBytes: 4096,
  run(input) {
    const parser = new XmlStreamParser();
    const words: string[] = [];
    parser.on('element', (element) => words.push(readAll(element)));
    parser.on('error', ({ condition }) => words.push(condition));
    parser.write(HEADER);
    parser.write(input);
    return words.join(' ');
  },
};

/** Every reader takes every element: peers mix them up, too. */
function readAll(element: Element): string {
  const result = xml('iq', { type: 'result' }, element); // which makes it the parent, for good
  return [
    ofOffer(element),
    ofAnswer(element),
    ofStreamhosts(element),
    ofBlocks(element),
    `${readInfo(result).identities.length}/${readItems(result).length}/${readUsed(result) ?? ''}`,
  ].join();
}

function ofOffer(element: Element): string {
  const read = readOffer(element);
  if (!read.ok) return read.reason;
  const { name, size } = read.offer.file;
  const safe = safeName(name);
  promise(
    safe !== '' && !/[/\\\0]/.test(safe) && !/^\.{1,2}$/.test(safe),
    `${JSON.stringify(name)} becomes ${JSON.stringify(safe)}`,
  );
  promise(Buffer.byteLength(safe) <= 255, `a name of ${Buffer.byteLength(safe)} bytes`);
  promise(size === undefined || (Number.isSafeInteger(size) && size >= 0), `a file of ${size} bytes`);
  return 'offer';
}

function ofAnswer(element: Element): string {
  const read = readAnswer(element);
  if (!read.ok) return read.reason;
  const range = read.range && resolveRange(read.range, 1000);
  promise(range === undefined || range.offset + range.length <= 1000, 'a range beyond the end of the file');
  return `answer ${read.methods.length}`;
}

function ofStreamhosts(element: Element): string {
  const read = readBytestreamOffer(element);
  if (!read.ok) return read.reason;
  for (const { port } of read.offer.streamhosts) promise(port > 0 && port < 65_536, `port ${port}`);
  return `${read.offer.streamhosts.length} streamhosts`;
}

function ofBlocks(element: Element): string {
  const [open, block] = [readOpen(element), readBlock(element)];
  promise(!open.ok || open.open.blockSize <= MAX_BLOCK_SIZE, 'a block size beyond the limit');
  promise(!block.ok || (block.block.seq >= 0 && block.block.seq < SEQ_MODULUS), 'a number beyond the limit');
  return `${open.ok}/${block.ok ? block.block.bytes.length : block.reason}`;
}
