import type { Observation } from '../model/observation.ts';
import { simCollector } from '../sim/adapters/collector.ts';
import type { World } from '../sim/world.ts';

/** Runs a world to its end with nobody acting, and hands over what arrived in each tick. @param tickMs ms */
export function* ticksOf(world: World, tickMs: number): Generator<{ nowMs: number; arrived: Observation[] }> {
  let arrived: Observation[] = [];
  simCollector(world).start(
    (batch) => arrived.push(...batch),
    () => {},
  );
  for (let nowMs = world.startMs + tickMs; nowMs <= world.endMs; nowMs += tickMs) {
    world.runUntilMs(nowMs);
    yield { nowMs, arrived };
    arrived = [];
  }
}
