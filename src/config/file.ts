// The configuration file: YAML into values, with the line of every key.

import { readFile } from 'node:fs/promises';
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { KeyPath } from './keys.ts';
import type { Problem } from './problem.ts';

/** The values of one source, before they are checked. */
export interface FileContent {
  readonly input: Record<string, unknown>;
  /** `streamhost.yaml:12`: the line of the key at a path, or of what encloses it. */
  locate(path: KeyPath): string | undefined;
}

export type FileReading =
  | { readonly ok: true; readonly content: FileContent }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads and parses the file; what its keys mean is not checked here. */
export async function readConfigFile(path: string): Promise<FileReading> {
  let source: string;
  try {
    source = await readText(path);
  } catch (error) {
    return { ok: false, problems: [{ where: path, message: describeReadError(error) }] };
  }
  return parseConfigFile(path, source);
}

/** What a file says; of another encoding, letters would become others without a word. @throws Error as `describeReadError` knows it */
export async function readText(path: string): Promise<string> {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
}

/** The parsing alone. */
export function parseConfigFile(path: string, source: string): FileReading {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const at = (offset: number) => `${path}:${lines.linePos(offset).line}`;
  const refuse = (where: string, message: string): FileReading => ({
    ok: false,
    problems: [{ where, message }],
  });

  const complaints = findComplaints(document, source);
  if (complaints.length > 0) {
    const problems = complaints.map(({ offset, message }) => ({ where: at(offset), message }));
    return { ok: false, problems };
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    return refuse(path, 'is empty, expected at least xmpp.domain');
  }
  if (!isMap(root)) {
    return refuse(at(root.range[0]), 'expected keys such as `xmpp:` and `listen:`, found no key at all');
  }
  let input: Record<string, unknown>;
  try {
    input = document.toJS();
  } catch {
    return refuse(path, 'is refused: its aliases (*name) would unfold to an enormous size');
  }
  const locate = (keyPath: KeyPath) => {
    const offset = offsetOf(root, keyPath);
    return offset === undefined ? path : at(offset);
  };
  return { ok: true, content: { input, locate } };
}

interface Complaint {
  readonly offset: number;
  readonly message: string;
}

/** Where the parser's own words would not help. */
const IN_PLAIN_WORDS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab in the indentation, expected spaces',
  DUPLICATE_KEY: 'a key that is there already, expected each only once',
  BLOCK_AS_IMPLICIT_KEY:
    'not YAML: expected one key a line, as far to the right as its neighbours, and quotes around a text with a colon in it',
  MULTIPLE_DOCS: 'a second document begins here (---), expected only one',
  NON_STRING_KEY: 'expected a key such as `xmpp:`',
};

/** What is wrong with the YAML, without the secret that the parser may quote. [COMP-26] */
function findComplaints(document: Document.Parsed, source: string): Complaint[] {
  const complaints: Complaint[] = [];
  visit(document, {
    // `allow: [*.example.org]` is an alias to YAML.
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      complaints.push({
        offset: alias.range?.[0] ?? 0,
        message: 'text that begins with * must be in quotes',
      });
    },
  });
  for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
    const lineStart = source.lastIndexOf('\n', pos[0] - 1) + 1;
    const [line = ''] = source.slice(lineStart).split('\n', 1);
    const perhaps = /secret/i.test(line)
      ? 'not YAML, perhaps because the secret is not in quotes'
      : undefined;
    const words = IN_PLAIN_WORDS[code] ?? perhaps;
    complaints.push({ offset: pos[0], message: words ?? `not YAML: ${withoutQuotation(message)}` });
  }
  return complaints;
}

/** The parser's first line, without the text that it quotes: what stands in the wrong place may be the secret. [COMP-26] */
function withoutQuotation(message: string): string {
  const [line = ''] = message.split('\n', 1);
  return line.replace(/:? ".*$/, '');
}

/** Says why a file cannot be read, in words that do not need a manual. */
export function describeReadError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'is a directory, expected a file';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'is not UTF-8, expected a text in that encoding';
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

/** The offset of the deepest key on the path that is in the file. */
function offsetOf(root: Node, path: KeyPath): number | undefined {
  let node: Node | null = root;
  let offset: number | undefined;
  for (const part of path) {
    const child = childOf(node, part);
    if (child === undefined) break;
    offset = child.offset ?? offset;
    node = child.value;
  }
  return offset;
}

function childOf(
  node: Node | null,
  part: string | number,
): { offset?: number; value: Node | null } | undefined {
  if (isSeq<Node>(node)) {
    const item = typeof part === 'number' ? node.items[part] : undefined;
    return item && { ...offsetProperty(item), value: item };
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
  return pair && { ...offsetProperty(pair.key), value: pair.value };
}

function offsetProperty(node: Node): { offset?: number } {
  return node.range ? { offset: node.range[0] } : {};
}
