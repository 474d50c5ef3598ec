// Peers and an engine without sockets, for tests of the rendezvous and of whatever stands around it.

import {
  type Fact,
  type Observer,
  type Peer,
  PeerGoneError,
  type Rate,
  type RelayEngine,
  type RelayedStream,
  type StreamEnd,
} from '../../src/rendezvous/ports.ts';

export class FakePeer implements Peer {
  condition: Peer['condition'] = 'open';
  closed = false;
  readonly remote: string;
  #listener: () => void = () => {};

  constructor(remote = '192.0.2.1') {
    this.remote = remote;
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  close(): void {
    this.closed = true;
    this.condition = 'gone';
  }

  becomes(condition: Peer['condition']): void {
    this.condition = condition;
    this.#listener();
  }
}

export class FakeStream implements RelayedStream {
  counts = { firstToSecond: 0, secondToFirst: 0 };
  /** What it was told to draw from, one after the other. */
  readonly drawn: (readonly Rate[])[] = [];
  readonly ended: Promise<StreamEnd>;
  #end: (reason: StreamEnd) => void = () => {};

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  onEnd(listener: (reason: StreamEnd) => void): void {
    void this.ended.then(listener);
  }

  bytes() {
    return this.counts;
  }

  draw(rates: readonly Rate[]): void {
    this.drawn.push(rates);
  }

  abort(reason: StreamEnd): void {
    this.#end(reason);
  }
}

export class FakeEngine implements RelayEngine {
  readonly name = 'fake';
  readonly streams: FakeStream[] = [];
  /** What the next join fails with. */
  failure: Error | undefined;

  hold(): Peer {
    return new FakePeer();
  }

  async join(first: Peer, second: Peer): Promise<RelayedStream> {
    if (this.failure) throw this.failure;
    if (first.condition === 'gone' || second.condition === 'gone') throw new PeerGoneError();
    const stream = new FakeStream();
    this.streams.push(stream);
    return stream;
  }

  reconfigure(): void {}

  async close(): Promise<void> {}
}

/** Keeps every fact it is told. */
export class Recorder implements Observer {
  readonly facts: Fact[] = [];

  observe(fact: Fact): void {
    this.facts.push(fact);
  }

  of<K extends Fact['kind']>(kind: K): Extract<Fact, { kind: K }>[] {
    return this.facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
  }
}
