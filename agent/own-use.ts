import type { OwnLimits } from './config.ts';
import type { Clock, Timer } from './ports.ts';

/** How often the process looks at itself, ms. */
const lookEveryMs = 10_000;
/** Looks in a row above a limit before anything is done about it: a minute. */
const patience = 6;
/** The loop never runs less often than every tenth tick: hold-downs and leases must still be kept. */
const stretchMax = 10;

/** What the process used at the last look. */
export interface OwnUse {
  readonly memoryBytes: number;
  /** Cores, over the time since the look before. */
  readonly cpuRatio: number;
}

/** Memory and processor time of the process, as the system counts them. */
export interface OwnMeter {
  memoryBytes(): number;
  /** Processor time since the start, ms. */
  cpuMs(): number;
}

export const processMeter: OwnMeter = {
  memoryBytes: () => process.memoryUsage.rss(),
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
};

export interface OwnWatch {
  use(): OwnUse;
  /** Ticks to leave between two steps of the loop: 1 while within the limit of processor time. */
  stretch(): number;
  stop(): void;
}

/**
 * Holds the agent itself to its limits: too much processor time slows the loop down, too much memory ends the process
 * in good order, for a supervisor to start it anew from the journal.
 * @param onTooBig called once
 */
export function watchOwnUse(
  limits: OwnLimits,
  ports: { readonly clock: Clock; readonly timer: Timer; readonly meter: OwnMeter },
  onTooBig: (use: OwnUse) => void,
): OwnWatch {
  const { clock, timer, meter } = ports;
  let last = { atMs: clock.nowMs(), cpuMs: meter.cpuMs() };
  let use: OwnUse = { memoryBytes: meter.memoryBytes(), cpuRatio: 0 };
  let looksTooBig = 0;
  let looksTooBusy = 0;
  let stretch = 1;
  let cancel = () => {};
  const look = () => {
    const now = { atMs: clock.nowMs(), cpuMs: meter.cpuMs() };
    use = { memoryBytes: meter.memoryBytes(), cpuRatio: (now.cpuMs - last.cpuMs) / Math.max(1, now.atMs - last.atMs) };
    last = now;
    looksTooBusy = use.cpuRatio > limits.cpuRatio ? looksTooBusy + 1 : 0;
    if (looksTooBusy >= patience) stretch = Math.min(stretchMax, stretch + 1);
    else if (looksTooBusy === 0 && use.cpuRatio * 2 < limits.cpuRatio) stretch = Math.max(1, stretch - 1);
    looksTooBig = use.memoryBytes > limits.memoryBytes ? looksTooBig + 1 : 0;
    if (looksTooBig === patience) onTooBig(use);
    cancel = timer.setAt(now.atMs + lookEveryMs, look);
  };
  cancel = timer.setAt(last.atMs + lookEveryMs, look);
  return { use: () => use, stretch: () => stretch, stop: () => cancel() };
}
