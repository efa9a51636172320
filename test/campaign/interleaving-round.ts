import { decideVerdict } from '../../agent/guard/decide.ts';
import type { PastAction } from '../../agent/guard/facts.ts';
import type { Policy } from '../../agent/guard/policy.ts';
import type { ActionSpec } from '../../model/actions.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Plan } from '../../model/plan.ts';
import { act, cluster, facts, noonMs, planFor } from '../agent/guard/fixture.ts';
import { type Choices, choicesOf } from './choices.ts';
import { beginRollback, comeBack, goOn, type Rollback } from './interleaved-rollback.ts';

/*
 * A small cluster on which the agent and a person act at the same time. The person does as they like. The agent judges
 * on what it sees, may be overtaken, and judges again on fresh facts in the turn in which it acts; its restarts take a
 * while, and are in flight meanwhile; its rollbacks go through the members one after another, in the engine's hands. What
 * the agent takes must never be what breaks a quorum or a minimum.
 */

interface World {
  nowMs: number;
  /** When each instance that is down comes back; a person's stop lasts until a person's start. */
  readonly backAtMs: Map<string, number>;
  readonly history: PastAction[];
  inFlight: Plan | null;
  rollback: Rollback | null;
  decisions: number;
}

const restartMs = 20_000;
const ids = cluster().instances.map((one) => one.id);

export interface Interleaving {
  readonly broken: readonly string[];
  readonly agentActs: number;
  /** Healthy members that rollbacks took. */
  readonly rolledBack: number;
  readonly overtaken: number;
}

/** One interleaving of some dozen moves. */
export function playInterleaving(seed: number, policy: Policy): Interleaving {
  const choices = choicesOf(seed);
  const world: World = {
    nowMs: noonMs,
    backAtMs: new Map(),
    history: [],
    inFlight: null,
    rollback: null,
    decisions: 0,
  };
  const broken: string[] = [];
  let pending: Plan | null = null;
  let agentActs = 0;
  let overtaken = 0;
  let rolledBack = 0;
  const onTaken = (found: readonly string[]) => {
    rolledBack += 1;
    broken.push(...found);
  };
  for (let move = 0; move < 24; move++) {
    pass(world, choices.pick([0, 1_000, 5_000, 15_000, 25_000, 60_000, 1_900_000]), onTaken);
    const turn = choices.pick(['person', 'propose', 'propose', 'act', 'act'] as const);
    if (turn === 'person') movePerson(world, choices);
    else if (turn === 'propose') pending = propose(world, choices, policy) ?? pending;
    else if (pending !== null) {
      const plan: Plan = pending;
      pending = null;
      if (mayRun(world, plan, policy)) {
        agentActs += 1;
        broken.push(...run(world, plan));
      } else overtaken += 1;
    }
  }
  return { broken, agentActs, rolledBack, overtaken };
}

function pass(world: World, ms: number, onTaken: (broken: readonly string[]) => void): void {
  world.nowMs += ms;
  const { rollback } = world;
  const watched = (take: () => void) => onTaken(brokenBy(world, take));
  if (rollback !== null && !goOn(rollback, world.backAtMs, world.nowMs, watched)) world.rollback = null;
  comeBack(world.backAtMs, world.nowMs);
  const busy = world.inFlight?.steps.some((step) => world.backAtMs.has(step.action.target.id));
  if (!busy && world.rollback === null) world.inFlight = null;
}

function movePerson(world: World, { pick, chance }: Choices): void {
  const id = pick(ids);
  if (world.backAtMs.has(id)) world.backAtMs.delete(id);
  else world.backAtMs.set(id, chance(0.5) ? Number.POSITIVE_INFINITY : world.nowMs + restartMs);
  world.history.push(pastOf(world, 'person', { kind: 'instance', id }, null));
}

function propose(world: World, { pick, int, chance }: Choices, policy: Policy): Plan | null {
  const targets = new Set(Array.from({ length: 1 + int(2) }, () => pick(ids)));
  const restarts: ActionSpec[] = [...targets].map((id) => act('instance.restart', id));
  const rollback = act('workload.rollback', pick(['worker', 'worker', 'broker']), { toVersion: 'v0' });
  const actions = chance(0.25) ? [rollback, ...(chance(0.1) ? restarts : [])] : restarts;
  world.decisions += 1;
  const plan = planFor(actions, inventoryOf(world), { decisionId: `D-${world.decisions}`, cooldownMs: 0 });
  return mayRun(world, plan, policy) ? plan : null;
}

function mayRun(world: World, plan: Plan, policy: Policy): boolean {
  const inventory = inventoryOf(world);
  const verdict = decideVerdict({
    plan,
    purpose: 'apply',
    policy,
    mode: 'autonomous',
    nowMs: world.nowMs,
    approval: null,
    facts: facts({
      inventory,
      unhealthyInstances: new Set(world.backAtMs.keys()),
      history: world.history,
      inFlight: world.inFlight === null ? [] : [world.inFlight],
      lease: { epoch: 1, expiresAtMs: world.nowMs + 15_000 },
      causeSinceMs: world.nowMs - 3_600_000,
    }),
  });
  return verdict.effect === 'auto';
}

function run(world: World, plan: Plan): string[] {
  world.inFlight = plan;
  const broken = brokenBy(world, () => {
    for (const { action } of plan.steps) {
      const { name, target } = action;
      if (name === 'workload.rollback') world.rollback = beginRollback(membersOf(target.id), world.backAtMs);
      else world.backAtMs.set(target.id, world.nowMs + restartMs);
      world.history.push({ ...pastOf(world, 'agent', target, plan.decisionId), name });
    }
  });
  if (plan.steps.length > 2) broken.push('I1 more than two targets');
  return broken;
}

function membersOf(workloadId: string): string[] {
  return ids.filter((id) => id.startsWith(workloadId));
}

/** What the agent's taking of members breaks. */
function brokenBy(world: World, take: () => void): string[] {
  const before = standing(world);
  take();
  const after = standing(world);
  const broken: string[] = [];
  if (after.brokers < before.brokers && after.brokers < 2) broken.push('I6 quorum broken by the agent');
  if (after.workers < before.workers && after.workers < 4) broken.push('I6 fewer than four of six workers');
  return broken;
}

function standing(world: World): { brokers: number; workers: number } {
  const up = (prefix: string) => membersOf(prefix).filter((id) => !world.backAtMs.has(id)).length;
  return { brokers: up('broker'), workers: up('worker') };
}

function inventoryOf(world: World): Inventory {
  const base = cluster();
  const isUp = (id: string) => !world.backAtMs.has(id);
  return cluster({
    instances: base.instances.map((one) => (isUp(one.id) ? one : { ...one, state: 'stopped', ready: false })),
    replicaGroups: base.replicaGroups.map((group) => ({
      ...group,
      members: group.members.map((one) => ({ ...one, online: isUp(one.instanceId), inSync: isUp(one.instanceId) })),
    })),
  });
}

function pastOf(
  world: World,
  by: PastAction['by'],
  target: PastAction['target'],
  decisionId: Plan['decisionId'] | null,
): PastAction {
  return {
    atMs: world.nowMs,
    by,
    name: 'instance.restart',
    target,
    decisionId,
    incidentId: null,
    playbook: null,
    cause: null,
    rule: null,
    purpose: 'apply',
    outcome: 'succeeded',
    counts: false,
    ineffective: false,
  };
}
