// A valid configuration in plain words, for `streamhost check`.

import type { Access } from '../policy/access.ts';
import type { Advertisement } from './advertise.ts';
import { inWords } from './amounts-in-words.ts';
import type { Chapter } from './chapter.ts';
import { explainDrain, explainLog, explainSelfCheck } from './explain-operation.ts';
import { explainPolicy } from './explain-policy.ts';
import { formatAddress, parseHost } from './host.ts';
import type { Config } from './schema.ts';

/** What the daemon would do with this configuration. The secret is not in it. [COMP-26] */
export function explain(config: Config, access: Access, { streamhosts }: Advertisement): Chapter[] {
  const told = streamhosts.map(({ host, port }) =>
    port === 0 ? `${host}, with the port that the system chooses` : formatAddress(host, port),
  );
  const source = config.streamhosts ? 'streamhosts' : 'the first listener; streamhosts is not set';
  return [
    { title: 'XMPP server', lines: explainLink(config.xmpp) },
    {
      title: 'Addresses',
      lines: [
        ...config.listen.map(explainListener),
        told.length === 0
          ? 'Clients are told nothing.'
          : `Clients are told ${told.join(' and ')} (from ${source}).`,
        explainSelfCheck(config),
      ],
    },
    { title: 'Access', lines: [access.describe()] },
    { title: 'Streams', lines: explainStreams(config) },
    ...explainPolicy(config),
    { title: 'HTTP', lines: [explainHttp(config.http)] },
    { title: 'Log', lines: explainLog(config) },
  ];
}

function explainLink(xmpp: Config['xmpp']): string[] {
  const url = new URL(xmpp.service);
  const isTls = url.protocol === 'xmpps:';
  const isLocal = parseHost(url.hostname)?.reach === 'loopback';
  return [
    `Joins ${xmpp.service} as ${xmpp.domain}, with the secret that was given.`,
    isTls
      ? `The link is encrypted; ${xmpp.caFile ? `the authorities in ${xmpp.caFile} are` : 'the usual authorities are'} trusted.`
      : `The link is not encrypted${isLocal ? ', and does not leave this machine' : ': it should only cross a trusted network or a tunnel'}.`,
    `Asks the server every ${inWords(xmpp.ping)} whether it is still there, and waits ${inWords(xmpp.pingTimeout)} for the answer.`,
    `Comes back after a lost link within ${inWords(xmpp.reconnect.first)}, and tries ever more slowly, up to ${inWords(xmpp.reconnect.max)}.`,
    xmpp.onRefusal === 'retry'
      ? 'Goes on trying when the server refuses the secret or the domain.'
      : 'Ends with exit code 1 when the server refuses the secret or the domain.',
  ];
}

function explainListener({ host, port, proxyProtocol }: Config['listen'][number]): string {
  const where = port === 0 ? `${host}, on a port that the system chooses` : formatAddress(host, port);
  const meaning =
    host === '::' ? ' (every IPv6 and IPv4 address)' : host === '0.0.0.0' ? ' (every IPv4 address)' : '';
  const header = proxyProtocol ? ', each with a PROXY protocol header' : '';
  return `Accepts SOCKS5 connections on ${where}${meaning}${header}.`;
}

function explainStreams(config: Config): string[] {
  const { limits, timeouts, relay } = config;
  return [
    `At once at most ${limits.handshakes} handshakes, ${limits.waiting} waiting connections and ${limits.streams} streams.`,
    `A handshake may take ${inWords(timeouts.handshake)}; a connection may wait ${inWords(timeouts.pending)} for its activation.`,
    `A half-closed stream ends after ${inWords(timeouts.halfClose)} without a byte.`,
    explainDrain(config),
    `Bytes sent before the activation are ${relay.earlyData === 'hold' ? 'delivered after it' : 'thrown away'}; relay engine: ${relay.engine}.`,
  ];
}

function explainHttp({ enabled, host, port, token }: Config['http']): string {
  if (!enabled) return 'No HTTP port is opened (http.enabled is false).';
  const where =
    port === 0 ? `${host}, on a port that the system chooses` : `http://${formatAddress(host, port)}`;
  const toWhom = token === undefined ? '' : ', to whoever shows the token of http.tokenFile';
  return `Serves /metrics, /healthz and /readyz at ${where}${toWhom}.`;
}
