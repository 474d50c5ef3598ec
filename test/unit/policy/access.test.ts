// Who may use the proxy: every kind of rule, in every spelling.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Access, parentDomain } from '../../../src/policy/access.ts';
import { parseRule } from '../../../src/policy/jid-rules.ts';

const DOMAIN = 'proxy.example.org';

function access(rules: { allow?: string[]; deny?: string[] }, domain = DOMAIN): Access {
  return new Access({ deny: [], ...rules }, domain);
}

function allows(allow: string[], requester: string): boolean {
  return access({ allow }).judge(requester).ok;
}

describe('a rule', () => {
  it('for a full JID matches this resource only [S5B-P-22]', () => {
    expect(allows(['alice@example.org/pda'], 'alice@example.org/pda')).toBe(true);
    expect(allows(['alice@example.org/pda'], 'alice@example.org/PDA')).toBe(false);
    expect(allows(['alice@example.org/pda'], 'alice@example.org')).toBe(false);
  });

  it('for a bare JID matches every resource of the user [S5B-P-22]', () => {
    expect(allows(['alice@example.org'], 'alice@example.org/any')).toBe(true);
    expect(allows(['alice@example.org'], 'alice@example.org')).toBe(true);
    expect(allows(['alice@example.org'], 'bob@example.org/any')).toBe(false);
    expect(allows(['alice@example.org'], 'example.org')).toBe(false);
  });

  it('for a domain matches its users and itself, not its subdomains [S5B-P-22]', () => {
    expect(allows(['example.org'], 'alice@example.org/x')).toBe(true);
    expect(allows(['example.org'], 'example.org')).toBe(true);
    expect(allows(['example.org'], 'alice@chat.example.org/x')).toBe(false);
    expect(allows(['example.org'], 'alice@notexample.org/x')).toBe(false);
  });

  it('for subdomains matches them at any depth, not the domain itself [S5B-P-22]', () => {
    expect(allows(['*.example.org'], 'alice@chat.example.org/x')).toBe(true);
    expect(allows(['*.example.org'], 'bot.a.b.example.org')).toBe(true);
    expect(allows(['*.example.org'], 'alice@example.org/x')).toBe(false);
    expect(allows(['*.example.org'], 'alice@chat-example.org/x')).toBe(false);
  });

  it('for everyone matches everyone', () => {
    expect(allows(['*'], 'alice@anywhere.net/x')).toBe(true);
  });

  it.each([
    ['Alice@EX.com', 'alice@ex.com/r'],
    ['alice@ex.com', 'ALICE@Ex.Com/r'],
    ['EX.com.', 'alice@ex.com/r'],
    ['*.EX.com', 'alice@Sub.ex.COM'],
    ['bücher.example', 'alice@xn--bcher-kva.example/r'],
    ['xn--bcher-kva.example', 'alice@BÜCHER.example/r'],
    ['*.bücher.example', 'alice@a.xn--bcher-kva.example/r'],
    ['alice@ex.com/Pda', 'alice@ex.com/Pda'],
  ])('%s matches %s, because JIDs are normalised first [S5B-P-22]', (rule, requester) => {
    expect(access({ allow: [rule] }).judge(requester)).toEqual({ ok: true, rule });
    expect(access({ allow: ['*'], deny: [rule] }).judge(requester)).toMatchObject({ ok: false, rule });
  });

  it.each([
    '',
    '@example.org',
    'a b',
    '*@example.org',
    'a.*.org',
    '*.',
    '*.a@b',
    '**',
    '*.example.org/x',
    'a@',
  ])('cannot be %j', (text) => {
    expect(parseRule(text)).toBeUndefined();
    expect(() => access({ allow: [text] })).toThrow(`"${text}" is no access rule`);
  });
});

describe('the lists', () => {
  it('deny before allow, however narrow the allowing rule is [S5B-P-22]', () => {
    const lists = access({ allow: ['alice@example.org/pda', '*'], deny: ['example.org'] });
    expect(lists.judge('alice@example.org/pda')).toEqual({ ok: false, why: 'denied', rule: 'example.org' });
    expect(lists.judge('alice@example.net/pda')).toEqual({ ok: true, rule: '*' });
  });

  it('name the rule that decided, as it was written', () => {
    expect(access({ allow: ['Example.ORG'] }).judge('a@example.org/r')).toEqual({
      ok: true,
      rule: 'Example.ORG',
    });
  });

  it('refuse whoever no rule allows, and whatever is no JID', () => {
    expect(access({ allow: ['a.org'] }).judge('x@b.org/r')).toEqual({ ok: false, why: 'not-allowed' });
    expect(access({ allow: ['*'] }).judge('@@/')).toEqual({ ok: false, why: 'not-a-jid' });
  });

  it('judge alike, whatever letter case a user writes [S5B-P-22]', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    fc.assert(
      fc.property(name, name, name, (local, label, resource) => {
        const lists = access({ allow: [`${local}@${label}.org`] });
        const shouted = `${local.toUpperCase()}@${label.toUpperCase()}.ORG/${resource}`;
        expect(lists.judge(shouted)).toEqual({ ok: true, rule: `${local}@${label}.org` });
      }),
    );
  });
});

describe('without an allow list', () => {
  it('the users of the parent domain may use the proxy, and it says so', () => {
    const lists = access({});
    expect(lists.judge('alice@example.org/x')).toEqual({ ok: true, rule: 'example.org' });
    expect(lists.judge('alice@example.net/x')).toEqual({ ok: false, why: 'not-allowed' });
    expect(lists.closed).toBe(false);
    expect(lists.describe()).toBe(
      'The users of example.org, the parent domain of proxy.example.org, may use the proxy (access.allow is not set).',
    );
  });

  it.each(['localhost', 'proxy', '192.0.2.1', '[2001:db8::1]'])(
    'nobody may use the proxy %s, which has no parent domain, and it says what to set',
    (domain) => {
      const lists = access({}, domain);
      expect(parentDomain(domain)).toBeUndefined();
      expect(lists.judge(`alice@${domain}/x`)).toEqual({ ok: false, why: 'not-allowed' });
      expect(lists.closed).toBe(true);
      expect(lists.describe()).toBe(
        `Nobody may use the proxy: ${domain} has no parent domain whose users could be allowed; set access.allow.`,
      );
    },
  );

  it('a deny list still counts', () => {
    const lists = access({ deny: ['mallory@example.org'] });
    expect(lists.judge('mallory@example.org/x').ok).toBe(false);
    expect(lists.judge('alice@example.org/x').ok).toBe(true);
    expect(lists.describe()).toContain('but not mallory@example.org (access.deny)');
  });
});

describe('the description', () => {
  it('names the rules, an empty list and an open door', () => {
    expect(access({ allow: ['a.org', 'b.org'] }).describe()).toBe(
      'These may use the proxy: a.org, b.org (access.allow).',
    );
    expect(access({ allow: ['*'], deny: ['c.org'] }).describe()).toBe(
      'Everyone on any server may use the proxy (access.allow has *), but not c.org (access.deny).',
    );
    expect(access({ allow: [] }).describe()).toBe('Nobody may use the proxy: access.allow is an empty list.');
    expect(access({ allow: [] }).closed).toBe(true);
  });
});
