// The checklist (docs/requirements.tsv) as values, and which of its rows belong to later work.

export interface Requirement {
  readonly id: string;
  /** Letter, number and title, such as `A.5 Activation`. */
  readonly section: string;
  readonly level: string;
  readonly source: string;
  readonly text: string;
  /** How it can be tested from outside. */
  readonly test: string;
}

const HEADER = 'id\tsection\tlevel\tsource\trequirement\ttest';

export interface FoundId {
  readonly id: string;
  /** Where in the text it begins. */
  readonly index: number;
}

const NUMBERED = /\b(S5B-[PRT]-|SOCKS-|COMP-|ENT-|SI-[IR]-|IBB-|JNG-|JS5-|JIB-)(\d{2})(?:\.\.(\d{2}))?\b/g;
const SURVEY_POINT = /\bclients\.md 2\.\d{1,2}\b/g;

/** The ids in a text; a range such as `SOCKS-01..03` stands for all of its ids, a survey point for itself. */
export function findIds(text: string): FoundId[] {
  const numbered = [...text.matchAll(NUMBERED)].flatMap(({ 1: prefix, 2: from, 3: to = from, index }) => {
    const length = Math.max(1, Number(to) - Number(from) + 1);
    const ids = Array.from({ length }, (_, step) => `${prefix}${`${Number(from) + step}`.padStart(2, '0')}`);
    return ids.map((id) => ({ id, index }));
  });
  const points = [...text.matchAll(SURVEY_POINT)].map((match) => ({ id: match[0], index: match.index }));
  return [...numbered, ...points];
}

/** Reads the table; throws an Error that names the line when a row is not as it should be. */
export function parseRequirements(tsv: string): Requirement[] {
  const [header, ...lines] = tsv.trimEnd().split('\n');
  if (header !== HEADER)
    throw new Error(`line 1: expected the columns ${HEADER.replaceAll('\t', ', ')}, got "${header}"`);
  const seen = new Set<string>();
  return lines.map((line, index) => {
    const [id = '', section = '', level = '', source = '', text = '', test = '', ...rest] = line.split('\t');
    const where = `line ${index + 2}`;
    if (test === '' || rest.length > 0) throw new Error(`${where}: expected 6 columns in "${line}"`);
    if (findIds(id)[0]?.id !== id) throw new Error(`${where}: "${id}" is no requirement id`);
    if (seen.has(id)) throw new Error(`${where}: ${id} is there twice`);
    seen.add(id);
    return { id, section, level, source, text, test };
  });
}

const LATER: readonly { readonly ids: RegExp; readonly work: string }[] = [
  { ids: /^S5B-P-91$/, work: 'UDP, out of scope' },
  { ids: /^ENT-(2[6-9]|3[0-3])$/, work: 'ad-hoc commands' },
  { ids: /^(JNG|JS5|JIB)-/, work: 'Jingle' },
];

/** The later work that a requirement belongs to; undefined for what this release is to fulfil. */
export function laterWork(id: string): string | undefined {
  return LATER.find(({ ids }) => ids.test(id))?.work;
}
