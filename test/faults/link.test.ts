// The XMPP link goes down again and again, or says what no server says: no stream notices. [S5B-P-86]

import { afterEach, beforeEach, expect, it } from 'vitest';
import { record } from '../support/figures.ts';
import { describeWith } from '../support/requirements.ts';
import { FaultStage } from './stage.ts';
import { type Outcome, openStream, sendFile } from './transfer.ts';

const TRANSFERS = 200;
const AT_ONCE = 10;
const CUT_EVERY_MS = 200;
const BYTES = 1 << 20;
/** Long enough for each transfer to see several cuts. */
const PACE = { piece: 16 * 1024, pauseMs: 10 };
const MEBIBYTES_10 = 10 << 20;

describeWith(['prosody'], 'a link to Prosody', () => {
  let stage: FaultStage;

  beforeEach(async () => {
    stage = await FaultStage.open();
  });

  afterEach(async () => {
    await stage?.close();
  });

  async function transfer(): Promise<Outcome> {
    return sendFile(await openStream(stage.parties), BYTES, PACE);
  }

  it(`that is cut every ${CUT_EVERY_MS} ms breaks none of ${TRANSFERS} transfers [S5B-P-86] [COMP-19]`, async () => {
    const timer = setInterval(() => stage.link.cut(), CUT_EVERY_MS);
    const outcomes: Outcome[] = [];
    const one = async () => {
      for (let left = TRANSFERS / AT_ONCE; left > 0; left--) outcomes.push(await transfer());
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, one));
    } finally {
      clearInterval(timer);
    }
    record(
      `XMPP link cut every ${CUT_EVERY_MS} ms`,
      `${outcomes.length} transfers of 1 MiB over ${stage.link.links} links: ${countOf(outcomes, 'whole')} whole, ${countOf(outcomes, 'reset')} reset`,
    );
    expect(outcomes).toEqual(Array.from({ length: TRANSFERS }, () => 'whole'));
  });

  it('that is lost to a crash of the server breaks no running transfer, and comes back [S5B-P-86]', async () => {
    const streams = await Promise.all(Array.from({ length: AT_ONCE }, () => openStream(stage.parties)));
    const running = Promise.all(streams.map((stream) => sendFile(stream, BYTES, PACE)));
    await stage.server.crash();
    await stage.daemon.untilAlone();
    await stage.server.start();
    await stage.daemon.untilJoined();
    const outcomes = await running;
    record(
      'server killed and restarted',
      `${AT_ONCE} running transfers: ${countOf(outcomes, 'whole')} whole`,
    );
    expect(outcomes).toEqual(Array.from({ length: AT_ONCE }, () => 'whole'));
  });

  it.each([
    ['an XML bomb', bomb()],
    ['a stanza of 10 MiB', `<message><body>${'x'.repeat(MEBIBYTES_10)}</body></message>`],
    ['an element nested 100,000 deep', '<a>'.repeat(100_000)],
    ['broken UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xc3, 0x28, 0xff, 0xfe])],
    ['what is no XML', '<iq <<>> &&& </nothing>'],
  ])(
    'that brings %s ends, the transfers do not, and the daemon joins again [COMP-22] [COMP-23] [COMP-24]',
    async (what, bytes) => {
      const running = Promise.all([1, 2, 3].map(async () => transfer()));
      const links = stage.link.links;
      stage.link.inject(bytes);
      await stage.daemon.untilJoined();
      const next = await transfer();
      const outcomes = [...(await running), next];
      record(`${what} from the server`, `${outcomes.length} transfers: ${countOf(outcomes, 'whole')} whole`);
      expect(outcomes).toEqual(['whole', 'whole', 'whole', 'whole']);
      expect(stage.link.links).toBeGreaterThan(links);
    },
  );
});

function countOf(outcomes: readonly Outcome[], wanted: Outcome): number {
  return outcomes.filter((outcome) => outcome === wanted).length;
}

/** A billion laughs. */
function bomb(): string {
  const entities = Array.from(
    { length: 9 },
    (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`,
  );
  return `<!DOCTYPE b [<!ENTITY l0 "lol">${entities.join('')}]><message>&l9;</message>`;
}
