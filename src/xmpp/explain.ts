// Why the link is down, in words that an operator can act upon. Never a secret. [COMP-09] [COMP-10] [COMP-11] [COMP-26]

import { explainSocketError } from './explain-socket.ts';
import type { EndCause, StreamEnd } from './stream-end.ts';

export interface Explanation {
  readonly reason: string;
  /** What to change. */
  readonly advice?: string;
  /** The server does not want us as we are: trying again soon is of no use. */
  readonly refusal: boolean;
}

export interface Target {
  readonly service: string;
  readonly domain: string;
}

const WHERE_TO_CONNECT =
  "set xmpp.service to the server's component port (XEP-0114, often 5347), with xmpps:// if it speaks TLS from the start";

export function explainEnd({ phase, cause, firstBytes }: StreamEnd, target: Target): Explanation {
  const { service, domain } = target;
  switch (cause.kind) {
    case 'stream-error':
      return explainStreamError(cause, phase === 'online', target);
    case 'wrong-namespace':
      return refusal(`${service} is a port for ${cause.namespace}, not for components`, WHERE_TO_CONNECT);
    case 'no-stream':
      return { ...failure(`${service} does not speak XMPP`), advice: WHERE_TO_CONNECT };
    case 'bad-xml':
      if (phase !== 'opening')
        return failure(`the server sent XML that cannot be accepted: ${cause.message}`);
      return {
        ...failure(`${service} does not speak XMPP but ${sniff(firstBytes)}`),
        advice: WHERE_TO_CONNECT,
      };
    case 'silent':
      return explainSilence(phase, service);
    case 'dead':
      return failure(`${service} no longer answers pings`);
    case 'stopped':
      return failure('streamhost is stopping');
    default:
      break;
  }
  // A connection that ended without a reason: when it did is all there is to go by.
  if (phase === 'authenticating') {
    return refusal(
      `the server closed the connection upon the handshake, so it probably does not accept the secret for ${domain}`,
      adviceOnSecret(domain),
    );
  }
  if (cause.kind === 'socket-error') return { ...explainSocketError(cause.error, service), refusal: false };
  if (phase === 'online') return failure('the server closed the connection');
  return {
    ...failure(`${service} closed the connection without a stream header`),
    advice: WHERE_TO_CONNECT,
  };
}

function explainStreamError(
  { condition, text }: EndCause & { kind: 'stream-error' },
  online: boolean,
  { service, domain }: Target,
): Explanation {
  switch (condition) {
    case 'not-authorized':
      return refusal(`the server does not accept the secret for ${domain}`, adviceOnSecret(domain));
    case 'conflict':
      return refusal(
        online
          ? `another component has taken over ${domain}`
          : `another component is connected as ${domain} already`,
        'stop the other instance, or give this one a domain of its own (xmpp.domain)',
      );
    case 'host-unknown':
      return refusal(
        `the server has no component ${domain}`,
        `add it to the server's configuration (Prosody: Component "${domain}"; ejabberd: under hosts of a listener ` +
          'of module ejabberd_service), or correct xmpp.domain',
      );
    case 'invalid-namespace':
      return refusal(
        `${service} is not a port for components; ${domain} cannot join there`,
        WHERE_TO_CONNECT,
      );
    case 'system-shutdown':
      return failure('the server is shutting down');
    default:
      return failure(
        `the server ended the stream: ${condition}${text === '' ? '' : ` (${printable(text)})`}`,
      );
  }
}

function explainSilence(phase: StreamEnd['phase'], service: string): Explanation {
  if (phase === 'connecting') {
    return {
      ...failure(`${service} does not answer`),
      advice: 'check the host in xmpp.service, and whether a firewall drops the packets',
    };
  }
  if (phase === 'authenticating') return failure('the server does not answer the handshake');
  return {
    ...failure(`${service} accepts connections but does not open an XMPP stream`),
    advice: WHERE_TO_CONNECT,
  };
}

function adviceOnSecret(domain: string): string {
  return (
    `make xmpp.secret the one that the server has for ${domain}; ` +
    `ejabberd refuses a ${domain} that is not among its listener's hosts in the same way`
  );
}

/** What a port speaks that answered our header with something else than XML. */
function sniff(firstBytes: Buffer): string {
  if (firstBytes[1] === 0x03 && (firstBytes[0] === 0x15 || firstBytes[0] === 0x16)) return 'TLS';
  const text = firstBytes.toString('latin1');
  if (text.startsWith('HTTP/')) return 'HTTP';
  if (text.startsWith('SSH-')) return 'SSH';
  return 'something else';
}

/** The server's own words, fit for one line of a log. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 200);
}

function failure(reason: string): Explanation {
  return { reason, refusal: false };
}

function refusal(reason: string, advice: string): Explanation {
  return { reason, advice, refusal: true };
}
