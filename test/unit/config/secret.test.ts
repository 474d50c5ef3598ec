// Where the secret comes from, and that no message shows it.

import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Environment } from '../../../src/config/environment.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { formatProblem } from '../../../src/config/problem.ts';
import { configFile, temporaryFolder, writeIn } from '../../support/config-file.ts';

async function problemsOf(file: string | undefined, environment: Environment = {}): Promise<string[]> {
  const loaded = await loadConfig({ file, environment });
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
}

describe('a secret file', () => {
  it('gives the secret in its first line [COMP-26]', async () => {
    const secretFile = writeIn(temporaryFolder(), 'secret', 'pass wörd\r\nsecond line\n');
    const file = configFile(`xmpp: { domain: a.b, secretFile: ${secretFile} }`);
    const loaded = await loadConfig({ file, environment: {} });
    expect(loaded).toMatchObject({ ok: true, config: { xmpp: { secret: 'pass wörd' } }, warnings: [] });
    expect(loaded.ok && 'secretFile' in loaded.config.xmpp).toBe(false);
  });

  it('is looked for beside the configuration file', async () => {
    const file = configFile('xmpp: { domain: a.b, secretFile: secret.txt }');
    writeIn(dirname(file), 'secret.txt', 's3cr3t');
    expect(await loadConfig({ file, environment: {} })).toMatchObject({
      config: { xmpp: { secret: 's3cr3t' } },
    });
  });

  it('may be named by the environment [COMP-26]', async () => {
    const secretFile = writeIn(temporaryFolder(), 'secret', 's3cr3t\n');
    const environment = { STREAMHOST_XMPP_DOMAIN: 'a.b', STREAMHOST_XMPP_SECRET_FILE: secretFile };
    expect(await loadConfig({ environment })).toMatchObject({ config: { xmpp: { secret: 's3cr3t' } } });
  });

  it('that is missing, a directory or empty is told in one line', async () => {
    const folder = temporaryFolder();
    const empty = writeIn(folder, 'empty', '\nsecond line\n');
    const told = (path: string) => problemsOf(configFile(`xmpp:\n  domain: a.b\n  secretFile: ${path}\n`));
    expect(await told(`${folder}/none`)).toEqual([
      expect.stringMatching(`streamhost.yaml:3: xmpp.secretFile: ${folder}/none: no such file$`),
    ]);
    expect(await told(folder)).toEqual([
      expect.stringMatching(`xmpp.secretFile: ${folder}: is a directory, expected a file$`),
    ]);
    expect(await told(empty)).toEqual([
      expect.stringMatching(`xmpp.secretFile: ${empty}: its first line is empty, expected the secret there$`),
    ]);
  });

  it('that this user may not read is told in one line', async () => {
    const path = writeIn(temporaryFolder(), 'secret', 's');
    chmodSync(path, 0);
    becomeUnprivileged();
    const environment = { STREAMHOST_XMPP_DOMAIN: 'a.b', STREAMHOST_XMPP_SECRET_FILE: path };
    expect(await problemsOf(undefined, environment)).toEqual([
      `STREAMHOST_XMPP_SECRET_FILE: xmpp.secretFile: ${path}: may not be read by this user`,
    ]);
  });

  it.skipIf(process.platform === 'win32')('that everyone can read is used with a warning', async () => {
    const secretFile = writeIn(temporaryFolder(), 'secret', 's3cr3t');
    chmodSync(secretFile, 0o644);
    const environment = { STREAMHOST_XMPP_DOMAIN: 'a.b', STREAMHOST_XMPP_SECRET_FILE: secretFile };
    expect(await loadConfig({ environment })).toMatchObject({
      ok: true,
      warnings: [`${secretFile} holds the secret and can be read by every user of this machine: chmod o-r`],
    });
  });
});

describe('the secret', () => {
  it.skipIf(process.platform === 'win32')(
    'in a configuration file that everyone can read is used with a warning',
    async () => {
      const file = configFile('xmpp: { domain: a.b, secret: s3cr3t }');
      chmodSync(file, 0o644);
      expect(await loadConfig({ file, environment: {} })).toMatchObject({
        warnings: [`${file} holds the secret and can be read by every user of this machine: chmod o-r`],
      });
      const environment = { STREAMHOST_XMPP_SECRET: 'other' };
      const overridden = configFile('xmpp: { domain: a.b }');
      chmodSync(overridden, 0o644);
      expect(await loadConfig({ file: overridden, environment })).toMatchObject({ ok: true, warnings: [] });
    },
  );

  it('given twice is told with both places', async () => {
    const file = configFile('xmpp:\n  domain: a.b\n  secret: s3cr3t\n  secretFile: x\n');
    expect(await problemsOf(file)).toEqual([
      `${file}:4: xmpp.secretFile: xmpp.secret is given, too (${file}:3); expected only one of them`,
    ]);
    const environment = { STREAMHOST_XMPP_SECRET: 's3cr3t', STREAMHOST_XMPP_SECRET_FILE: 'x' };
    expect(await problemsOf(configFile('xmpp: { domain: a.b }'), environment)).toEqual([
      'STREAMHOST_XMPP_SECRET_FILE: xmpp.secretFile: xmpp.secret is given, too (STREAMHOST_XMPP_SECRET); expected only one of them',
    ]);
  });

  it('that is an empty text is told, as it is no secret', async () => {
    const file = configFile('xmpp:\n  domain: a.b\n  secret: ""\n');
    expect(await problemsOf(file)).toEqual([`${file}:3: xmpp.secret: found "", expected text`]);
  });

  it('from the environment wins over that of the file, whichever of the two keys either has', async () => {
    const inFile = writeIn(temporaryFolder(), 'secret', 'from a file');
    const written = configFile('xmpp: { domain: a.b, secret: written }');
    expect(
      await loadConfig({ file: written, environment: { STREAMHOST_XMPP_SECRET_FILE: inFile } }),
    ).toMatchObject({ config: { xmpp: { secret: 'from a file' } } });
    const named = configFile(`xmpp: { domain: a.b, secretFile: ${inFile} }`);
    expect(
      await loadConfig({ file: named, environment: { STREAMHOST_XMPP_SECRET: 'from outside' } }),
    ).toMatchObject({ config: { xmpp: { secret: 'from outside' } } });
  });

  it.each([
    'xmpp:\n  domain: a.b\n  secret: 7274\n',
    'xmpp:\n  domain: a.b\n  secret: [hunter2]\n',
    'xmpp:\n  domain: a.b\n  secret: { hunter2: hunter2 }\n',
    'xmpp:\n  domain: a.b\n  secret: *hunter2\n',
    'xmpp:\n  domain: a.b\n  secret: !hunter2 x\n',
    'xmpp:\n  domain: a.b\n  secret: @hunter2\n',
    'xmpp:\n  domain: a.b\n  secret: "hunter2\n',
    'xmpp:\n  domain: a.b\n  secret: hunter2: 7274\n',
    'xmpp:\n  domain: a@b\n  secret: hunter2\n',
  ])('is not shown by the message about %j [COMP-26]', async (content) => {
    const problems = await problemsOf(configFile(content));
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).not.toMatch(/hunter2|7274/);
  });
});

describe('a file of authorities', () => {
  it('must be there and hold a certificate', async () => {
    const file = configFile('xmpp:\n  domain: a.b\n  secret: s\n  caFile: ca.pem\n');
    const path = `${dirname(file)}/ca.pem`;
    expect(await problemsOf(file)).toEqual([`${file}:4: xmpp.caFile: ${path}: no such file`]);
    writeIn(dirname(file), 'ca.pem', 'hello');
    expect(await problemsOf(file)).toEqual([
      `${file}:4: xmpp.caFile: ${path}: no certificate in it, expected a PEM file`,
    ]);
    writeIn(dirname(file), 'ca.pem', '-----BEGIN CERTIFICATE-----\n');
    expect(await loadConfig({ file, environment: {} })).toMatchObject({
      config: { xmpp: { caFile: path } },
      warnings: ['xmpp.caFile has no effect: xmpp.service is not an xmpps:// address'],
    });
  });
});

/** Root may read everything; for the rest of the test it is nobody. */
function becomeUnprivileged(): void {
  if (process.geteuid?.() !== 0) return;
  onTestFinished(() => process.seteuid?.(0));
  process.seteuid?.('nobody');
}
