// The embedded server against a component that others wrote, so that the demo proves more than that we agree with us.

import { once } from 'node:events';
import { component as createComponent } from '@xmpp/component';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Testbed } from '../../src/testbed/testbed.ts';

const DOMAIN = 'echo.example.test';
const SECRET = 'secret';

describe('the package @xmpp/component on the testbed', () => {
  it('joins, and is reached by its domain [COMP-04]', async () => {
    const testbed = await Testbed.start({
      domain: 'example.test',
      components: { [DOMAIN]: SECRET },
      users: {},
    });
    onTestFinished(() => testbed.stop());
    const component = library(testbed, SECRET);
    const online = once(component, 'online');
    await component.start();
    const [address] = await online;
    expect(String(address)).toBe(DOMAIN);
    expect(testbed.isJoined(DOMAIN)).toBe(true);
    await component.stop();
  });

  it('is refused with another secret [COMP-10]', async () => {
    const testbed = await Testbed.start({
      domain: 'example.test',
      components: { [DOMAIN]: SECRET },
      users: {},
    });
    onTestFinished(() => testbed.stop());
    const component = library(testbed, 'another');
    component.on('error', () => {});
    await expect(component.start()).rejects.toMatchObject({ condition: 'not-authorized' });
    expect(testbed.isJoined(DOMAIN)).toBe(false);
  });
});

function library(testbed: Testbed, password: string) {
  const service = `xmpp://127.0.0.1:${testbed.componentPort}`;
  const component = createComponent({ service, domain: DOMAIN, password });
  component.reconnect.stop();
  return component;
}
