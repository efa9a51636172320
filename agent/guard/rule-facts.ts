import { type ActionSpec, actionCatalogue } from '../../model/actions.ts';
import type { EntityRef } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';
import type { Instance, Inventory } from '../../model/inventory.ts';
import type { Plan } from '../../model/plan.ts';
import type { ClusterFacts } from './facts.ts';
import { type InventoryIndex, indexInventory } from './inventory-index.ts';
import type { TrackRecord } from './track-record.ts';

/**
 * The variables of a rule's condition and their CEL types. A closed list: a policy that names anything else does not
 * load. Only facts that the agent reads itself are here, never text from logs, tickets or models.
 */
export const ruleVariables = {
  action: { name: 'string', risk: 'string', reversible: 'bool' },
  target: {
    kind: 'string',
    id: 'string',
    role: 'string',
    workload: 'string',
    node: 'string',
    zone: 'string',
    site: 'string',
    state: 'string',
    healthy: 'bool',
    labels: 'map<string, string>',
  },
  plan: { playbook: 'string', origin: 'string', targets: 'double', to: 'double', change: 'double' },
  diagnosis: { cause: 'string', confidence: 'double', signals: 'double' },
  data: { ageMs: 'double' },
  cluster: { id: 'string', unhealthyRatio: 'double' },
  rehearsal: { status: 'string', recoversAlone: 'double' },
  record: { succeeded: 'double', failed: 'double', lowerBound: 'double' },
  errorBudget: { ratio: 'double' },
  drill: { ageMs: 'double' },
} as const;

/** Values of the variables for one action of one plan. `to` and `change` are NaN where an action has no count: no comparison with them holds. */
export interface RuleFacts {
  readonly action: { readonly name: string; readonly risk: string; readonly reversible: boolean };
  readonly target: TargetFacts;
  readonly plan: {
    readonly playbook: string;
    readonly origin: string;
    readonly targets: number;
    readonly to: number;
    readonly change: number;
  };
  readonly diagnosis: { readonly cause: string; readonly confidence: number; readonly signals: number };
  readonly data: { readonly ageMs: number };
  readonly cluster: { readonly id: string; readonly unhealthyRatio: number };
  readonly rehearsal: { readonly status: string; readonly recoversAlone: number };
  readonly record: { readonly succeeded: number; readonly failed: number; readonly lowerBound: number };
  readonly errorBudget: { readonly ratio: number };
  readonly drill: { readonly ageMs: number };
}

export interface TargetFacts {
  readonly kind: string;
  readonly id: string;
  readonly role: string;
  readonly workload: string;
  readonly node: string;
  readonly zone: string;
  readonly site: string;
  readonly state: string;
  readonly healthy: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The variables for one action, each read from the plan and the facts when a condition first asks for it: most rules
 * ask for two or three, and the guard runs in the tick.
 */
export function readRuleFacts(
  action: ActionSpec,
  plan: Plan,
  facts: ClusterFacts,
  recordOf: () => TrackRecord,
): RuleFacts {
  return new LazyRuleFacts(action, plan, facts, recordOf);
}

class LazyRuleFacts implements RuleFacts {
  readonly #action: ActionSpec;
  readonly #plan: Plan;
  readonly #facts: ClusterFacts;
  readonly #recordOf: () => TrackRecord;
  #target: TargetFacts | null = null;
  #counts: RuleFacts['plan'] | null = null;
  #record: TrackRecord | null = null;

  constructor(action: ActionSpec, plan: Plan, facts: ClusterFacts, recordOf: () => TrackRecord) {
    this.#action = action;
    this.#plan = plan;
    this.#facts = facts;
    this.#recordOf = recordOf;
  }

  get action() {
    const { risk, reversible } = actionCatalogue[this.#action.name];
    return { name: this.#action.name, risk, reversible };
  }

  get target() {
    this.#target ??= readTargetFacts(this.#action.target, this.#facts);
    return this.#target;
  }

  get plan() {
    this.#counts ??= {
      playbook: this.#plan.playbook,
      origin: this.#plan.origin,
      targets: new Set(this.#plan.steps.map((step) => entityKey(step.action.target))).size,
      ...readCount(this.#action, this.#facts.inventory),
    };
    return this.#counts;
  }

  get diagnosis() {
    const { kind: cause, confidence, signals } = this.#plan.cause;
    return { cause, confidence, signals };
  }

  get data() {
    return { ageMs: this.#facts.dataAgeMs };
  }

  get cluster() {
    return { id: this.#facts.inventory.clusterId, unhealthyRatio: unhealthyRatioOf(this.#facts) };
  }

  get rehearsal() {
    const { rehearsal } = this.#plan;
    const recoversAlone = rehearsal.status === 'rehearsed' ? rehearsal.recoversAlone : Number.NaN;
    return { status: rehearsal.status, recoversAlone };
  }

  get record() {
    this.#record ??= this.#recordOf();
    return this.#record;
  }

  get errorBudget() {
    return { ratio: this.#facts.slos.reduce((least, slo) => Math.min(least, slo.budgetRatio), 1) };
  }

  get drill() {
    return { ageMs: this.#facts.drillAgeMs?.get(this.#plan.playbook) ?? Number.POSITIVE_INFINITY };
  }
}

/** Share of instances that are not healthy; an empty inventory counts as wholly unhealthy. */
function unhealthyRatioOf(facts: ClusterFacts): number {
  const total = facts.inventory.instances.length;
  return total === 0 ? 1 : facts.unhealthyInstances.size / total;
}

function readCount(action: ActionSpec, inventory: Inventory): { to: number; change: number } {
  if (action.name !== 'workload.scale') return { to: Number.NaN, change: Number.NaN };
  const desired = indexInventory(inventory).workloads.get(action.target.id)?.desired ?? Number.NaN;
  return { to: action.params.to, change: Math.abs(action.params.to - desired) };
}

const unknownTarget: Omit<TargetFacts, 'kind' | 'id'> = {
  role: '',
  workload: '',
  node: '',
  zone: '',
  site: '',
  state: '',
  healthy: true,
  labels: {},
};

function readTargetFacts(target: EntityRef, facts: ClusterFacts): TargetFacts {
  return { ...unknownTarget, ...readByKind(target, facts), kind: target.kind, id: target.id };
}

function readByKind(target: EntityRef, facts: ClusterFacts): Partial<TargetFacts> {
  const index = indexInventory(facts.inventory);
  switch (target.kind) {
    case 'instance': {
      const instance = index.instances.get(target.id);
      return instance === undefined ? {} : readInstance(instance, index, facts);
    }
    case 'workload':
      return readWorkload(target.id, index);
    case 'node': {
      const node = index.nodes.get(target.id);
      if (node === undefined) return {};
      return { ...readNode(node.id, index), state: node.state, healthy: node.state === 'ready', labels: node.labels };
    }
    case 'replica-group': {
      const member = index.instances.get(index.groups.get(target.id)?.members[0]?.instanceId ?? '');
      return member === undefined ? {} : readWorkload(member.workloadId, index);
    }
    case 'job': {
      const job = index.jobs.get(target.id);
      return job === undefined ? {} : { ...readWorkload(job.workloadId, index), state: job.state };
    }
    case 'cluster':
    case 'site':
    case 'zone':
    case 'queue':
      return {};
    default:
      target.kind satisfies never;
      return {};
  }
}

function readInstance(instance: Instance, index: InventoryIndex, facts: ClusterFacts): Partial<TargetFacts> {
  return {
    ...readNode(instance.nodeId, index),
    ...readWorkload(instance.workloadId, index),
    state: instance.state,
    healthy: !facts.unhealthyInstances.has(instance.id),
    labels: instance.labels,
  };
}

function readWorkload(workloadId: string, index: InventoryIndex): Partial<TargetFacts> {
  const workload = index.workloads.get(workloadId);
  return workload === undefined
    ? { workload: workloadId }
    : { workload: workload.id, role: workload.role, labels: workload.labels };
}

function readNode(nodeId: string, index: InventoryIndex): Partial<TargetFacts> {
  const zoneId = index.nodes.get(nodeId)?.zoneId ?? '';
  return { node: nodeId, zone: zoneId, site: index.zones.get(zoneId)?.siteId ?? '' };
}
