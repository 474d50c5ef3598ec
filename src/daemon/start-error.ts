// The daemon cannot start, or cannot go over to another configuration; the message says what to do about it.

export class StartError extends Error {
  override readonly name = 'StartError';
}
