import { describe, expect, test } from 'vitest';
import { runStation } from './station.ts';

/** Probability that an arrival waits, by Erlang's C formula (1917). */
function erlangC(servers: number, offered: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) {
    term *= offered / k;
    sum += term;
  }
  const last = ((term * offered) / servers) * (servers / (servers - offered));
  return last / (sum + last);
}

const near = (measured: number, theory: number) => Math.abs(measured / theory - 1);

describe.each([
  { name: 'M/M/1', servers: 1, serviceMs: 8, arrivalsPerMs: 0.09 },
  { name: 'M/M/1 close to saturation', servers: 1, serviceMs: 8, arrivalsPerMs: 0.11 },
  { name: 'M/M/4', servers: 4, serviceMs: 8, arrivalsPerMs: 0.4 },
])('$name on the kernel', (station) => {
  const run = runStation({ ...station, seed: 11, messages: 150_000 });
  const offered = station.arrivalsPerMs * station.serviceMs;
  const load = offered / station.servers;

  test('is as busy as the utilisation law says', () => {
    expect(near(run.utilisation, load)).toBeLessThan(0.02);
  });

  test('queues as many as Erlang C says', () => {
    const theory = (erlangC(station.servers, offered) * load) / (1 - load);
    expect(near(run.meanInQueue, theory)).toBeLessThan(0.08);
  });

  test('keeps to Little, L = lambda W', () => {
    expect(near(run.meanInSystem, run.arrivalRate * run.meanTimeInSystem)).toBeLessThan(0.001);
  });
});
