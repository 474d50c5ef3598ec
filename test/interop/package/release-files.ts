// What a release says of itself, read the way a suspicious person would: every digest is computed again.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Statement {
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicate: {
    readonly buildDefinition: { readonly externalParameters: { readonly revision: string } };
  };
}

interface Bill {
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly { readonly name: string }[];
}

export async function provenanceOf(folder: string) {
  const names = await readdir(folder);
  const read = async (ending: string): Promise<string> => {
    const name = names.find((candidate) => candidate.endsWith(ending));
    if (name === undefined) throw new Error(`the release has no file that ends in ${ending}: ${names}`);
    return readFile(join(folder, name), 'utf8');
  };
  const statement: Statement = JSON.parse(await read('.provenance.json'));
  const bill: Bill = JSON.parse(await read('.cyclonedx.json'));
  const wrong = [];
  for (const { name, digest } of statement.subject) {
    const actual = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
    if (actual !== digest.sha256) wrong.push(name);
  }
  return {
    revision: statement.predicate.buildDefinition.externalParameters.revision,
    /** Files whose content is not what the statement says. */
    wrong,
    subjects: [bill.metadata.component.name],
    components: bill.components.map(({ name }) => name),
  };
}
