// A network namespace with a link of its own: what is in it can be made to vanish without a word. Needs root.

import { execFileSync } from 'node:child_process';

/** Of the network that the tests use for themselves: 10.213.77.0/30. */
const OUTSIDE = '10.213.77.1';
const INSIDE = '10.213.77.2';

let made = 0;

export class Namespace {
  /** Our address on the link, where the proxy listens. */
  readonly outside = OUTSIDE;
  readonly inside = INSIDE;
  readonly #name = `streamhost-${process.pid}-${++made}`;
  readonly #link = `sh${process.pid % 100_000}-${made}`; // the kernel takes a while to forget one

  constructor() {
    ip('netns', 'add', this.#name);
    ip('link', 'add', this.#link, 'type', 'veth', 'peer', 'name', `${this.#link}p`, 'netns', this.#name);
    ip('addr', 'add', `${OUTSIDE}/30`, 'dev', this.#link);
    ip('link', 'set', this.#link, 'up');
    ip('-n', this.#name, 'addr', 'add', `${INSIDE}/30`, 'dev', `${this.#link}p`);
    ip('-n', this.#name, 'link', 'set', `${this.#link}p`, 'up');
  }

  /** A command, to be run inside. */
  inFront(...command: readonly string[]): string[] {
    return ['ip', 'netns', 'exec', this.#name, ...command];
  }

  /** From now on nothing comes out of it, and nothing goes in: the far end's link is down, ours is not. */
  vanish(): void {
    ip('-n', this.#name, 'link', 'set', `${this.#link}p`, 'down');
  }

  remove(): void {
    ip('link', 'del', this.#link); // or the route stays until the kernel has forgotten the namespace
    ip('netns', 'del', this.#name);
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { timeout: 10_000 });
}
