// What the library's errors say to a person.

/** Why a login, or the stream after it, went wrong; never empty. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const condition = 'condition' in error ? String(error.condition) : '';
  if (condition === 'not-authorized') return 'the server refused the name or the password';
  const words = error instanceof AggregateError ? error.errors.map(explain).join('; ') : error.message;
  // @xmpp/events gives its TimeoutError no words.
  return words || (error.name === 'TimeoutError' ? 'the server did not answer in time' : error.name);
}
