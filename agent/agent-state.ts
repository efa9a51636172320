import type { ActionName } from '../model/actions.ts';
import type { ClusterId, DecisionId, EntityRef, IncidentId } from '../model/entity.ts';
import type { ModelCard } from '../model/model-card.ts';
import type { Rehearsal } from '../model/plan.ts';
import type { AgentRecord, ControlRecord } from '../model/record.ts';
import type { Slo, SloStatus } from '../model/slo.ts';
import type { Mode } from '../model/verdict.ts';
import type { Analysis } from './analyze/analyze.ts';
import { createAnalysis } from './analyze/analyze.ts';
import type { IncidentBook } from './analyze/incidents/incidents.ts';
import { createIncidents } from './analyze/incidents/incidents.ts';
import type { CommandResult } from './commands.ts';
import type { CoreRequest } from './core.ts';
import type { Executions } from './execute/executor.ts';
import { createExecutions } from './execute/executor.ts';
import type { Policy } from './guard/policy.ts';
import type { Knowledge } from './knowledge/knowledge.ts';
import { applyRecord } from './knowledge/knowledge.ts';
import { redactRecord } from './knowledge/redact.ts';
import type { Monitor } from './monitor/monitor.ts';
import { createMonitor } from './monitor/monitor.ts';
import type { AdviceOptions, OpenQuestion } from './plan/advise/advise.ts';
import type { Playbook } from './plan/playbook.ts';
import type { PlanDraft } from './plan/propose.ts';
import type { LeaseGrant } from './ports.ts';

export interface AgentOptions {
  readonly clusterId: ClusterId;
  readonly slos: readonly Slo[];
  readonly playbooks: readonly Playbook[];
  readonly supportedActions: ReadonlySet<ActionName>;
  /** Whether a face is attached on which somebody could answer an `ask`. */
  readonly someoneCanAnswer: boolean;
  /** Whether a twin rehearses plans before they are judged. */
  readonly rehearses: boolean;
  /** Null: no model is configured, and none is ever asked. */
  readonly advice: AdviceOptions | null;
  /** Models that come with the product, for the registry. */
  readonly shippedModels?: readonly ModelCard[];
}

/** Candidates that wait for the twin before one of them becomes a decision. */
export interface PendingRehearsal {
  readonly requestId: string;
  /** Hashes of the candidates. */
  readonly considered: string;
  readonly askedAtMs: number;
  /** One per candidate. */
  rehearsals: readonly Rehearsal[] | null;
}

/** Where one incident stands between diagnosis and outcome. */
export interface Deliberation {
  readonly incidentId: IncidentId;
  /** The decision that is judged, asked or executed now. */
  current: DecisionId | null;
  pending: PendingRehearsal | null;
  /** Hashes of the candidates among which the current decision was chosen. */
  considered: string;
  /** The ranked drafts of the last proposal: what an adviser may choose from. */
  drafts: readonly PlanDraft[];
  /** Playbook that the adviser prefers; null without one. */
  preferred: { readonly playbook: string; readonly target: EntityRef } | null;
}

/** Everything that the core remembers. Owned and changed by the loop alone; nothing here is shared or asynchronous. */
export interface AgentState {
  readonly options: AgentOptions;
  readonly monitor: Monitor;
  readonly analysis: Analysis;
  readonly incidents: IncidentBook;
  readonly executions: Executions;
  readonly knowledge: Knowledge;
  readonly deliberations: Map<IncidentId, Deliberation>;
  /** When facts were last read anew for a decision, and whether that worked. */
  readonly factsReadAtMs: Map<DecisionId, number>;
  /** What the SLOs had lost when a plan was made, ms: the zero of what its rehearsal said. */
  readonly sloLostAtPlanMs: Map<DecisionId, number>;
  /** Results of commands by idempotency key, so that a repeated click has one effect. */
  readonly answered: Map<string, CommandResult>;
  /** Questions to the adviser that are on their way. */
  readonly questions: Map<DecisionId, OpenQuestion>;
  /** Whether the plans that were under way before a restart have been taken up. */
  resumed: boolean;
  policy: Policy;
  /** The ceiling in force: the policy's mode, or lower after a bad reload. */
  mode: Mode;
  slos: readonly SloStatus[];
  lease: LeaseGrant | null;
  stop: string | null;
}

export function createAgentState(options: AgentOptions, policy: Policy, knowledge: Knowledge): AgentState {
  return {
    options,
    monitor: createMonitor({ clusterId: options.clusterId }),
    analysis: createAnalysis(),
    incidents: createIncidents(),
    executions: createExecutions(),
    knowledge,
    deliberations: new Map(),
    factsReadAtMs: new Map(),
    sloLostAtPlanMs: new Map(),
    answered: new Map(),
    questions: new Map(),
    resumed: false,
    policy,
    mode: policy.mode,
    slos: [],
    lease: null,
    stop: null,
  };
}

/**
 * Collects what one step brings about. A record is folded into knowledge at once, so later phases of the step see it; it
 * loses its secrets here, before a screen, a chat or the journal can get at it.
 */
export interface StepLog {
  readonly records: AgentRecord[];
  readonly requests: CoreRequest[];
}

export function note(agent: AgentState, log: StepLog, ...records: readonly AgentRecord[]): void {
  for (const record of records.map(redactRecord)) {
    applyRecord(agent.knowledge, record);
    log.records.push(record);
  }
}

/** A record of a change to the agent itself, with nothing in particular concerned. */
export function controlRecord(event: ControlRecord['event'], atMs: number, why: string): ControlRecord {
  return {
    type: 'control',
    atMs,
    event,
    person: null,
    entity: null,
    decisionId: null,
    incidentId: null,
    mode: null,
    untilMs: null,
    why,
  };
}
