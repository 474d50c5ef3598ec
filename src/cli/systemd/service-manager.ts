// What systemd is told: ready, reloading, stopping, and that the process is still alive. sd_notify(3), sd_watchdog_enabled(3)

import { spawn } from 'node:child_process';
import { loadNotify, type Notify } from './notify-library.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ServiceManager {
  /** It works; the words are what `systemctl status` shows. */
  ready(status: string): void;
  /** Until `ready` is called again. */
  reloading(): void;
  /** It will be gone after so many milliseconds at the latest; systemd waits at least that long. */
  stopping(graceMs: number): void;
}

/** Beyond the grace, for closing what is left. */
const LAST_STEPS_MS = 10_000;

const nobody: ServiceManager = { ready() {}, reloading() {}, stopping() {} };

/**
 * The manager that started this process, or one to whom nothing is told.
 * @param complain told once, in words, when it cannot be reached
 */
export function serviceManager(
  environment: Environment,
  complain: (message: string) => void,
  load: () => Notify = loadNotify,
): ServiceManager {
  if (!environment.NOTIFY_SOCKET) return nobody;
  const tell = chooseWay(load, complain);
  const watchdogMs = watchdogOf(environment);
  if (watchdogMs > 0) setInterval(() => tell('WATCHDOG=1'), watchdogMs / 2).unref();
  return {
    ready(status) {
      tell(`READY=1\nSTATUS=${status}`);
    },
    reloading() {
      // The clock's reading is what systemd 253 and newer want to see here.
      tell(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
    },
    stopping(graceMs) {
      const microseconds = (graceMs + LAST_STEPS_MS) * 1000;
      tell(`STOPPING=1\nEXTEND_TIMEOUT_USEC=${microseconds}\nSTATUS=Running streams may finish`);
    },
  };
}

/** How long this process may be silent, in milliseconds; 0 when nobody minds. */
function watchdogOf({ WATCHDOG_USEC, WATCHDOG_PID }: Environment): number {
  const isMeant = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
  const milliseconds = Number(WATCHDOG_USEC) / 1000;
  return isMeant && milliseconds > 0 ? milliseconds : 0;
}

/** By the library: 0.1 ms a message. Without it by the command systemd-notify, at some 50 ms and a process each. */
function chooseWay(load: () => Notify, complain: (message: string) => void): (message: string) => void {
  let complained = false;
  const once = (reason: string) => {
    if (!complained) complain(`systemd cannot be told that the service is ready or alive: ${reason}`);
    complained = true;
  };
  try {
    const notify = load();
    return (message) => {
      if (!notify(message)) once('sd_notify failed');
    };
  } catch {
    return (message) => {
      const child = spawn('systemd-notify', message.split('\n'), { stdio: 'ignore' });
      child.on('error', (error) => once(error.message));
      child.on('exit', (code) => {
        if (code !== 0) once(`systemd-notify exited with ${code}`);
      });
      child.unref();
    };
  }
}
