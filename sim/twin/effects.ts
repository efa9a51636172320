import type { ActionName, ActionSpec } from '../../model/actions.ts';
import type { CauseKind } from '../../model/incident.ts';
import type { Plan } from '../../model/plan.ts';
import { hasRoom, takeDown } from './advance.ts';
import type { Branch } from './branch.ts';
import type { FlowInstance, FlowModel } from './flow-model.ts';
import type { Luck } from './luck.ts';

/** A change to a branch at a moment of the rehearsal. */
export interface Intervention {
  readonly atMs: number;
  readonly change: (branch: Branch) => void;
}

/** What an action does to the flows, as interventions from `atMs` on, and how long it takes. */
interface Effect {
  readonly tookMs: number;
  readonly interventions: readonly Intervention[];
}

type Modelled = (spec: ActionSpec, scene: Scene) => Effect;

interface Scene {
  readonly model: FlowModel;
  readonly luck: Luck;
  readonly atMs: number;
}

/** A call that the engine answers at once, ms. */
const callMs = 500;
/** A polite stop, before the grace is over, ms. */
const stopMs = 1_500;
/** Instances of a rolling change follow each other at this distance, ms. */
const rollEveryMs = 4_000;

/** Why the twin has nothing to say about an action; null where it models it. */
export function whyNotModelled({ name, target }: ActionSpec, model: FlowModel): string | null {
  const reason = notModelled[name];
  if (reason !== undefined) return `${name}: ${reason}`;
  const known = {
    instance: model.instances,
    node: model.nodes,
    queue: model.queues,
    'replica-group': model.groups,
    workload: model.inventory.workloads,
  };
  const list = Object.hasOwn(known, target.kind) ? known[target.kind as keyof typeof known] : [];
  return list.some(({ id }) => id === target.id) ? null : `${target.kind}/${target.id} is not in the twin`;
}

const notModelled: Readonly<Partial<Record<ActionName, string>>> = {
  'person.page': 'it changes nothing in the cluster by itself',
  'replica.rebalance': 'the twin does not know what a leader costs',
  'queue.quarantine-message': 'the twin does not know single messages',
  'job.restart': 'the twin does not know jobs',
  'job.stop': 'the twin does not know jobs',
  'storage.reclaim': 'the twin does not know disks',
  'workload.rollback': 'the recent past does not tell what the version before can do',
};

/** Why the twin has nothing to say about a cluster in this trouble; null where it may have. */
export function whyNotKnown(cause: CauseKind): string | null {
  return unknownCauses[cause] ?? null;
}

/** What these do shows too late in waiting times for a back-test to notice. */
const unknownCauses: Readonly<Partial<Record<CauseKind, string>>> = {
  'packet-loss': 'packet-loss: the twin does not know what lost packets cost',
  'hot-key': 'hot-key: the twin does not know keys',
  'poison-message': 'poison-message: the twin does not know single messages',
};

/** The plan's actions one after another, from when they begin. All of them must be modelled. */
export function interventionsOf(plan: Plan, model: FlowModel, luck: Luck): Intervention[] {
  let atMs = luck.delayMs;
  return plan.steps
    .flatMap(({ action }) => {
      const effect = effects[action.name]?.(action, { model, luck, atMs }) ?? none;
      atMs += effect.tookMs;
      return effect.interventions;
    })
    .sort((a, b) => a.atMs - b.atMs);
}

const none: Effect = { tookMs: callMs, interventions: [] };
const once = (atMs: number, change: Intervention['change'], tookMs = callMs): Effect => ({
  tookMs,
  interventions: [{ atMs, change }],
});

const effects: Readonly<Partial<Record<ActionName, Modelled>>> = {
  'instance.restart': ({ target, params }, scene) => restarted(scene, (one) => one.id === target.id, graceOf(params)),
  'instance.stop': ({ target }, scene) => {
    const i = indexOf(scene.model, target.id);
    return once(scene.atMs, (branch) => takeDown(branch, i, Number.POSITIVE_INFINITY), stopMs);
  },
  'instance.start': ({ target }, scene) => {
    const i = indexOf(scene.model, target.id);
    return once(scene.atMs, (branch) => {
      if (branch.upFromMs[i] === Number.POSITIVE_INFINITY)
        comeUp(branch, scene, i, scene.atMs + scene.luck.startMs[i]!);
    });
  },
  'instance.reconnect-network': ({ target }, scene) => {
    const i = indexOf(scene.model, target.id);
    return once(scene.atMs, (branch) => {
      branch.upFromMs[i] = Math.min(branch.upFromMs[i]!, scene.atMs + scene.luck.startMs[i]! / 2);
      branch.perStep[i] = Math.max(branch.perStep[i]!, scene.model.instances[i]!.soundPerStep);
    });
  },
  'workload.scale': scaled,
  'workload.set-resources': resourced,
  'node.cordon': () => none,
  'node.uncordon': () => none,
  'node.unpark': () => ({ ...none, tookMs: 30_000 }),
  'node.drain': ({ target, params }, scene) => restarted(scene, (one) => one.nodeId === target.id, graceOf(params)),
  'node.reboot': ({ target }, scene) => restarted(scene, (one) => one.nodeId === target.id, 0, scene.luck.rebootMs),
  'node.park': ({ target }, scene) =>
    once(scene.atMs, (branch) => {
      for (const [i, one] of scene.model.instances.entries())
        if (one.nodeId === target.id) takeDown(branch, i, Number.POSITIVE_INFINITY);
    }),
  'replica.transfer-leader': ({ target }, scene) => {
    const g = scene.model.groups.findIndex(({ id }) => id === target.id);
    return once(scene.atMs, (branch) => handLeadership(branch, scene, g));
  },
  'queue.pause-consumer': ({ target }, { model, atMs }) =>
    once(atMs, (branch) => setPaused(model, branch, target.id, 1)),
  'queue.resume-consumer': ({ target }, { model, atMs }) =>
    once(atMs, (branch) => setPaused(model, branch, target.id, 0)),
  'traffic.shed': (spec, { model, atMs }) =>
    once(atMs, (branch) => {
      if (spec.name !== 'traffic.shed') return;
      const keeps = 1 - Math.min(1, Math.max(0, spec.params.ratio));
      for (const [q, queue] of model.queues.entries())
        if (queue.writers.some((i) => model.instances[i]!.workloadId === spec.target.id)) branch.loadFactor[q] = keeps;
    }),
};

function graceOf(params: ActionSpec['params']): number {
  return 'graceMs' in params ? params.graceMs : 0;
}

function indexOf(model: FlowModel, id: string): number {
  return model.instances.findIndex((one) => one.id === id);
}

function comeUp(branch: Branch, { model }: Scene, i: number, atMs: number): void {
  const one = model.instances[i]!;
  branch.upFromMs[i] = atMs;
  branch.perStep[i] = one.soundPerStep;
  branch.memory[i] = one.baseBytes;
  branch.growth[i] = one.soundGrowthPerStep;
}

/**
 * All at once, as a drain or a reboot takes them; each works again once it has started. A stuck process does not hear that
 * it should stop, and is killed after the grace.
 */
function restarted(scene: Scene, concerns: (one: FlowInstance) => boolean, graceMs: number, downMs = 0): Effect {
  const { model, luck, atMs } = scene;
  const indexes = [...model.instances.keys()].filter((i) => concerns(model.instances[i]!));
  const stopsMs =
    downMs > 0 ? 0 : Math.max(stopMs, ...indexes.map((i) => (model.instances[i]!.holdsMessages ? graceMs : 0)));
  const tookMs = stopsMs + downMs + Math.max(0, ...indexes.map((i) => luck.startMs[i]!));
  return once(
    atMs,
    (branch) => {
      for (const i of indexes) {
        takeDown(branch, i, Number.POSITIVE_INFINITY);
        comeUp(branch, scene, i, atMs + stopsMs + downMs + luck.startMs[i]!);
      }
    },
    tookMs,
  );
}

/** More instances come up together, as far as there are any prepared in the model; of fewer, the youngest go. */
function scaled(spec: ActionSpec, scene: Scene): Effect {
  if (spec.name !== 'workload.scale') return none;
  const { model, luck, atMs } = scene;
  const own = [...model.instances.keys()].filter((i) => model.instances[i]!.workloadId === spec.target.id);
  return once(atMs, (branch) => {
    for (const [rank, i] of own.entries()) {
      const isNew = model.instances[i]!.nodeId === '';
      if (rank >= spec.params.to) takeDown(branch, i, Number.POSITIVE_INFINITY);
      else if (isNew) comeUp(branch, scene, i, atMs + luck.startMs[i]!);
    }
  });
}

function resourced(spec: ActionSpec, { model, atMs }: Scene): Effect {
  if (spec.name !== 'workload.set-resources') return none;
  const { cpuCores } = spec.params;
  const limits = new Map(model.inventory.instances.map((one) => [one.id, one.cpuLimitCores]));
  return once(
    atMs,
    (branch) => {
      for (const [i, one] of model.instances.entries()) {
        const had = limits.get(one.id) ?? null;
        if (one.workloadId === spec.target.id && cpuCores !== null && had !== null)
          branch.perStep[i]! *= cpuCores / had;
      }
    },
    rollEveryMs,
  );
}

/** Handing over takes a moment where the leader answers, and an election where it does not. */
function handLeadership(branch: Branch, { model, luck, atMs }: Scene, g: number): void {
  const group = model.groups[g]!;
  const next = group.members.find(
    (i) => i !== branch.leader[g] && branch.upFromMs[i]! <= atMs && hasRoom(model, branch, i),
  );
  if (next === undefined) return;
  branch.leader[g] = next;
  branch.servesFromMs[g] = Math.max(branch.servesFromMs[g]!, atMs + luck.failoverMs[g]! / 10);
}

function setPaused(model: FlowModel, branch: Branch, queueId: string, paused: 0 | 1): void {
  branch.paused[model.queues.findIndex(({ id }) => id === queueId)] = paused;
}
