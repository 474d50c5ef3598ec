// How many handshakes may be in progress at once, over all listeners. [XEP-0065 §11.3]

export class HandshakeSlots {
  readonly #limit: () => number;
  #taken = 0;

  /** @param limit asked at every handshake */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Handshakes in progress. */
  get taken(): number {
    return this.#taken;
  }

  /** False when there is none left. */
  take(): boolean {
    if (this.#taken >= this.#limit()) return false;
    this.#taken++;
    return true;
  }

  free(): void {
    this.#taken--;
  }
}
