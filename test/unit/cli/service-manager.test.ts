// What systemd is told, with a library that only writes down what it is given.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Environment, serviceManager } from '../../../src/cli/systemd/service-manager.ts';

let messages: string[];
let complaints: string[];
let works: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  messages = [];
  complaints = [];
  works = true;
});

afterEach(() => {
  vi.useRealTimers();
});

const managed = { NOTIFY_SOCKET: '/run/systemd/notify' };

function start(environment: Environment) {
  const load = () => (message: string) => {
    messages.push(message);
    return works;
  };
  return serviceManager(environment, (message) => complaints.push(message), load);
}

describe('the service manager', () => {
  it('is told nothing by a daemon that it did not start', () => {
    const manager = start({ WATCHDOG_USEC: '2000000' });
    manager.ready('well');
    manager.reloading();
    manager.stopping(1000);
    vi.advanceTimersByTime(10_000);
    expect(messages).toEqual([]);
  });

  it('is told when the daemon is ready, and in what state', () => {
    start(managed).ready('Accepting at [::]:7777');
    expect(messages).toEqual(['READY=1\nSTATUS=Accepting at [::]:7777']);
  });

  it('is told of a reload with the time, then that the daemon is ready again', () => {
    const manager = start(managed);
    manager.reloading();
    manager.ready('again');
    expect(messages[0]).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
    expect(messages[1]).toBe('READY=1\nSTATUS=again');
  });

  it('is asked to wait for as long as streams may run on, and ten seconds more', () => {
    start(managed).stopping(60_000);
    expect(messages[0]).toContain('STOPPING=1\nEXTEND_TIMEOUT_USEC=70000000');
  });

  it('hears twice in its interval that the process lives', () => {
    start({ ...managed, WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(process.pid) });
    vi.advanceTimersByTime(30_000);
    expect(messages).toEqual(['WATCHDOG=1', 'WATCHDOG=1']);
  });

  it('hears no such thing from a process that the watchdog is not meant for', () => {
    start({ ...managed, WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' });
    vi.advanceTimersByTime(60_000);
    expect(messages).toEqual([]);
  });

  it('is complained about once when it cannot be reached', () => {
    works = false;
    const manager = start(managed);
    manager.ready('well');
    manager.stopping(0);
    expect(complaints).toEqual([
      'systemd cannot be told that the service is ready or alive: sd_notify failed',
    ]);
  });

  it('is reached by the command systemd-notify where there is no library', async () => {
    vi.useRealTimers();
    const path = process.env.PATH;
    process.env.PATH = '/nonexistent'; // so that the command is missing, too
    try {
      const complaint = new Promise<string>((resolve) => {
        const manager = serviceManager(managed, resolve, () => {
          throw new Error('no koffi');
        });
        manager.ready('well');
      });
      expect(await complaint).toMatch(/spawn systemd-notify ENOENT$/);
    } finally {
      process.env.PATH = path;
    }
  });
});
