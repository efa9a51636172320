import { Kernel } from '../../../sim/kernel/kernel.ts';
import { Streams } from '../../../sim/kernel/random.ts';

/** What a run of a queueing station measured. Times in ms, rates per ms. */
export interface StationRun {
  readonly arrivalRate: number;
  readonly meanInSystem: number;
  readonly meanInQueue: number;
  readonly meanTimeInSystem: number;
  readonly utilisation: number;
}

/** M/M/c, message by message on the kernel: Poisson arrivals, exponential service, `servers` servers, one queue. */
export function runStation(options: {
  readonly seed: number;
  readonly arrivalsPerMs: number;
  readonly serviceMs: number;
  readonly servers: number;
  readonly messages: number;
}): StationRun {
  const kernel = new Kernel(0);
  const streams = new Streams(options.seed);
  const [arrivals, services] = [streams.of('arrivals'), streams.of('services')];
  const waiting: number[] = [];
  let [head, busy, arrived, left] = [0, 0, 0, 0];
  let [areaSystem, areaQueue, areaBusy, timeInSystem, lastMs] = [0, 0, 0, 0, 0];
  const account = () => {
    const stepMs = kernel.nowMs() - lastMs;
    lastMs = kernel.nowMs();
    const queued = waiting.length - head;
    areaQueue += queued * stepMs;
    areaSystem += (queued + busy) * stepMs;
    areaBusy += busy * stepMs;
  };
  const serve = (bornAtMs: number) => {
    busy++;
    kernel.after(services.exponential(options.serviceMs), () => {
      account();
      busy--;
      left++;
      timeInSystem += kernel.nowMs() - bornAtMs;
      if (head < waiting.length) serve(waiting[head++]!);
    });
  };
  const arrive = () => {
    account();
    arrived++;
    if (busy < options.servers) serve(kernel.nowMs());
    else waiting.push(kernel.nowMs());
    if (arrived < options.messages) kernel.after(arrivals.exponential(1 / options.arrivalsPerMs), arrive);
  };
  kernel.after(arrivals.exponential(1 / options.arrivalsPerMs), arrive);
  kernel.runUntilMs(Number.MAX_SAFE_INTEGER);
  return {
    arrivalRate: arrived / lastMs,
    meanInSystem: areaSystem / lastMs,
    meanInQueue: areaQueue / lastMs,
    meanTimeInSystem: timeInSystem / left,
    utilisation: areaBusy / lastMs / options.servers,
  };
}
