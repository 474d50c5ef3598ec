// Options of a listener that the system refuses are told at the start, in one line.

import { expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { configFile } from '../support/config-file.ts';
import { describeWith } from '../support/requirements.ts';

describeWith(['splice'], 'streamhost serve', () => {
  it('ends with 1 when the system does not know the congestion control of a listener', async () => {
    const file = configFile(
      'xmpp: { domain: proxy.example.org, secret: hunter2 }\n' +
        'listen: [{ host: 127.0.0.1, port: 0, congestion: teleport }]\nhttp: { port: 0 }\n',
    );
    const { code, stderr } = await runCli(['serve', '--config', file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^streamhost: cannot listen on 127\.0\.0\.1:0 \(listen\[0\]\): the system refuses congestion teleport/m,
    );
  });
});
