// Requirement ids in test files, each with the title of the test that they stand in or beside.

import ts from 'typescript';
import { findIds } from './requirements.ts';

export interface TestTag {
  readonly id: string;
  readonly title: string;
}

interface TestCall {
  readonly start: number;
  readonly titleStart: number;
  readonly end: number;
  /** With those of the describe blocks around it. */
  readonly title: string;
}

interface Literal {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Finds the ids of a test file. An id belongs to the innermost test around it, with the sentence that it stands in
 * if that is a case in a table; outside of tests to that sentence, or to the next test below. Skipped tests do not count.
 */
export function testTags(fileName: string, code: string): TestTag[] {
  const { calls, literals } = collect(ts.createSourceFile(fileName, code, ts.ScriptTarget.Latest, true));
  if (calls.length === 0) return [];
  const tags = new Map<string, TestTag>();
  for (const { id, index } of findIds(code)) {
    const title = titleAt(index, calls, literals);
    if (title !== undefined) tags.set(`${id}\n${title}`, { id, title });
  }
  // `describe('clients.md 2')` with `it('.13 …')` is a point only when both are read together.
  for (const { title } of calls) {
    const points = findIds(title).filter(({ id }) => id.startsWith('clients.md'));
    for (const { id } of points) tags.set(`${id}\n${title}`, { id, title });
  }
  return [...tags.values()];
}

function titleAt(at: number, calls: readonly TestCall[], literals: readonly Literal[]): string | undefined {
  const around = calls.filter((call) => call.start <= at && at < call.end);
  const innermost = around.reduce<TestCall | undefined>(
    (best, call) => (best === undefined || call.start > best.start ? call : best),
    undefined,
  );
  const sentence = literals.find(({ start, end, text }) => start <= at && at < end && text.includes(' '));
  if (innermost && sentence && at < innermost.titleStart) return fillIn(innermost.title, sentence.text);
  if (innermost) return innermost.title;
  if (sentence) return sentence.text;
  return calls.filter((call) => call.start > at).reduce(earliest, undefined)?.title;
}

/** The title of one case in the table of an `each`. */
function fillIn(title: string, sentence: string): string {
  return title.includes('%s') ? title.replace('%s', () => sentence) : `${title}: ${sentence}`;
}

function earliest(best: TestCall | undefined, call: TestCall): TestCall {
  return best === undefined || call.start < best.start ? call : best;
}

function collect(file: ts.SourceFile): { calls: TestCall[]; literals: Literal[] } {
  const calls: TestCall[] = [];
  const literals: Literal[] = [];
  const visit = (node: ts.Node, around: string): void => {
    let inner = around;
    const text = literalText(node, file);
    if (text !== undefined) literals.push({ start: node.getStart(file), end: node.getEnd(), text });
    if (ts.isCallExpression(node)) {
      const names = calleeNames(node.expression);
      if (isSkipped(names)) return;
      const call = testCall(node, names, file, around);
      if (call) calls.push(call);
      if (call && isDescribe(names[0])) inner = `${call.title} `;
    }
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(file, '');
  return { calls, literals };
}

function testCall(
  node: ts.CallExpression,
  names: readonly string[],
  file: ts.SourceFile,
  around: string,
): TestCall | undefined {
  const first = node.arguments.find((argument) => literalText(argument, file)) ?? node.arguments[0];
  if (!first || !isTestFunction(names)) return undefined;
  // `it.each(cases)` in `it.each(cases)('title')` names no test.
  if (ts.isCallExpression(node.parent) && node.parent.expression === node) return undefined;
  const own = literalText(first, file) ?? first.getText(file);
  const title = own.startsWith('.') ? around.trimEnd() + own : around + own;
  // A describe block owns its title only; the tests in it own the rest.
  const end = isDescribe(names[0]) ? first.getEnd() : node.getEnd();
  return { start: node.getStart(file), titleStart: first.getStart(file), end, title };
}

function isTestFunction([root]: readonly string[]): boolean {
  return root === 'it' || root === 'test' || isDescribe(root);
}

/** Also `describeWith`, whose title comes after what the tests need. */
function isDescribe(root: string | undefined): boolean {
  return root?.startsWith('describe') === true;
}

function isSkipped(names: readonly string[]): boolean {
  return isTestFunction(names) && (names.includes('skip') || names.includes('todo'));
}

/** `it.concurrent.each(cases)` → [it, concurrent, each]; empty when it does not begin with a name. */
function calleeNames(callee: ts.Expression): string[] {
  if (ts.isIdentifier(callee)) return [callee.text];
  if (ts.isPropertyAccessExpression(callee)) return [...calleeNames(callee.expression), callee.name.text];
  if (ts.isCallExpression(callee)) return calleeNames(callee.expression);
  return ts.isTaggedTemplateExpression(callee) ? calleeNames(callee.tag) : [];
}

function literalText(node: ts.Node, file: ts.SourceFile): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.getText(file).slice(1, -1) : undefined;
}
