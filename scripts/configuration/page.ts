// docs/CONFIGURATION.md and the JSON Schema for editors, both out of the schema that checks the configuration.

import { jsonSchema, type Key, type Section, sections } from '../../src/config/keys.ts';
import { type Generated, table } from '../generated.ts';

const INTRODUCTION = `# Configuration

<!-- Written by \`npm run docs\` from src/config/schema.ts and src/config/sections/; do not edit. -->

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

**Secret.** Exactly one of \`xmpp.secret\` and \`xmpp.secretFile\` must be given; either of them from the environment
takes the place of whichever is in the file. It cannot be given on the command line, where every user of the machine
could read it. Of a secret file the first line counts. A file with the
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

const LIMITS = `
### What happens at a limit

| Limit | Who comes beyond it | Reason in \`streamhost_refusals_total\` |
| --- | --- | --- |
| \`handshakes\` | is closed without an answer | \`over-limit\`; \`over-address-limit\` at the quarter that one address may have |
| \`connectionsPerSecond\` | is closed without an answer | \`too-fast\` |
| \`waiting\` | gets SOCKS reply 01 and is closed | \`over-limit\` |
| \`waitingPerAddress\` | gets SOCKS reply 02 and is closed | \`over-address-limit\` |
| \`streams\` | gets \`resource-constraint\` (type wait); both connections are closed | \`over-limit\` |
| \`streamsPerUser\` | the same | \`over-user-limit\` |
| \`streamsPerDomain\` | the same | \`over-domain-limit\` |

Users and domains are counted by the normalised bare JID of the requester; another resource is the same user. What an
address has is given back when a connection is closed or its stream begins. \`streamhost_limit\` and
\`streamhost_limit_used\` tell how near each limit is.

### Behind a load balancer

A listener with \`proxyProtocol: true\` takes the peer's address from the PROXY protocol header with which every
connection must begin: version 1 or 2, within \`timeouts.handshake\`; anything else is closed without an answer
(\`bad-proxy-header\`). Limits, classes, log and audit then go by that address, and so does \`exempt\`. Anyone who reaches
such a port can claim any address: let only the load balancer reach it. Connections of the load balancer's own (LOCAL,
UNKNOWN: its health checks) count with its own address. A listener without it closes a header as it closes everything
that is not SOCKS5. A load balancer that sends no header can be named in \`exempt\` instead; then the limits of one
address do not hold for anyone behind it.
`;

const CLASSES = `
### How a class is found

The list is gone through in order, and the first class whose \`match\` holds counts; its name is in the log and in the
audit. \`match.jids\` has rules as in \`access\`, for the requester's JID. \`match.networks\` has source networks, of which
one of the two connections must come; nothing on the wire says which of the two is the requester's. If both are given,
both must hold. The access list is judged before, and apart from this.

\`\`\`yaml
classes:
  - name: staff
    match: { jids: [example.org], networks: [10.0.0.0/8] }
    limits: { streamsPerUser: 200, streamsPerDomain: none }
    timeouts: { idle: 2h, stream: none }
    rates: { stream: none, user: 50MB, burst: 100MB }
    quotas: { user: { day: 100GB, month: none }, domain: { day: none, month: none } }
  - name: guests
    match: { jids: ["*"] }
    rates: { user: 1MB }
\`\`\`

\`streamhost check --config FILE --explain JID\` prints the class of somebody and why it is that one, whether the access
list allows them, and the limits, rates and quotas that follow; with \`--from ADDRESS\` for a connection from there.
`;

const RATES = `
### How rates are shared

A stream draws from its own rate, from that of its requester and from that of all streams, and goes at the slowest of
them. The requester's rate is shared by all streams of the bare JID in the same class. A reload changes the rates of
running streams, too, within a second, also where there were none before.
`;

const NOTES: Readonly<Record<string, string>> = {
  '': `${ADVERTISED}${CLASSES}`,
  access: ACCESS,
  limits: LIMITS,
  rates: RATES,
};

export function configurationFiles(): Generated {
  return {
    'docs/CONFIGURATION.md': [INTRODUCTION, ...sections.map(describeSection)].join('\n'),
    'config/streamhost.schema.json': `${JSON.stringify(jsonSchema(), null, 2)}\n`,
  };
}

function describeSection({ name, description, keys }: Section): string {
  const title = name === '' ? '## Addresses and classes' : `## ${name}`;
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
