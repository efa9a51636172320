import type { EntityRef } from '../../model/entity.ts';
import type { Instance, Inventory } from '../../model/inventory.ts';
import { type History, medianOf, numbersOf } from './history.ts';

/** Two minutes: what an instance can do now. */
export const recentSteps = 12;
/** Without progress this long while its peers make some, a running instance is stuck: 30 s. */
const stuckSteps = 3;
/** Less use of its processor than this says nothing about what an instance could do. */
const tellingCpuRatio = 0.05;
/** A service time that differs by more than this share from the newest belongs to the time before a change. */
const changedShare = 0.2;
/**
 * Items whose processor time is at least this share of their service time hardly wait for anything else; where the
 * processor is busy for longer than its items explain, by as much, something else has a part of it.
 */
const computingShare = 0.8;

export interface Capacity {
  /** Items per step when it always had work; NaN where it has done nothing in the picture. */
  readonly perStep: number;
  /** How long it has been as fast as it is now, as far as is known, ms. */
  readonly sinceMs: number;
}

/**
 * What an instance could do per step when it always had work: by its service time where its items do nothing but compute;
 * by the utilisation law from the share of its processor that its throughput took where others compute there too; by
 * whichever is less where an item also waits.
 */
export function capacityOf({ id, cpuLimitCores }: Instance, history: History): Capacity {
  const entity: EntityRef = { kind: 'instance', id };
  const done = history.increments(entity, 'work.completed');
  const took = history.values(entity, 'work.duration');
  const worked = [...done.keys()].filter((i) => done[i]! > 0).slice(-recentSteps);
  if (worked.length < 2) return { perStep: Number.NaN, sinceMs: 0 };
  const alike = likeTheNewest(worked, took);
  const at = (steps: readonly number[], values: Float64Array) =>
    medianOf(steps.map((i) => values[i] ?? Number.NaN).filter((value) => !Number.isNaN(value)));
  const [rate, tookMs] = [at(alike, done), at(alike, took)];
  const busy = at(alike, history.values(entity, 'cpu.utilization'));
  const sinceMs = alike.length * history.stepMs;
  const byTime = tookMs > 0 ? history.stepMs / tookMs : Number.POSITIVE_INFINITY;
  const computedMs = busy * (cpuLimitCores ?? 1) * history.stepMs;
  // How many items it works on at a time did not change with how long each takes.
  const before = alike.length < worked.length / 2 ? worked.slice(0, -alike.length) : alike;
  const lanes = Math.max(1, Math.ceil((at(before, done) * at(before, took)) / history.stepMs - 0.2));
  // What was done in the step of a change was partly done before it.
  if (alike.length < Math.min(3, worked.length)) return { perStep: byTime * lanes, sinceMs };
  const byBusy = busy >= tellingCpuRatio ? rate / Math.min(1, busy) : Number.POSITIVE_INFINITY;
  const share = computedMs / (rate * tookMs);
  const could =
    share < computingShare
      ? Math.min(byBusy, byTime * lanes)
      : share > 1 / computingShare
        ? byBusy
        : byTime * (cpuLimitCores ?? lanes);
  const perStep = Math.max(rate, Number.isFinite(could) ? could : Math.max(...worked.map((i) => done[i]!)));
  return { perStep, sinceMs };
}

/** The newest of these steps with a service time like the last one's; all of them where none was measured. */
function likeTheNewest(worked: readonly number[], took: Float64Array): readonly number[] {
  const newest = took[worked.findLast((i) => !Number.isNaN(took[i] ?? Number.NaN)) ?? -1] ?? Number.NaN;
  const other = worked.findLastIndex((i) => Math.abs((took[i] ?? Number.NaN) / newest - 1) > changedShare);
  return worked.slice(other + 1);
}

/** Steps since an instance was last seen to finish anything, in ms; the whole past where it never was. */
export function silentMsOf({ id }: Instance, history: History): number {
  const done = history.increments({ kind: 'instance', id }, 'work.completed');
  const last = [...done.keys()].findLast((i) => done[i]! > 0) ?? -1;
  return (done.length - 1 - last) * history.stepMs;
}

/** Runs, and has finished nothing for a while in which its peers have. */
export function isStuck({ id, workloadId }: Instance, inventory: Inventory, history: History): boolean {
  const recent = (one: string) =>
    numbersOf(history.increments({ kind: 'instance', id: one }, 'work.completed'), history.asOf - stuckSteps);
  const own = recent(id);
  if (own.length < stuckSteps || own.some((count) => count > 0)) return false;
  const peers = inventory.instances.filter((peer) => peer.workloadId === workloadId && peer.id !== id);
  return peers.some((peer) => recent(peer.id).some((count) => count > 0));
}
