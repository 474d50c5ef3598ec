// The configuration, from the text of the file to the problems: always a verdict, always in words, never the secret. [COMP-26]

import { readFileSync } from 'node:fs';
import { parseConfigFile } from '../../../src/config/file.ts';
import { checkConfig } from '../../../src/config/load.ts';
import { promise, type Target } from '../target.ts';

const SECRET = 'k4rX-not-to-be-told';
const full = readFileSync(new URL('../../../config/streamhost.full.yaml', import.meta.url), 'utf8');

/** Without comments: mutation should meet keys and values. */
const lines = full.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));

export const configuration: Target = {
  name: 'configuration',
  seeds: [
    Buffer.from(`xmpp: { domain: proxy.example.org, secret: ${SECRET} }\n`),
    Buffer.from(lines.join('\n')),
    Buffer.from('xmpp:\n  domain: p.example.org\n  secret: x\nlisten:\n  - { host: "::", port: 7777 }\n'),
    Buffer.from(
      'xmpp: &a { domain: p.example.org, secret: x }\nlog: { level: debug }\naccess: { allow: ["*"] }\n',
    ),
  ],
  words: [
    ...[
      '- ',
      ': ',
      '\n',
      '\n  ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '&a ',
      '*a',
      '<<: *a',
      '!!binary ',
      '---\n',
      '|\n',
      '# ',
    ],
    ...[
      '-1',
      '0',
      '65536',
      '1e309',
      '0x10',
      '.inf',
      'null',
      'true',
      '~',
      '10s',
      '5m',
      '1GB',
      '::1',
      '*.example.org',
    ],
    ...[
      '__proto__',
      'constructor',
      'xmpp',
      'listen',
      'classes',
      'limits',
      'quotas',
      'rates',
      'match',
      'none',
    ],
  ],
  maxBytes: 4096,
  run(input) {
    const text = input.toString('utf8');
    const checked = checkConfig(parseConfigFile('fuzz.yaml', text), { environment: {} });
    promise(
      ({} as { polluted?: unknown }).polluted === undefined,
      'the prototype of all objects was changed',
    );
    if (checked.ok) return `ok ${Object.keys(checked.config).length}`;
    promise(checked.problems.length > 0, 'refused without a reason');
    // Under another key it is a value like any other, which a message may name.
    const isSecret = !text.replaceAll(`secret: ${SECRET}`, '').includes(SECRET);
    for (const { message } of checked.problems) {
      promise(message.length > 0, 'a problem without words');
      promise(!isSecret || !message.includes(SECRET), `the secret is told: ${message}`);
    }
    return checked.problems
      .map(({ key, message }) => `${key}: ${message.replace(/[^a-z ]/gi, '').slice(0, 20)}`)
      .join();
  },
};
