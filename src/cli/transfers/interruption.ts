// Ctrl-C: calls off what is under way, and the command ends in order.

/** Aborted by the first SIGINT or SIGTERM, or when nobody reads our output any more. A second signal ends the process at once. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #interrupt = () => this.#controller.abort(new Error('interrupted'));

  constructor(output: NodeJS.WriteStream) {
    process.once('SIGINT', this.#interrupt).once('SIGTERM', this.#interrupt);
    output.on('error', this.#interrupt); // EPIPE, as after `| head`
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  interrupt(): void {
    this.#interrupt();
  }

  /** Signals do again what they do by default. */
  release(): void {
    process.off('SIGINT', this.#interrupt).off('SIGTERM', this.#interrupt);
  }
}
