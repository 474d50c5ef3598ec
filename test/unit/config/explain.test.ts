// A configuration in plain words.

import { describe, expect, it } from 'vitest';
import { advertise } from '../../../src/config/advertise.ts';
import { inWords, sizeInWords } from '../../../src/config/amounts-in-words.ts';
import { formatChapters } from '../../../src/config/chapter.ts';
import { explain } from '../../../src/config/explain.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { formatProblem } from '../../../src/config/problem.ts';
import { Access } from '../../../src/policy/access.ts';
import { configFile } from '../../support/config-file.ts';

/** What is said about a file with these lines. */
async function explained(lines: string): Promise<string> {
  const file = configFile(`xmpp: { domain: proxy.example.org, secret: hunter2 }\n${lines}`);
  const loaded = await loadConfig({ file, environment: {} });
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  const { config } = loaded;
  const advertisement = advertise(config, config.listen, {});
  return formatChapters(explain(config, new Access(config.access, config.xmpp.domain), advertisement));
}

describe('the explanation', () => {
  it('tells server, addresses, access, limits, HTTP and log', async () => {
    const text = await explained('streamhosts: [{ host: 203.0.113.7, port: 7777 }]');
    for (const sentence of [
      'Joins xmpp://127.0.0.1:5347 as proxy.example.org, with the secret that was given.',
      'The link is not encrypted, and does not leave this machine.',
      'Accepts SOCKS5 connections on [::]:7777 (every IPv6 and IPv4 address).',
      'Clients are told 203.0.113.7:7777 (from streamhosts).',
      'The users of example.org, the parent domain of proxy.example.org, may use the proxy (access.allow is not set).',
      'At once at most 1024 handshakes, 4096 waiting connections and 4096 streams.',
      'A handshake may take 10 seconds; a connection may wait 10 minutes for its activation.',
      'On SIGTERM and SIGINT, running streams and transfers that wait have 30 seconds to finish.',
      'Serves /metrics, /healthz and /readyz at http://127.0.0.1:9565.',
      'Writes to standard output from level info up, as one JSON object a line, with JIDs in full and addresses in full.',
    ]) {
      expect(text).toContain(sentence);
    }
  });

  it('tells limits, rates, quotas and classes', async () => {
    const text = await explained(
      'limits: { waitingPerAddress: none }\nrates: { stream: 1MB, burst: 64KiB }\ntimeouts: { idle: none }\n' +
        'quotas: { domain: { day: 10GB }, atQuota: slow, store: q }\n' +
        'classes: [{ name: staff, match: { jids: [a.b, "*.a.b"], networks: [10.0.0.0/8] } }]\n',
    );
    for (const sentence of [
      'One address (IPv6: one /64): waiting connections: no limit; new connections: at most 200 a second,',
      'Streams at once of one requester: at most 1024; of all of one domain: no limit.',
      'A stream may last and be idle for ever.',
      'One stream: 1 MB a second; one requester: no limit; all together: no limit.',
      'After a pause may flow at once: 64 KiB.',
      'Quota of one requester: no limit a day, no limit a month; of its domain: 10 GB a day, no limit a month (UTC).',
      'At the quota, streams are refused, and running ones go on at 64 KiB a second.',
      'staff: requesters whose JID matches a.b, *.a.b and of whose connections one comes from 10.0.0.0/8.',
    ]) {
      expect(text).toContain(sentence);
    }
  });

  it('never tells the secret [COMP-26]', async () => {
    expect(await explained('')).not.toContain('hunter2');
  });

  it('tells that the HTTP port wants a token, and not which', async () => {
    const tokenFile = configFile('let-me-in\n');
    const text = await explained(`http: { tokenFile: ${tokenFile} }`);
    expect(text).toContain(
      'Serves /metrics, /healthz and /readyz at http://127.0.0.1:9565, to whoever shows the token of http.tokenFile.',
    );
    expect(text).not.toContain('let-me-in');
  });

  it('tells what is switched off or left to the system', async () => {
    const text = await explained(
      'listen: [{ host: 0.0.0.0, port: 0 }, { host: "::1", port: 7, proxyProtocol: true }]\nhttp: { enabled: false }\nlog: { level: silent }\n' +
        'relay: { earlyData: discard }\n',
    );
    expect(text).toContain(
      'Accepts SOCKS5 connections on 0.0.0.0, on a port that the system chooses (every IPv4 address).',
    );
    expect(text).toContain('Accepts SOCKS5 connections on [::1]:7, each with a PROXY protocol header.');
    expect(text).toContain('No HTTP port is opened (http.enabled is false).');
    expect(text).toContain('Nothing is logged.');
    expect(text).toContain('Bytes sent before the activation are thrown away');
    expect(text).toContain('Clients are told nothing.');
  });

  it('tells how the link to a remote server is protected [COMP-27]', async () => {
    const file = (service: string) => configFile(`xmpp: { domain: a.b, secret: s, service: "${service}" }`);
    const link = async (service: string) => {
      const loaded = await loadConfig({ file: file(service), environment: {} });
      if (!loaded.ok) throw new Error('not valid');
      return explain(loaded.config, new Access({ deny: [] }, 'a.b'), { streamhosts: [], warnings: [] })[0]
        ?.lines[1];
    };
    expect(await link('xmpp://[::1]:5347')).toContain('does not leave this machine');
    expect(await link('xmpp://xmpp.example.org:5347')).toContain(
      'should only cross a trusted network or a tunnel',
    );
    expect(await link('xmpps://xmpp.example.org:5348')).toContain('The link is encrypted');
  });
});

describe('a duration in words', () => {
  it.each([
    [1, '1 millisecond'],
    [1500, '1500 milliseconds'],
    [90_000, '90 seconds'],
    [60_000, '1 minute'],
    [7_200_000, '2 hours'],
  ])('%i ms is %s', (ms, words) => {
    expect(inWords(ms)).toBe(words);
  });
});

describe('a size in words', () => {
  it.each([
    [1, '1 byte'],
    [1000, '1 kB'],
    [1024, '1 KiB'],
    [65_536, '64 KiB'],
    [10_000_000, '10 MB'],
    [1_500_000_000, '1500 MB'],
    [2 ** 40, '1 TiB'],
  ])('%i is %s', (bytes, words) => {
    expect(sizeInWords(bytes)).toBe(words);
  });
});

describe('what is said about the operation', () => {
  it.each([
    ['', 'Connects to what clients are told at the start, after a reload and every 1 hour.'],
    [
      'selfCheck: { enabled: false }',
      'Whether clients reach what they are told is not checked (selfCheck.enabled).',
    ],
    [
      'drain: { link: leave }',
      'On SIGTERM and SIGINT, the link is given away at once, and running streams have 30 seconds to finish.',
    ],
    ['', 'Lists streams that have ended in the log, with JIDs in full and addresses in full.'],
    [
      'audit: { file: /a, mask: { jids: true } }',
      'Lists streams that have ended in /a, with JIDs masked and addresses in full; the key of the hashes changes with every start.',
    ],
    ['audit: { enabled: false }', 'Streams that have ended are not listed (audit.enabled is false).'],
    [
      'log: { level: warn }',
      'Streams that have ended are not listed: log.level is warn, and there is no audit.file.',
    ],
    [
      'log: { jids: masked, addresses: masked }',
      'Writes to standard output from level info up, as one JSON object a line, with JIDs masked and addresses masked.',
    ],
  ])('with "%s" has: %s', async (lines, sentence) => {
    expect(await explained(lines)).toContain(sentence);
  });
});
