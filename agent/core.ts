import type { Action } from '../model/action.ts';
import type { ActionId, DecisionId, EntityRef } from '../model/entity.ts';
import type { Observation } from '../model/observation.ts';
import type { ClusterPicture } from '../model/picture.ts';
import type { Plan, Rehearsal } from '../model/plan.ts';
import type { AgentRecord } from '../model/record.ts';
import type { Mode } from '../model/verdict.ts';
import type { CommandRequest, CommandResult } from './commands.ts';
import type { Policy } from './guard/policy.ts';
import type { ActionAnswer, FactsAnswer, LeaseGrant, ModelAnswer, ModelRequest, Note } from './ports.ts';

/** What comes into the synchronous core: facts, answers and commands, each handed over by the shell. */
export type CoreInput =
  | { readonly type: 'observed'; readonly source: string; readonly observations: readonly Observation[] }
  | { readonly type: 'facts'; readonly decisionId: DecisionId; readonly answer: FactsAnswer }
  | { readonly type: 'action-answer'; readonly actionId: ActionId; readonly answer: ActionAnswer }
  | { readonly type: 'rehearsed'; readonly requestId: string; readonly rehearsals: readonly Rehearsal[] }
  | { readonly type: 'advised'; readonly decisionId: DecisionId; readonly answer: ModelAnswer }
  | { readonly type: 'command'; readonly request: CommandRequest }
  | { readonly type: 'lease'; readonly grant: LeaseGrant | null }
  | { readonly type: 'stop'; readonly why: string | null }
  /** A policy that was loaded anew, or the last good one with a lower mode. */
  | { readonly type: 'policy'; readonly policy: Policy; readonly mode: Mode; readonly problem: string | null };

/** What the core wants done. The shell performs it and feeds the answer back as an input. */
export type CoreRequest =
  | {
      readonly type: 'read-facts';
      readonly decisionId: DecisionId;
      readonly entities: readonly EntityRef[];
      readonly timeoutMs: number;
    }
  | { readonly type: 'act'; readonly action: Action; readonly timeoutMs: number }
  | { readonly type: 'read-back'; readonly action: Action; readonly timeoutMs: number }
  /** Candidates for one decision, and what the twin is built from. */
  | {
      readonly type: 'rehearse';
      readonly requestId: string;
      readonly plans: readonly Plan[];
      readonly picture: ClusterPicture;
    }
  | { readonly type: 'advise'; readonly request: ModelRequest }
  | { readonly type: 'notify'; readonly note: Note }
  /** What a model of one series has learned, to be handed back after a restart. */
  | { readonly type: 'keep-model'; readonly key: string; readonly text: string }
  | { readonly type: 'engage-stop'; readonly why: string }
  | { readonly type: 'release-stop' }
  | { readonly type: 'answer-command'; readonly idempotencyKey: string; readonly result: CommandResult };

export interface StepResult {
  /** In the order in which they came about; the shell journals them in one commit. */
  readonly records: readonly AgentRecord[];
  readonly requests: readonly CoreRequest[];
}
