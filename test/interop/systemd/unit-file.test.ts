// The unit file: what systemd thinks of its hardening, and what the program relies on.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeWith } from '../../support/requirements.ts';

const UNIT = fileURLToPath(new URL('../../../config/systemd/streamhost.service', import.meta.url));
const GUIDE = fileURLToPath(new URL('../../../docs/guides/systemd.md', import.meta.url));

describeWith(['systemd-analyze'], 'the unit file', () => {
  it('is as hardened as the guide says', async () => {
    const args = ['security', '--offline=true', '--no-pager', UNIT];
    const { stdout } = await promisify(execFile)('systemd-analyze', args);
    const [, exposure = ''] = /Overall exposure level for streamhost\.service: ([\d.]+)/.exec(stdout) ?? [];
    expect(exposure).not.toBe('');
    const [, stated = ''] = /exposure level ([\d.]+)/.exec(await readFile(GUIDE, 'utf8')) ?? [];
    expect(exposure).toBe(stated);
  });

  it('lets the daemon say that it is ready and alive, and reload', async () => {
    const unit = await readFile(UNIT, 'utf8');
    expect(unit).toMatch(/^Type=notify$/m);
    expect(unit).toMatch(/^WatchdogSec=\d+$/m);
    expect(unit).toMatch(/^ExecReload=\/bin\/kill -HUP \$MAINPID$/m);
    expect(unit).toMatch(/^LimitNOFILE=16384$/m);
  });
});
