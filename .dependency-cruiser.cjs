// The import table of docs/ARCHITECTURE.md as a lint rule: which room may import which, and one door per vendor.
const rooms = {
  wire: [],
  policy: ['wire/jid'],
  rendezvous: ['wire/session-key', 'policy'],
  sockets: [],
  threads: [],
  relay: ['rendezvous/ports', 'policy', 'wire/session-key', 'sockets', 'threads'],
  store: ['policy', 'threads'],
  listener: ['wire', 'policy', 'rendezvous', 'sockets'],
  xmpp: ['wire', 'policy', 'rendezvous'],
  ops: ['rendezvous/ports', 'wire/session-key', 'wire/jid'],
  config: ['wire/jid', 'policy'],
  'self-check': ['wire', 'rendezvous/ports', 'config/host'],
  client: ['wire', 'sockets'],
  testbed: ['wire'],
};

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `src/${room}/ may import only itself and: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: [room, ...allowed].map((name) => `^src/${name}(/|\\.ts$)`) },
}));

const doors = {
  pino: '^src/ops/(log|destination)\\.ts$',
  'pino-pretty': '^src/ops/log\\.ts$',
  'prom-client': '^src/ops/prometheus\\.ts$',
  '@xmpp/component-core': '^src/xmpp/component\\.ts$',
  '@xmpp/client': '^src/cli/',
  '@xmpp/xml': '^src/wire/xml\\.ts$',
  saxes: '^src/wire/xml-stream\\.ts$',
  commander: '^src/cli/',
  'cli-progress': '^src/cli/',
  zod: '^src/config/',
  yaml: '^src/config/',
  koffi: '^src/(relay/splice/libc|cli/systemd/notify-library)\\.ts$',
  lmdb: '^src/store/lmdb\\.ts$',
};

const doorRules = Object.entries(doors).map(([vendor, door]) => ({
  name: `door-${vendor.replace(/[@/]/g, '-')}`,
  comment: `${vendor} has one door: ${door}`,
  severity: 'error',
  from: { path: '^src/', pathNot: door },
  to: { path: `^node_modules/${vendor}/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'wire-is-pure',
      comment: 'wire/ turns values into bytes and XML: no sockets, no files, no clock',
      severity: 'error',
      from: { path: '^src/wire/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer|net|string_decoder|events)$' },
    },
    {
      name: 'daemon-is-the-top',
      comment: 'daemon.ts and its steps compose everything but cli/, client/ and testbed/',
      severity: 'error',
      from: { path: '^src/daemon(/|\\.ts$)' },
      to: { path: '^src/(cli|client|testbed)/' },
    },
    ...roomRules,
    ...doorRules,
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
