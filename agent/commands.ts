import type { Person } from '../model/approval.ts';
import type { DecisionId, EntityRef, IncidentId } from '../model/entity.ts';
import { reasonCodes } from '../model/reason-codes.ts';
import type { ControlRecord } from '../model/record.ts';
import type { AgentState, StepLog } from './agent-state.ts';
import { controlRecord, note } from './agent-state.ts';
import { type ModelOrder, ordain } from './analyze/models/ordain.ts';
import { isExecuting } from './deliberate.ts';
import { stopAfterStep } from './execute/executor.ts';
import { answerApproval, revokeApproval } from './guard/approvals.ts';
import { isKnown } from './guard/inventory-index.ts';
import { type LiveGroups, mayCommand, roleOfPerson } from './guard/people.ts';

/** What a person may tell the agent. Every face (terminal, chat, CLI, API) uses this one door. */
export type Command =
  | {
      readonly type: 'answer';
      readonly decisionId: DecisionId;
      readonly planHash: string;
      readonly answer: 'approve' | 'deny';
      readonly reason: string | null;
    }
  | { readonly type: 'revoke'; readonly decisionId: DecisionId; readonly reason: string | null }
  | { readonly type: 'pause'; readonly why: string; readonly now: boolean }
  | { readonly type: 'resume'; readonly why: string }
  | { readonly type: 'hold'; readonly entity: EntityRef; readonly forMs: number; readonly why: string }
  | { readonly type: 'release'; readonly entity: EntityRef; readonly why: string }
  | { readonly type: 'silence'; readonly incidentId: IncidentId; readonly forMs: number; readonly why: string }
  | { readonly type: 'own'; readonly incidentId: IncidentId }
  | { readonly type: 'stop-after-step'; readonly decisionId: DecisionId; readonly why: string }
  | { readonly type: 'reset-breaker'; readonly entity: EntityRef; readonly why: string }
  | { readonly type: 'reset-record'; readonly rule: string; readonly why: string }
  | ModelOrder;

export interface CommandRequest {
  /** Unique per attempt; the same key again returns the first result. */
  readonly idempotencyKey: string;
  readonly person: Person;
  /** Members of chat groups now, where the face could read them; an absent group has no members. */
  readonly liveGroups?: LiveGroups;
  readonly command: Command;
}

export type CommandResult =
  | { readonly ok: true; readonly message: string }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint: string | null };

/**
 * Carries out what a person said: the one door for every face. The same idempotency key again gets the first answer
 * and has no second effect.
 */
export function handleCommand(agent: AgentState, log: StepLog, request: CommandRequest, nowMs: number): void {
  const key = `${request.person.id} ${request.idempotencyKey}`;
  const result = agent.answered.get(key) ?? refuseByRole(agent, request) ?? carryOut(agent, log, request, nowMs);
  remember(agent.answered, key, result);
  log.requests.push({ type: 'answer-command', idempotencyKey: request.idempotencyKey, result });
}

/** A face that repeats a command does so within minutes; older answers than these many are forgotten, oldest first. */
const answersMax = 10_000;

function remember(answered: Map<string, CommandResult>, key: string, result: CommandResult): void {
  answered.set(key, result);
  const [oldest] = answered.keys();
  if (answered.size > answersMax && oldest !== undefined) answered.delete(oldest);
}

/** Answers to questions are judged by the approval itself, which knows whom it asks. */
function refuseByRole(agent: AgentState, { command, person, liveGroups }: CommandRequest): CommandResult | null {
  const role = roleOfPerson(person, agent.policy, liveGroups);
  if (command.type === 'answer' || mayCommand(role, command.type)) return null;
  const message = `${person.id} is a ${role} and may not ${command.type}`;
  return { ok: false, code: 'COMMAND_NOT_ALLOWED', message, hint: 'the people section of the policy gives roles' };
}

function carryOut(agent: AgentState, log: StepLog, request: CommandRequest, nowMs: number): CommandResult {
  const { command, person } = request;
  const say = (event: ControlRecord['event'], why: string, about: Partial<ControlRecord> = {}): CommandResult => {
    note(agent, log, { ...controlRecord(event, nowMs, why), person, ...about });
    return { ok: true, message: why };
  };
  switch (command.type) {
    case 'answer':
      return answer(agent, log, command, request, nowMs);
    case 'revoke':
      return revoke(agent, log, command, person, nowMs);
    case 'pause':
      if (command.now) log.requests.push({ type: 'engage-stop', why: command.why });
      return say(command.now ? 'stop-engaged' : 'paused', command.why);
    case 'resume':
      log.requests.push({ type: 'release-stop' });
      return say('resumed', command.why);
    case 'hold':
      if (!isInInventory(agent, command.entity)) return unknownEntity(command.entity);
      return say('held', command.why, { entity: command.entity, untilMs: nowMs + command.forMs });
    case 'release':
      return say('released', command.why, { entity: command.entity });
    case 'silence':
      return say('silenced', command.why, { incidentId: command.incidentId, untilMs: nowMs + command.forMs });
    case 'own':
      return say('owned', `${person.id} owns ${command.incidentId}`, { incidentId: command.incidentId });
    case 'stop-after-step':
      stopAfterStep(agent.executions, command.decisionId);
      return say('stop-after-step', command.why, { decisionId: command.decisionId });
    case 'reset-breaker':
      return say('breaker-reset', command.why, { entity: command.entity });
    case 'reset-record':
      return say('record-reset', command.why, { rule: command.rule });
    case 'pin-model':
    case 'unpin-model':
    case 'roll-back-model':
      return orderModel(agent, log, command, person, nowMs);
    default:
      command satisfies never;
      return { ok: false, code: 'COMMAND_UNKNOWN', message: 'no such command', hint: null };
  }
}

function orderModel(agent: AgentState, log: StepLog, order: ModelOrder, person: Person, nowMs: number): CommandResult {
  const result = ordain(agent.analysis.forecasts, order, person, nowMs);
  if (!result.ok) return result;
  note(agent, log, ...result.records);
  return { ok: true, message: result.message };
}

type Answer = Extract<Command, { type: 'answer' }>;

function answer(
  agent: AgentState,
  log: StepLog,
  command: Answer,
  { person, liveGroups = new Map() }: CommandRequest,
  nowMs: number,
): CommandResult {
  const approval = agent.knowledge.decisions.get(command.decisionId)?.approval ?? null;
  if (approval === null) return noQuestion(command.decisionId);
  const result = answerApproval(approval, { ...command, person, liveGroups }, agent.policy, nowMs);
  if (!result.accepted) {
    return {
      ok: false,
      code: result.code,
      message: reasonCodes[result.code],
      hint: `homeostat why ${command.decisionId}`,
    };
  }
  note(agent, log, result.approval);
  const { state, answers, need } = result.approval;
  const approved = answers.filter((given) => given.answer === 'approve').length;
  return {
    ok: true,
    message: state === 'requested' ? `${approved} of ${need.need} approved` : `${command.decisionId} ${state}`,
  };
}

type Revoke = Extract<Command, { type: 'revoke' }>;

function revoke(agent: AgentState, log: StepLog, command: Revoke, person: Person, nowMs: number): CommandResult {
  const decision = agent.knowledge.decisions.get(command.decisionId);
  if (decision?.approval == null) return noQuestion(command.decisionId);
  if (isExecuting(decision)) {
    const message = `${command.decisionId} has begun; use stop-after-step or pause`;
    return { ok: false, code: 'APPROVAL_CLOSED', message, hint: null };
  }
  note(agent, log, revokeApproval(decision.approval, person, nowMs, command.reason));
  return { ok: true, message: `${command.decisionId} revoked` };
}

function noQuestion(decisionId: DecisionId): CommandResult {
  const message = `${decisionId} asks nothing; nothing ran`;
  return { ok: false, code: 'APPROVAL_UNKNOWN', message, hint: 'homeostat incident ls shows what waits' };
}

function isInInventory(agent: AgentState, entity: EntityRef): boolean {
  const { inventory } = agent.monitor;
  return inventory !== null && isKnown(entity, inventory);
}

function unknownEntity(entity: EntityRef): CommandResult {
  const message = `there is no ${entity.kind} ${entity.id} in the inventory`;
  return { ok: false, code: 'ENTITY_UNKNOWN', message, hint: 'homeostat map lists what there is' };
}
