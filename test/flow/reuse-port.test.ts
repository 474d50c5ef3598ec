// A port that two processes share while the one hands over to the other.

import { describe, expect, it } from 'vitest';
import { canReusePort } from '../../src/daemon/open-ports.ts';
import { startDaemon } from '../../src/daemon.ts';
import { freePort } from '../support/interop/free-port.ts';
import { configFor, outcome, ProxyUnderTest } from '../support/proxy.ts';
import { receive, receiveAll } from '../support/tcp.ts';

const possible = process.platform === 'linux' && canReusePort(process.versions.node);

/** A proxy on the port, which gives its name away at once when it is to stop. */
function startOn(port: number): Promise<ProxyUnderTest> {
  const listen = [{ host: '127.0.0.1', port, reusePort: true }];
  return ProxyUnderTest.start({ config: { listen, drain: { link: 'leave' } } });
}

describe('a port that may be shared', () => {
  const sharing = () =>
    it('is taken over by a new process; the old one sees its streams out', async () => {
      const port = await freePort();
      const old = await startOn(port);
      const [first, second] = await old.stream();
      const next = await startOn(port);
      const stopped = old.daemon.stop({ graceMs: 600_000 });
      await old.link.untilFooter();
      old.link.send('</stream:stream>');

      for (let i = 0; i < 20; i++) {
        const [one, two] = await next.stream();
        one.write('x');
        expect((await receive(two, 1)).toString()).toBe('x');
      }
      first.end('to the end');
      second.end();
      expect((await receiveAll(second)).bytes.toString()).toBe('to the end');
      expect(await stopped).toEqual({ unfinished: 0 });
      expect(outcome(await next.query())).toBe('result');
    });

  const refusing = () =>
    it('is refused where Node.js or the system cannot share one', async () => {
      const listen = [{ host: '127.0.0.1', port: await freePort(), reusePort: true }];
      const starting = startDaemon(configFor('xmpp://127.0.0.1:1', { listen, log: { level: 'silent' } }), {
        version: '0.0.0-test',
      });
      await expect(starting).rejects.toThrow(
        /\(listen\[0\]\): (reusePort needs Node\.js|this system cannot)/,
      );
    });

  if (possible) sharing();
  else refusing();
});

describe('a version of Node.js', () => {
  it.each([
    ['20.20.2', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['23.0.0', false],
    ['23.1.0', true],
    ['24.0.0', true],
  ])('%s: that it can share ports is %s', (version, can) => {
    expect(canReusePort(version)).toBe(can);
  });
});
