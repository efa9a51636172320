import type { ClusterPicture } from '../../model/picture.ts';
import { advance } from './advance.ts';
import { createBranch } from './branch.ts';
import { calibrate } from './calibrate.ts';
import type { FlowModel } from './flow-model.ts';
import { History, meanOf } from './history.ts';
import { isSlow, type Luck } from './luck.ts';

/** Steps that are predicted from what was known before them: three minutes, else one (things may have just changed). */
const windows = [18, 6] as const;
/** A mean error of the waiting time up to this is good enough, ms; or up to this share of what was waited. */
const goodErrorMs = 8_000;
const goodErrorShare = 0.35;

export type Proof = { readonly ok: true; readonly model: FlowModel } | { readonly ok: false; readonly why: string };

/**
 * Predicts the last minutes from what was known before them, with the arrivals, outages and slow readers that there were,
 * and holds the predicted waiting times against the measured ones. Whether stuck readers keep messages to themselves is
 * learned here too: of the two the one that explains the past better.
 */
export function backTest(picture: ClusterPicture, model: FlowModel): Proof {
  let worst = '';
  for (const steps of windows) {
    const known = calibrate(picture, picture.steps - steps);
    if (!known.ok) continue;
    const tries = holdingVariants(model).map((variant) => ({
      variant,
      miss: missOf(picture, known.model, variant, steps),
    }));
    const best = tries.reduce((a, b) => (b.miss.errorMs < a.miss.errorMs ? b : a));
    if (best.miss.errorMs <= best.miss.allowedMs) return { ok: true, model: best.variant };
    const minutes = (steps * picture.stepMs) / 60_000;
    worst = `back-test over ${minutes} min is off by ${Math.round(best.miss.errorMs / 1000)} s of waiting in queue ${best.miss.queue}, at most ${Math.round(best.miss.allowedMs / 1000)} s`;
  }
  return { ok: false, why: worst === '' ? 'too little is known of the past to test the twin on it' : worst };
}

function holdingVariants(model: FlowModel): readonly FlowModel[] {
  if (!model.instances.some((one) => one.holdsMessages)) return [model];
  const shared = { ...model, instances: model.instances.map((one) => ({ ...one, holdsMessages: false })) };
  return [model, shared];
}

interface Miss {
  readonly errorMs: number;
  readonly allowedMs: number;
  readonly queue: string;
}

/** The worst queue's mean error over the window. */
function missOf(picture: ClusterPicture, known: FlowModel, now: FlowModel, steps: number): Miss {
  const history = new History(picture);
  const fromStep = picture.steps - steps;
  const luck = whatHappened(history, known, fromStep);
  const up = upByStep(history, known, now, fromStep);
  const branch = createBranch(known, luck, steps);
  const errors: number[][] = known.queues.map(() => []);
  for (let step = 0; step < steps; step++) {
    for (const [i, one] of now.instances.entries()) {
      branch.upFromMs[i] = up[i]![step] === 1 ? 0 : Number.POSITIVE_INFINITY;
      branch.holdsUntilMs[i] = one.holdsMessages && up[i]![step] === 0 ? Number.POSITIVE_INFINITY : -1;
      if (isSlow(one) && steps - step <= one.slowForMs / known.stepMs) branch.perStep[i] = one.perStep;
    }
    for (const [q, queue] of known.queues.entries())
      branch.paused[q] = wasBlocked(history, queue.id, queue.arrivals.level, fromStep + step) ? 1 : 0;
    branch.leader.fill(0);
    for (const [g, group] of known.groups.entries())
      branch.leader[g] = group.members.find((i) => branch.upFromMs[i] === 0) ?? 0;
    branch.servesFromMs.fill(0);
    advance(known, branch, luck, step);
    for (const [q, queue] of known.queues.entries()) {
      const was = history.values({ kind: 'queue', id: queue.id }, 'queue.oldest_age')[fromStep + step]!;
      if (!Number.isNaN(was)) errors[q]!.push(Math.abs(branch.ageMs[q]! - was));
    }
  }
  return known.queues
    .map((queue, q) => missOfQueue(history, queue.id, errors[q]!, fromStep))
    .reduce((a, b) => (b.errorMs / b.allowedMs > a.errorMs / a.allowedMs ? b : a));
}

function missOfQueue(history: History, id: string, errors: readonly number[], fromStep: number): Miss {
  const was = [...history.values({ kind: 'queue', id }, 'queue.oldest_age').subarray(fromStep)].filter(
    (age) => !Number.isNaN(age),
  );
  // An age that was never measured proves nothing.
  if (errors.length === 0) return { errorMs: Number.POSITIVE_INFINITY, allowedMs: goodErrorMs, queue: id };
  return { errorMs: meanOf(errors), allowedMs: Math.max(goodErrorMs, goodErrorShare * meanOf(was)), queue: id };
}

/** The arrivals as they were; steps in which a blocked queue took in nothing get the level before. */
function whatHappened(history: History, known: FlowModel, fromStep: number): Luck {
  const arrivals = known.queues.map((queue) => {
    const counts = history.increments({ kind: 'queue', id: queue.id }, 'queue.enqueued').slice(fromStep);
    return counts.map((count) => (Number.isNaN(count) || count === 0 ? queue.arrivals.level : count));
  });
  const never = new Float64Array(known.instances.length).fill(Number.POSITIVE_INFINITY);
  return {
    arrivals,
    capacity: new Float64Array(known.queues.length).fill(1),
    ages: new Float64Array(known.queues.length).fill(1),
    growth: new Float64Array(known.instances.length),
    fills: new Float64Array(known.nodes.length),
    startMs: new Float64Array(known.instances.length),
    failoverMs: new Float64Array(known.groups.length),
    backMs: never,
    soundFromMs: never,
    handoverMs: Number.POSITIVE_INFINITY,
    sessionMs: 0,
    rebootMs: 0,
    delayMs: 0,
  };
}

function wasBlocked(history: History, queueId: string, level: number, step: number): boolean {
  return level > 0 && history.increments({ kind: 'queue', id: queueId }, 'queue.enqueued')[step] === 0;
}

/** 1 where an instance worked in a step: readers by their progress, the others always. */
function upByStep(history: History, known: FlowModel, now: FlowModel, fromStep: number): Uint8Array[] {
  const steps = history.steps - fromStep;
  return now.instances.map((one, i) => {
    if (one.consumes === -1) return new Uint8Array(steps).fill(1);
    const done = history.increments({ kind: 'instance', id: one.id }, 'work.completed');
    const last = [...done.keys()].findLast((step) => !Number.isNaN(done[step]!)) ?? -1;
    return Uint8Array.from({ length: steps }, (_, step) => {
      const count = done[fromStep + step] ?? Number.NaN;
      if (!Number.isNaN(count)) return count > 0 ? 1 : 0;
      // Samples of a source that is slow come late; what has no samples any more is down.
      return one.works && known.instances[i]!.works && fromStep + step - last <= 2 ? 1 : 0;
    });
  });
}
