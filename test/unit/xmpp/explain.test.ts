// The words for every way in which a link can end, as far as the flow tests do not bring it about.

import { describe, expect, it } from 'vitest';
import { xml } from '../../../src/wire/xml.ts';
import { explainEnd } from '../../../src/xmpp/explain.ts';
import { explainSocketError } from '../../../src/xmpp/explain-socket.ts';
import { type EndCause, type Phase, readStreamError } from '../../../src/xmpp/stream-end.ts';

const target = { service: 'xmpp://xmpp.example.org:5347', domain: 'proxy.example.org' };

function explain(phase: Phase, cause: EndCause) {
  return explainEnd({ phase, cause, firstBytes: Buffer.alloc(0) }, target);
}

describe('an explanation', () => {
  const broken: EndCause = {
    kind: 'socket-error',
    error: Object.assign(new Error('read'), { code: 'ECONNRESET' }),
  };
  it.each<[Phase, EndCause, string]>([
    ['connecting', { kind: 'silent' }, 'xmpp://xmpp.example.org:5347 does not answer'],
    ['authenticating', { kind: 'silent' }, 'the server does not answer the handshake'],
    ['online', { kind: 'closed' }, 'the server closed the connection'],
    ['online', { kind: 'stream-closed' }, 'the server closed the connection'],
    ['online', broken, 'xmpp://xmpp.example.org:5347 broke the connection off'],
    [
      'online',
      { kind: 'bad-xml', condition: 'restricted-xml', message: 'a comment' },
      'the server sent XML that cannot be accepted: a comment',
    ],
    [
      'online',
      { kind: 'stream-error', condition: 'policy-violation', text: '' },
      'the server ended the stream: policy-violation',
    ],
  ])('while %s, of %o, is no refusal', (phase, cause, reason) => {
    expect(explain(phase, cause)).toMatchObject({ reason, refusal: false });
  });

  it('of a break in the middle of the handshake suspects the secret [COMP-10]', () => {
    expect(explain('authenticating', broken)).toMatchObject({ refusal: true });
  });

  it('has what the server says on one line, and not all of it', () => {
    const text = `a\nb\u2028c${'x'.repeat(1000)}`;
    const { reason } = explain('online', { kind: 'stream-error', condition: 'reset', text });
    expect(reason).toMatch(/^the server ended the stream: reset \(a b cx+\)$/);
    expect(reason.length).toBeLessThan(300);
  });
});

describe('a socket error', () => {
  const withCode = (code: string) => Object.assign(new Error(`what Node says about ${code}`), { code });

  it.each([
    ['ECONNREFUSED', 'refuses connections'],
    ['ENOTFOUND', 'has a host name that does not resolve'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'has a certificate for another name'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'has a certificate that is not trusted here'],
  ])('%s names the service, the trouble and the way out', (code, trouble) => {
    const { reason, advice } = explainSocketError(withCode(code), 'xmpp://h:1');
    expect(reason).toBe(`xmpp://h:1 ${trouble}`);
    expect(advice).toBeTruthy();
  });

  it('that is not known is told as it is', () => {
    expect(explainSocketError(withCode('EODD'), 'xmpp://h:1')).toEqual({
      reason: 'the connection to xmpp://h:1 failed: what Node says about EODD',
    });
    expect(explainSocketError(new Error('odd'), 'xmpp://h:1').reason).toContain('odd');
  });

  it('of a name with several addresses is that of the first', () => {
    const error = new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')], '');
    expect(explainSocketError(error, 'xmpp://h:1').reason).toBe('xmpp://h:1 refuses connections');
  });
});

describe('a stream error', () => {
  const ns = 'urn:ietf:params:xml:ns:xmpp-streams';

  it('has its condition wherever it stands, beside a text and an application’s own [COMP-12]', () => {
    const error = xml(
      'error',
      {},
      xml('own', { xmlns: 'urn:own' }),
      xml('text', { xmlns: ns }, 'why'),
      xml('conflict', { xmlns: ns }),
    );
    expect(readStreamError(error)).toEqual({ kind: 'stream-error', condition: 'conflict', text: 'why' });
  });

  it('without a condition is undefined', () => {
    expect(readStreamError(xml('error'))).toEqual({
      kind: 'stream-error',
      condition: 'undefined-condition',
      text: '',
    });
  });
});
