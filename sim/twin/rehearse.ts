import type { ClusterPicture } from '../../model/picture.ts';
import type { Interval80, Plan, Rehearsal } from '../../model/plan.ts';
import { RandomStream } from '../kernel/random.ts';
import { advance } from './advance.ts';
import { backTest } from './back-test.ts';
import { type Branch, createBranch } from './branch.ts';
import { calibrate } from './calibrate.ts';
import { type Intervention, interventionsOf, whyNotKnown, whyNotModelled } from './effects.ts';
import type { FlowModel, FlowSlo } from './flow-model.ts';
import { quantileOf } from './history.ts';
import { totalOf } from './lanes.ts';
import { assumed, drawLuck, failoverBounds, isSlow, type Luck } from './luck.ts';
import { withNewcomers } from './newcomers.ts';

export interface RehearsalOptions {
  /** Pairs of samples; each pair shares its luck. */
  readonly samples: number;
  readonly horizonMs: number;
}

const usualRehearsal: RehearsalOptions = { samples: 30, horizonMs: 30 * 60_000 };

/** Moments, besides the horizon, up to which the loss is told, ms. */
const checkpointsMs = [60_000, 120_000, 300_000, 600_000, 1_200_000];
const heldBackBelow = 0.7;
/** Within so many steps before the horizon every SLO must hold for a branch to count as recovered. */
const calmSteps = 3;

/**
 * Rehearses plans on one model of the cluster, each beside doing nothing. Pure: pictures and plans decide everything, the
 * random numbers too, which come from the hash of the plan.
 */
export function rehearsePlans(plans: readonly Plan[], picture: ClusterPicture, options = usualRehearsal): Rehearsal[] {
  const calibrated = calibrate(picture);
  const why = calibrated.ok ? heldBack(calibrated.model) : calibrated.why;
  if (!calibrated.ok || why !== null) return plans.map(() => ({ status: 'cannot-rehearse', why: why ?? '' }));
  let proof: ReturnType<typeof backTest> | null = null;
  return plans.map((plan): Rehearsal => {
    const strange = [whyNotKnown(plan.cause.kind)]
      .concat(plan.steps.map(({ action }) => whyNotModelled(action, calibrated.model)))
      .find((why) => why !== null);
    if (strange != null) return { status: 'cannot-rehearse', why: strange };
    proof ??= backTest(picture, calibrated.model);
    return proof.ok
      ? rehearse(plan, withNewcomers(proof.model, plan), options)
      : { status: 'cannot-rehearse', why: proof.why };
  });
}

/** Readers that do far less than they could while messages wait: a hot key, a bad message, something that the twin does not know. */
function heldBack({ queues }: FlowModel): string | null {
  const queue = queues.find(({ efficiency, paused }) => efficiency < heldBackBelow && !paused);
  if (queue === undefined) return null;
  return `the readers of ${queue.id} do ${Math.round(queue.efficiency * 100)} % of what they could while messages wait: what holds them back is not in the twin`;
}

/** SLO-ms lost after each step, cumulated, and how the branch ended. */
interface Course {
  readonly lostMs: Float64Array;
  readonly calm: boolean;
  readonly branch: Branch;
}

function rehearse(plan: Plan, model: FlowModel, { samples, horizonMs }: RehearsalOptions): Rehearsal {
  const steps = Math.round(horizonMs / model.stepMs);
  const random = new RandomStream(`twin/${plan.planHash}`);
  const idle: Course[] = [];
  const acting: Course[] = [];
  for (let n = 0; n < samples; n++) {
    const luck = drawLuck(model, steps, random);
    idle.push(play(model, luck, steps, []));
    acting.push(play(model, luck, steps, interventionsOf(plan, model, luck)));
  }
  const at = (courses: readonly Course[], step: number) => courses.map(({ lostMs }) => lostMs[step - 1]!);
  const lossAt = (afterMs: number) => {
    const step = Math.round(afterMs / model.stepMs);
    return { afterMs, doNothing: interval(at(idle, step)), withPlan: interval(at(acting, step)) };
  };
  const whole = lossAt(horizonMs);
  return {
    status: 'rehearsed',
    doNothing: whole.doNothing,
    withPlan: whole.withPlan,
    spared: interval(at(idle, steps).map((lost, n) => lost - at(acting, steps)[n]!)),
    recoversAlone: idle.filter((course) => recovered(course, plan, model, horizonMs)).length / samples,
    horizonMs,
    checkpoints: [...checkpointsMs.filter((ms) => ms < horizonMs).map(lossAt), whole],
    assumptions: [...model.assumptions, ...assumptionsOf(model)],
  };
}

function interval(values: readonly number[]): Interval80 {
  const at = (share: number) => Math.round(quantileOf(values, share));
  return [at(0.1), at(0.5), at(0.9)];
}

function play(model: FlowModel, luck: Luck, steps: number, interventions: readonly Intervention[]): Course {
  const branch = createBranch(model, luck, steps);
  const lostMs = new Float64Array(steps);
  let next = 0;
  let lost = 0;
  let badUntil = -1;
  for (let step = 0; step < steps; step++) {
    const endMs = (step + 1) * model.stepMs;
    for (; next < interventions.length && interventions[next]!.atMs < endMs; next++)
      interventions[next]!.change(branch);
    const before = Float64Array.from(branch.ageMs);
    advance(model, branch, luck, step);
    const bad = model.slos.reduce((sum, slo) => sum + badShare(branch, slo, before[slo.queue]!), 0);
    if (bad > 0) badUntil = step;
    lost += bad * model.stepMs;
    lostMs[step] = lost;
  }
  return { lostMs, calm: badUntil < steps - calmSteps, branch };
}

/** Share of a step in which an SLO is not met; an age moves on a straight line from end to end. */
function badShare(branch: Branch, { slo, queue, of }: FlowSlo, before: number): number {
  if (of === 'depth') return totalOf(branch.lanes[queue]!) > slo.bound ? 1 : 0;
  const after = branch.ageMs[queue]!;
  if (before <= slo.bound && after <= slo.bound) return 0;
  if (before > slo.bound && after > slo.bound) return 1;
  const over = Math.max(before, after) - slo.bound;
  return over / Math.abs(after - before);
}

/** Whether doing nothing ends as the plan would want it: SLOs held, and what the plan takes in hand works by itself. */
function recovered({ calm, branch }: Course, plan: Plan, model: FlowModel, horizonMs: number): boolean {
  if (!calm) return false;
  const targets = new Set(plan.steps.map(({ action }) => `${action.target.kind}/${action.target.id}`));
  return model.instances.every((one, i) => {
    if (!targets.has(`instance/${one.id}`) && !targets.has(`node/${one.nodeId}`)) return true;
    return branch.upFromMs[i]! <= horizonMs && !(branch.growth[i]! > 0);
  });
}

function assumptionsOf(model: FlowModel): string[] {
  const seconds = ([low, high]: readonly [number, number]) =>
    `${Math.round(low / 1000)} to ${Math.round(high / 1000)} s`;
  return [
    'what is down stays down until somebody starts it',
    ...(model.instances.some(({ works, state }) => !works && state === 'unknown')
      ? [
          'half of what is out of sight is only cut off, and comes back by itself after a time of any order of magnitude',
        ]
      : []),
    ...(model.instances.some(isSlow)
      ? ['what has become slow is sound again by itself after a time of any order of magnitude']
      : []),
    ...(model.instances.some((one) => !one.works && one.consumes !== -1)
      ? [`the partitions of a silent reader go to others within ${seconds(assumed.sessionMs)}`]
      : []),
    `a start takes ${seconds(assumed.startMs)}`,
    `a plan begins ${seconds(assumed.delayMs)} after its rehearsal`,
    ...model.groups.map(
      (group) =>
        `a lost leader of ${group.id} is replaced in ${seconds(failoverBounds(group))}, ${group.failoversMs.length === 0 ? 'as is usual' : `after ${group.failoversMs.length} seen`}`,
    ),
    ...(model.instances.some((one) => one.holdsMessages)
      ? [`what a stuck reader holds is given to others within ${seconds(assumed.handoverMs)}`]
      : []),
    ...model.queues
      .filter(({ arrivals }) => arrivals.before !== arrivals.level)
      .map(({ id }) => `the changed load of ${id} lasts on as long again as it has lasted, at the median`),
  ];
}
