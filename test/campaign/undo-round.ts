import { type Topology, topologyOf } from '../../agent/monitor/topology.ts';
import { bindAction, inverseOf } from '../../agent/plan/bind-action.ts';
import type { Playbook, PlaybookParam, PlaybookStep } from '../../agent/plan/playbook.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Plan, PlanStep } from '../../model/plan.ts';
import { failureMatrix, runToEnd, wrongWith } from '../agent/execute/endings.ts';
import { type Lab, settingOf } from '../agent/execute/lab.ts';
import { planOf } from '../agent/execute/plans.ts';
import { cluster } from '../agent/guard/fixture.ts';
import { type Choices, choicesOf } from './choices.ts';

/*
 * One playbook with the real executor, journal, lease and act: its steps are bound to a cluster by the planner's own
 * functions, every call and every call of the undo fails in every way, the verification is met, is not met or is lost,
 * and the agent crashes at a turn that the seed names. In the end the cluster is as it was, or as intended, or its
 * targets are quarantined and a person was paged.
 */

/** Versions to go back to, which the fixture has none of. */
const inventory: Inventory = cluster({
  workloads: cluster().workloads.map((one) => ({ ...one, version: 'v2', previousVersion: 'v1' })),
});
const topology = topologyOf(inventory);

export interface UndoRound {
  readonly cases: number;
  readonly undone: number;
  readonly quarantined: number;
  readonly wrong: readonly string[];
}

/**
 * Every failure of one playbook, once, with what the seed chooses.
 * @param twist changes the plan's steps: what a campaign must notice
 */
export function playUndo(
  playbook: Playbook,
  seed: number,
  twist: (step: PlanStep) => PlanStep = (step) => step,
): UndoRound {
  const choices = choicesOf(seed);
  const drawn = planFor(playbook, choices, topology);
  const plan = { ...drawn, steps: drawn.steps.map(twist) };
  const wrong: string[] = [];
  let [cases, undone, quarantined] = [0, 0, 0];
  for (const { name, options } of failureMatrix(plan.steps.length, { plan })) {
    // As many turns as the longest of these plans has; a later crash is none.
    const lab = runToEnd(options, choices.int(30));
    cases += 1;
    undone += lab.outcome()?.undone === 'undone' ? 1 : 0;
    quarantined += lab.outcome()?.undone === 'undo-failed' ? 1 : 0;
    const ending = wrongWith(lab, inEffect(lab));
    if (ending !== null) wrong.push(`${playbook.name}, ${name}: ${ending}`);
  }
  return { cases, undone, quarantined, wrong };
}

function inEffect({ plan, engine }: Lab): { readonly done: number; readonly left: number } {
  const textOf = ({ name, params }: PlanStep['action']) => `${name} ${JSON.stringify(params)}`;
  const isDone = ({ action }: PlanStep) => engine.settings.get(settingOf(action)) === textOf(action);
  return {
    done: plan.steps.filter(isDone).length,
    left: plan.steps.filter((step) => step.undo !== null && isDone(step)).length,
  };
}

function planFor(playbook: Playbook, choices: Choices, where: Topology): Plan {
  const steps = playbook.steps.flatMap((step) => {
    const param = playbook.params.get(step.each);
    if (param?.type !== 'entities') throw new Error(`${playbook.name}: ${step.each} is no entity parameter`);
    return targetsFor(param, choices).map((target) => bound(playbook, step, target, where));
  });
  const { afterMs, withinMs } = playbook.verify;
  const verification = { afterMs, withinMs, expect: playbook.verify.expect };
  return { ...planOf({}), playbook: playbook.name, steps, verification };
}

type EntitiesParam = Extract<PlaybookParam, { readonly type: 'entities' }>;

function targetsFor({ kind, maxItems }: EntitiesParam, { int }: Choices): EntityRef[] {
  const lists = {
    instance: inventory.instances,
    node: inventory.nodes,
    workload: inventory.workloads,
    'replica-group': inventory.replicaGroups,
    queue: inventory.queues,
    job: inventory.jobs,
    zone: inventory.zones,
    site: inventory.sites,
    cluster: [{ id: inventory.clusterId }],
  };
  const all = lists[kind];
  const from = int(all.length);
  const count = Math.min(all.length, 1 + int(Math.min(3, maxItems)));
  return Array.from({ length: count }, (_, index) => ({ kind, id: all[(from + index) % all.length]!.id }));
}

function bound(playbook: Playbook, step: PlaybookStep, target: EntityRef, where: Topology): PlanStep {
  const params = Object.entries(step.params).map(([key, value]) => [key, numberFor(playbook, value)]);
  const action = bindAction(step.action, target, Object.fromEntries(params), where);
  if (action === null) throw new Error(`${playbook.name}: ${step.action} of ${target.id} could not be bound`);
  const inverse =
    playbook.noUndoReason === null ? inverseOf(action, where) : { undo: null, reason: playbook.noUndoReason };
  return {
    id: `${step.id}-${target.id}`,
    action,
    timeoutMs: step.timeoutMs,
    predict: null,
    undo: inverse.undo,
    undoReason: inverse.reason,
  };
}

/** The most that a number parameter may be; anything else as it stands. */
function numberFor({ params }: Playbook, value: string | number | null): unknown {
  const param = typeof value === 'string' && value.startsWith('$') ? params.get(value.slice(1)) : undefined;
  return param?.type === 'number' ? param.max : value;
}
