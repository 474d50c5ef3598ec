// docs/CONFIGURATION.md and the JSON Schema for editors, both out of the schema that checks the configuration.

import { jsonSchema, type Key, type Section, sections } from '../../src/config/keys.ts';
import { type Generated, table } from '../generated.ts';

const INTRODUCTION = `# Configuration

<!-- Written by \`npm run docs\` from src/config/schema.ts; do not edit. -->

\`streamhost serve --config FILE\` reads a YAML file, then the environment, then the command line; the later ones win.
\`streamhost check --config FILE\` reads the same and explains it in plain words, or says line by line what is wrong.
config/streamhost.yaml is the least that is needed, config/streamhost.full.yaml has every key with a comment, and
config/streamhost.schema.json lets editors complete and check the file.

**Environment.** Every key has a variable, shown in the tables below. The file is optional when the environment gives
what is needed. An empty variable counts as not set. Lists are written with commas (\`a.org,b.org\`), addresses as
\`HOST:PORT\` with IPv6 in brackets (\`[::]:7777,127.0.0.1:7778\`), and both may be YAML instead (\`[a.org, b.org]\`; \`[]\`
is an empty list). A variable that begins with \`STREAMHOST_\` and belongs to no key is an error, so that a typing
mistake is seen; only the variables that Docker and Kubernetes set for a service of that name are passed over.

**Command line.** \`--log-level\` and \`--log-format\` stand for \`log.level\` and \`log.format\`.

**Secret.** Exactly one of \`xmpp.secret\` and \`xmpp.secretFile\` must be given, from wherever. It cannot be given on the
command line, where every user of the machine could read it. Of a secret file the first line counts. A file with the
secret that every user can read is used, with a warning.

**Paths.** A relative path in the file starts at the file's folder, one in the environment at the working folder.

**Exit codes.** 0 success, 1 failure, 2 wrong usage or configuration.
`;

const ADVERTISED = `
### What clients are told

Without \`streamhosts\`, clients are told one entry with the port that the first listener really has. If that listener
is bound to one address, it is this address. If it is bound to all (\`::\` or \`0.0.0.0\`), it is the first that the
machine has of these: public IPv4, private IPv4, public IPv6, private IPv6, link-local, loopback. A private,
link-local or loopback address is told with a warning, because others can hardly reach it: set \`streamhosts\`.
Addresses are written as clients expect them: IPv6 in the form of RFC 5952, without brackets.
`;

const ACCESS = `
### How access is decided

Only the requester is judged, the party that asks for the proxy's address and activates the stream; at both of these
steps. A rule in \`deny\` wins over every rule in \`allow\`. JIDs are normalised before they are compared: \`Alice@EX.com\`
is \`alice@ex.com\`, and both spellings of an internationalised domain are the same.

| Rule | Matches |
| --- | --- |
| \`user@domain/resource\` | this full JID |
| \`user@domain\` | every resource of this user |
| \`domain\` | every user of this domain, and the domain itself |
| \`*.domain\` | every subdomain at any depth, not the domain itself |
| \`*\` | everyone, on any server |

In YAML, a rule that begins with \`*\` must be in quotes.

Without \`allow\`, the users of the component's parent domain may use the proxy: for \`proxy.example.org\` those of
\`example.org\`. A domain that has no parent (\`localhost\`, \`proxy\`, an IP address) names no such users; then nobody may
use the proxy until \`allow\` is set, since the other choice would open it to everyone. The log says at the start who may.
`;

const NOTES: Readonly<Record<string, string>> = { '': ADVERTISED, access: ACCESS };

export function configurationFiles(): Generated {
  return {
    'docs/CONFIGURATION.md': [INTRODUCTION, ...sections.map(describeSection)].join('\n'),
    'config/streamhost.schema.json': `${JSON.stringify(jsonSchema(), null, 2)}\n`,
  };
}

function describeSection({ name, description, keys }: Section): string {
  const title = name === '' ? '## Addresses' : `## ${name}`;
  const rows = keys.map((key) => [
    `\`${key.name}\``,
    `\`${key.variable}\``,
    key.expected,
    defaultOf(key),
    key.description,
  ]);
  const head = ['Key', 'Environment variable', 'Type', 'Default', 'Meaning'];
  const introduction = description === '' ? '' : `${description}\n\n`;
  return `${title}\n\n${introduction}${table(head, rows)}\n${NOTES[name] ?? ''}`;
}

function defaultOf({ required, fallback }: Key): string {
  if (required) return 'must be set';
  if (fallback === undefined) return 'none';
  return `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``;
}
