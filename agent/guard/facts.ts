import type { ActionName } from '../../model/actions.ts';
import type { DecisionId, EntityKey, EntityRef, IncidentId } from '../../model/entity.ts';
import type { CauseKind } from '../../model/incident.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { OutcomeResult } from '../../model/outcome.ts';
import type { Plan } from '../../model/plan.ts';
import type { SloStatus } from '../../model/slo.ts';

/** A person keeps the agent's hands off an entity until `untilMs`. */
export interface Hold {
  readonly entity: EntityRef;
  readonly untilMs: number;
  readonly why: string;
  readonly personId: string;
}

/** One action of the recent past, by the agent or seen to be done by somebody else. */
export interface PastAction {
  readonly atMs: number;
  readonly by: 'agent' | 'person';
  readonly name: ActionName | null;
  readonly target: EntityRef;
  readonly decisionId: DecisionId | null;
  readonly incidentId: IncidentId | null;
  readonly playbook: string | null;
  readonly cause: CauseKind | null;
  readonly rule: string | null;
  readonly purpose: 'apply' | 'undo';
  /** null while it is in flight or being verified. */
  readonly outcome: OutcomeResult | null;
  /** False where rehearsal said that doing nothing would have recovered: then it earns nothing. */
  readonly counts: boolean;
  /** The incident came back soon after a success: a fix that does not help. */
  readonly ineffective: boolean;
}

/** Everything that the guard may look at, besides the plan and the policy. Plain data, read by the agent itself. */
export interface ClusterFacts {
  readonly inventory: Inventory;
  /** True when the inventory was read anew for this decision and not taken from the last tick. */
  readonly freshlyRead: boolean;
  /** Age in ms of the oldest data that the plan rests on. */
  readonly dataAgeMs: number;
  /** Ids of instances that are not healthy, by state, readiness or an active critical signal. */
  readonly unhealthyInstances: ReadonlySet<string>;
  /** Most instances seen at once in the last hour: what a collapse is measured against. */
  readonly baselineInstances: number;
  readonly holds: readonly Hold[];
  /** Plans that are approved, acting or verifying now, other than this one. */
  readonly inFlight: readonly Plan[];
  /** Actions of the last 24 hours at least, oldest first. */
  readonly history: readonly PastAction[];
  /** Calls of that time that the engine refused, oldest first: nothing changed, and asking again at once would change nothing. */
  readonly refusals?: readonly PastAction[];
  readonly slos: readonly SloStatus[];
  readonly paused: string | null;
  readonly stop: string | null;
  readonly lease: { readonly epoch: number; readonly expiresAtMs: number } | null;
  /** When the presumed cause was first seen: what hold-down counts from. */
  readonly causeSinceMs: number;
  /** Whether any face is attached on which somebody could answer an `ask`. */
  readonly someoneCanAnswer: boolean;
  /** Actions that the joined actuators can do. */
  readonly supportedActions: ReadonlySet<ActionName>;
  /** Breakers that opened and were not reset by a person, by target, with the reason. They stay open past their window. */
  readonly openBreakers?: ReadonlyMap<EntityKey, string>;
  /** When a person last reset the breaker of a target; what came before no longer counts. */
  readonly breakerResetsAtMs?: ReadonlyMap<EntityKey, number>;
  /** When a person last reset the track record of a rule, by its id; what came before no longer counts for it. */
  readonly recordResetsAtMs?: ReadonlyMap<string, number>;
  /** Time since the last passed drill, per playbook; a playbook that is absent was never drilled. */
  readonly drillAgeMs?: ReadonlyMap<string, number>;
}
