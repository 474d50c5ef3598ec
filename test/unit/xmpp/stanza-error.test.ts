// The table of refusals, against the conditions and types that requirements.md A.5 and D list.

import { describe, expect, it } from 'vitest';
import { stanzaErrors, writeError } from '../../../src/xmpp/stanza-error.ts';

describe('the table of stanza errors', () => {
  it('has the condition and the type of each reason [ENT-08] [S5B-P-61] [S5B-P-62] [S5B-P-65] [S5B-P-72] [S5B-P-73] [S5B-P-76]', () => {
    const table = Object.entries(stanzaErrors).map(([reason, { condition, type }]) => [
      reason,
      `${condition}/${type}`,
    ]);
    expect(Object.fromEntries(table)).toEqual({
      unknown: 'item-not-found/cancel',
      'peer-missing': 'not-allowed/cancel',
      'peer-gone': 'not-allowed/cancel',
      taken: 'conflict/cancel',
      'over-limit': 'resource-constraint/wait',
      'over-user-limit': 'resource-constraint/wait',
      'over-domain-limit': 'resource-constraint/wait',
      quota: 'resource-constraint/wait',
      draining: 'resource-constraint/wait',
      forbidden: 'forbidden/auth',
      'no-address': 'not-allowed/cancel',
      'bad-request': 'bad-request/modify',
      'jid-malformed': 'jid-malformed/modify',
      'not-acceptable': 'not-acceptable/modify',
      udp: 'feature-not-implemented/cancel',
      failed: 'internal-server-error/cancel',
      'no-service': 'service-unavailable/cancel',
      'no-item': 'item-not-found/cancel',
      'read-only': 'not-allowed/cancel',
    });
  });

  it('gives each type to the conditions that RFC 6120 gives it to [ENT-08]', () => {
    const types: Record<string, readonly string[]> = {
      auth: ['forbidden', 'not-authorized'],
      modify: ['bad-request', 'jid-malformed', 'not-acceptable'],
      wait: ['resource-constraint', 'recipient-unavailable', 'remote-server-timeout'],
    };
    for (const { condition, type } of Object.values(stanzaErrors)) {
      const expected = Object.entries(types).find(([, conditions]) => conditions.includes(condition))?.[0];
      expect(type).toBe(expected ?? 'cancel');
    }
  });

  it('is written with the condition first, then a text [ENT-07]', () => {
    const ns = 'urn:ietf:params:xml:ns:xmpp-stanzas';
    expect(writeError('forbidden').toString()).toBe(
      `<error type="auth"><forbidden xmlns="${ns}"/>` +
        `<text xmlns="${ns}" xml:lang="en">You may not use this proxy.</text></error>`,
    );
  });
});
