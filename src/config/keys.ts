// The list of all keys, read from the schema: for environment variables, suggestions, messages and documents.

import * as z from 'zod';
import { configSchema } from './schema.ts';

/** From the root to a value; numbers are places in a list. */
export type KeyPath = readonly (string | number)[];

export interface Key {
  readonly path: readonly string[];
  /** As in messages: `timeouts.halfClose`. */
  readonly name: string;
  /** `STREAMHOST_TIMEOUTS_HALF_CLOSE` */
  readonly variable: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'strings' | 'addresses' | 'sections';
  /** What a value must be, to follow the word "expected". */
  readonly expected: string;
  readonly description: string;
  /** As it would be written in the file; undefined when there is none. */
  readonly fallback: unknown;
  readonly required: boolean;
}

export interface Section {
  /** The root section has no name. */
  readonly name: string;
  readonly path: readonly string[];
  readonly description: string;
  readonly keys: readonly Key[];
}

/** One place of the schema; a node of the JSON Schema that zod derives. */
interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly expected?: string;
}

export const ENV_PREFIX = 'STREAMHOST_';
export const SECRET_KEY = 'xmpp.secret';

/** The configuration file as JSON Schema, for editors. */
export function jsonSchema(): object {
  return z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema: node }) => {
      delete node.expected;
    },
  });
}

const root: Node = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' }) as Node;

/** Every section, the root first, each with the keys that stand directly in it. */
export const sections: readonly Section[] = collectSections([], root);

/** Every key with a value of its own. */
export const keys: readonly Key[] = sections.flatMap((section) => section.keys);

/** What is expected at a path, in words; undefined where the schema has nothing. */
export function expectedAt(path: KeyPath): string | undefined {
  const node = nodeAt(path);
  return node && expectation(node);
}

/** The names that may stand at a path; empty where no section is. */
export function namesAt(path: KeyPath): readonly string[] {
  return Object.keys(nodeAt(path)?.properties ?? {});
}

/** `listen[0].port`; `the file` for the root. */
export function formatPath(path: KeyPath): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join('');
}

function nodeAt(path: KeyPath): Node | undefined {
  let node: Node | undefined = root;
  for (const part of path) {
    if (typeof part === 'number') node = node?.items;
    else node = node?.properties && Object.hasOwn(node.properties, part) ? node.properties[part] : undefined;
  }
  return node;
}

function collectSections(path: readonly string[], node: Node): Section[] {
  const own: Key[] = [];
  const inner: Section[] = [];
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    if (child.properties) inner.push(...collectSections([...path, name], child));
    else own.push(toKey([...path, name], child, node.required?.includes(name) ?? false));
  }
  return [{ name: formatPath(path), path, description: node.description ?? '', keys: own }, ...inner];
}

function toKey(path: readonly string[], node: Node, required: boolean): Key {
  return {
    path,
    name: formatPath(path),
    variable: ENV_PREFIX + path.map(screamingSnake).join('_'),
    type: typeOf(node),
    expected: expectation(node),
    description: node.description ?? '',
    fallback: node.default,
    required,
  };
}

function typeOf(node: Node): Key['type'] {
  if (node.type === 'array') {
    if (node.items?.properties === undefined) return 'strings';
    return 'port' in node.items.properties ? 'addresses' : 'sections';
  }
  if (node.type === 'integer' || node.type === 'boolean') return node.type;
  if (node.anyOf?.some(({ type }) => type === 'integer')) return 'integer'; // or a word, such as none
  return 'string';
}

function expectation(node: Node): string {
  if (node.expected !== undefined) return node.expected;
  if (node.enum) return `${node.enum.slice(0, -1).join(', ')} or ${node.enum.at(-1)}`;
  if (node.type === 'boolean') return 'true or false';
  if (node.type === 'array') return `a list, each entry ${node.items ? expectation(node.items) : 'a value'}`;
  const names = Object.entries(node.properties ?? {}).map(([name]) => name);
  return `the keys ${names.join(', ')}`;
}

/** `halfClose` → `HALF_CLOSE` */
function screamingSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
