// The router apart from any protocol: what reaches a handler, and what becomes of its answer.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute, type Element, xml } from '../../../src/wire/xml.ts';
import { Router } from '../../../src/xmpp/router.ts';
import { answer, type Handler, refuse } from '../../../src/xmpp/service.ts';
import { Recorder } from '../../support/fake-relay.ts';

const domain = 'proxy.example.org';
const observer = new Recorder();

function routerWith(get: Handler): Router {
  const services = [{ namespace: 'urn:t', element: 'q', get }];
  return new Router({ domain, services, observer });
}

function request(attributes: Record<string, string | undefined> = {}): Element {
  const envelope = { type: 'get', id: '1', from: 'a@b/c', to: domain, ...attributes };
  return xml('iq', envelope, xml('q', { xmlns: 'urn:t' }));
}

describe('a handler', () => {
  it('is given sender, address and payload, and its payload goes back', async () => {
    const router = routerWith(({ from, to, payload }) => answer(xml('r', { from, to, name: payload.name })));
    const reply = await router.route(request());
    expect(reply?.toString()).toBe(
      `<iq type="result" id="1" from="${domain}" to="a@b/c"><r from="a@b/c" to="${domain}" name="q"/></iq>`,
    );
  });

  it('may take its time', async () => {
    const router = routerWith(async () => refuse('unknown'));
    expect((await router.route(request()))?.attrs.type).toBe('error');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
    ['rejects with something odd', () => Promise.reject('boom')],
  ] satisfies [string, Handler][])(
    'that %s costs one answer and one line in the log, never the daemon [S5B-P-65]',
    async (_, handler) => {
      observer.facts.length = 0;
      const reply = await routerWith(handler).route(request());
      expect(reply?.getChild('error')?.getChildElements()[0]?.name).toBe('internal-server-error');
      const [warning] = observer.of('xmpp-warning');
      expect(warning).toMatchObject({ message: 'answering urn:t failed', error: new Error('boom') });
    },
  );
});

describe('a request', () => {
  const router = routerWith(() => ({ ok: true }));

  it('without an id is answered without one: always answer (clients.md 2.13)', async () => {
    const reply = await router.route(request({ id: undefined }));
    expect(reply?.attrs).toEqual({ type: 'result', from: domain, to: 'a@b/c' });
  });

  it('without an address is for the component [COMP-14]', async () => {
    expect((await router.route(request({ to: undefined })))?.attrs.from).toBe(domain);
  });

  it('to another spelling of the domain is for the component, and answered from that spelling [COMP-16]', async () => {
    for (const to of ['Proxy.Example.ORG', 'proxy.example.org.']) {
      expect((await router.route(request({ to })))?.attrs).toMatchObject({ type: 'result', from: to });
    }
  });

  it('without a type is bad [ENT-05]', async () => {
    const reply = await router.route(request({ type: undefined }));
    expect(reply?.getChild('error')?.getChildElements()[0]?.name).toBe('bad-request');
  });
});

describe('any stanza', () => {
  it('gets at most one answer, and only iq get, iq set and odd iq types always do [ENT-01] [ENT-03]', async () => {
    const router = routerWith(() => ({ ok: true }));
    const text = fc.oneof(fc.constantFrom('get', 'set', 'result', 'error', 'subscribe', ''), fc.string());
    const stanza = fc.record({
      name: fc.constantFrom('iq', 'message', 'presence'),
      type: text,
      id: fc.string(),
      children: fc.array(fc.constantFrom('q', 'x', 'error'), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(stanza, async ({ name, type, id, children }) => {
        const element = xml(name, { type, id, from: 'a@b/c', to: domain });
        for (const child of children) element.append(xml(child, { xmlns: 'urn:t' }));
        const reply = await router.route(element);
        if (name === 'iq' && type !== 'result' && type !== 'error') {
          expect(reply && attribute(reply, 'id')).toBe(id);
          expect(['result', 'error']).toContain(reply?.attrs.type);
        } else {
          expect(reply?.name).toBe(name === 'presence' && type === 'subscribe' ? 'presence' : undefined);
        }
      }),
    );
  });
});
