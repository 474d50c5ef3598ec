// HTML as text, with everything that comes from outside escaped.

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What shows nothing itself, but changes how its neighbours are shown: their direction above all. */
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text that is HTML already. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

type Value = string | number | Html | readonly Html[];

/** A template whose values are escaped, unless they are HTML themselves. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  const [first = '', ...rest] = parts;
  return new Html(rest.reduce((text, part, index) => text + render(values[index] ?? '') + part, first));
}

function render(value: Value): string {
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.join('\n');
  return String(value)
    .replace(INVISIBLE, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
