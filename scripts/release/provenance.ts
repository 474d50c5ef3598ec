// A statement of what was made from what: in-toto Statement v1 with SLSA provenance v1, unsigned.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Something with a digest, as in-toto names it. */
export interface Subject {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

export interface Build {
  readonly subjects: readonly Subject[];
  readonly version: string;
  /** The commit, in hex. */
  readonly revision: string;
  /** Whether the tree had changes that the commit does not have. */
  readonly dirty: boolean;
  /** What the commit pins, such as package-lock.json. */
  readonly materials: readonly Subject[];
  /** Versions of the programs that took part, by name. */
  readonly tools: Readonly<Record<string, string>>;
  readonly began: Date;
  readonly ended: Date;
}

export function provenance(build: Build) {
  const { version, revision, dirty } = build;
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: build.subjects,
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:streamhost:scripts:release:v1',
        externalParameters: { version, revision, dirty },
        internalParameters: build.tools,
        resolvedDependencies: [{ name: 'source', digest: { gitCommit: revision } }, ...build.materials],
      },
      runDetails: {
        builder: { id: 'urn:streamhost:scripts:release' },
        metadata: {
          invocationId: `${revision}-${build.began.getTime()}`,
          startedOn: build.began.toISOString(),
          finishedOn: build.ended.toISOString(),
        },
      },
    },
  };
}

/** A file by its SHA-256. */
export function subjectOf(path: string): Subject {
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  return { name: basename(path), digest: { sha256 } };
}
