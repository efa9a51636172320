import type { DecisionId } from '../../../model/entity.ts';
import type { Advice } from '../../../model/record.ts';
import type { AgentState, Deliberation, StepLog } from '../../agent-state.ts';
import { note } from '../../agent-state.ts';
import type { CoreInput } from '../../core.ts';
import { currentDecision, deliberationOf, openIncidents } from '../../deliberate.ts';
import type { Decision } from '../../knowledge/knowledge.ts';
import { redactText } from '../../knowledge/redact.ts';
import type { ModelAnswer, ModelRequest } from '../../ports.ts';
import { type AdviceLanguage, type PromptTexts, systemPrompt, userPrompt } from './prompt.ts';
import { type AskedQuestion, buildQuestion } from './question.ts';
import { checkReply, replyMax, replySchema } from './reply.ts';

/** How the adviser may be used. Tokens are those of prompts and replies together. */
export interface AdviceOptions {
  readonly prompts: PromptTexts;
  readonly language: AdviceLanguage;
  readonly timeoutMs: number;
  /** A single cause at this confidence or above is sure enough: no advice is worth its tokens. */
  readonly sureConfidence: number;
  readonly tokensPerIncident: number;
  readonly tokensPerDay: number;
}

/** One question that has not been answered. */
export interface OpenQuestion {
  readonly asked: AskedQuestion;
  readonly request: ModelRequest;
}

const dayMs = 86_400_000;
const completionTokensMax = 400;
/** English JSON takes about this many characters a token; only used to hold a budget before the model has counted. */
const charactersPerToken = 3;

/** Asks about every decision where rules alone leave a choice, once. Never where the effect has begun. */
export function seekAdvice(agent: AgentState, log: StepLog, nowMs: number): void {
  const { advice } = agent.options;
  if (advice === null) return;
  for (const incident of openIncidents(agent)) {
    const deliberation = deliberationOf(agent, incident.id);
    const decision = currentDecision(agent, deliberation);
    if (decision === null || decision.plan.origin === 'model' || decision.advice !== null) continue;
    if (agent.questions.has(decision.id) || agent.executions.has(decision.id) || decision.outcome !== null) continue;
    const diagnosis = agent.knowledge.diagnoses.get(incident.id);
    if (diagnosis === undefined || !isOpenToAdvice(deliberation, diagnosis.causes, advice.sureConfidence)) continue;
    const signals = incident.signalIds.map((id) => agent.knowledge.signals.get(id)).filter((one) => one !== undefined);
    const asked = buildQuestion(diagnosis, deliberation.drafts, signals, incident.severity, nowMs);
    ask(agent, log, decision, asked, advice, nowMs);
  }
}

function isOpenToAdvice(
  { drafts }: Deliberation,
  causes: readonly { readonly confidence: number }[],
  sureConfidence: number,
): boolean {
  return drafts.length > 1 && (causes.length > 1 || (causes[0]?.confidence ?? 0) < sureConfidence);
}

function ask(
  agent: AgentState,
  log: StepLog,
  decision: Decision,
  asked: AskedQuestion,
  options: AdviceOptions,
  nowMs: number,
): void {
  const request: ModelRequest = {
    decisionId: decision.id,
    system: systemPrompt(options.prompts, options.language),
    user: redactText(userPrompt(asked)),
    replySchema: replySchema(asked),
    timeoutMs: options.timeoutMs,
    maxCompletionTokens: completionTokensMax,
  };
  const over = overBudget(agent, decision, request, options, nowMs);
  if (over !== null) {
    note(agent, log, adviceRecord(decision, request, nowMs, 'over-budget', over));
    return;
  }
  agent.questions.set(decision.id, { asked, request });
  log.requests.push({ type: 'advise', request });
}

/** What the question would overspend, or null. Questions on their way count with the most that they may cost. */
function overBudget(
  agent: AgentState,
  decision: Decision,
  request: ModelRequest,
  options: AdviceOptions,
  nowMs: number,
): string | null {
  const costMax = (one: ModelRequest) =>
    Math.ceil((one.system.length + one.user.length) / charactersPerToken) + one.maxCompletionTokens;
  let ofIncident = costMax(request);
  let ofDay = ofIncident;
  for (const open of agent.questions.values()) ofDay += costMax(open.request);
  for (const { advice } of agent.knowledge.decisions.values()) {
    if (advice === null) continue;
    const tokens = advice.promptTokens + advice.completionTokens;
    if (advice.incidentId === decision.plan.incidentId) ofIncident += tokens;
    if (nowMs - advice.atMs < dayMs) ofDay += tokens;
  }
  if (ofIncident > options.tokensPerIncident) return `${ofIncident} of ${options.tokensPerIncident} tokens an incident`;
  if (ofDay > options.tokensPerDay) return `${ofDay} of ${options.tokensPerDay} tokens a day`;
  return null;
}

/** Takes the model's answers. Only a valid reply that comes before the effect changes anything: which draft is preferred. */
export function takeAdvice(agent: AgentState, log: StepLog, nowMs: number, inputs: readonly CoreInput[]): void {
  for (const input of inputs) {
    if (input.type === 'advised') takeAnswer(agent, log, nowMs, input.decisionId, input.answer);
  }
}

function takeAnswer(agent: AgentState, log: StepLog, nowMs: number, id: DecisionId, answer: ModelAnswer): void {
  const open = agent.questions.get(id);
  const decision = agent.knowledge.decisions.get(id);
  agent.questions.delete(id);
  if (open === undefined || decision === undefined) return;
  const deliberation = deliberationOf(agent, decision.plan.incidentId);
  const begun = agent.executions.has(id) || decision.outcome !== null || deliberation.current !== id;
  const { result, why, prefers, ...more } = weigh(open.asked, answer, begun);
  if (prefers !== undefined) deliberation.preferred = { playbook: prefers.playbook, target: prefers.cause.entity };
  note(agent, log, { ...adviceRecord(decision, open.request, nowMs, result, why, answer), ...more });
}

interface Weighed<Choice> {
  readonly result: Advice['result'];
  readonly why: string;
  readonly prefers?: Choice;
  readonly causeOrder?: readonly string[];
  readonly explanation?: string;
}

/** What an answer amounts to. `begun`: the effect of the rules' plan is no longer to be had otherwise. */
export function weigh<Choice extends { readonly playbook: string }>(
  asked: AskedQuestion<Choice>,
  answer: ModelAnswer,
  begun: boolean,
): Weighed<Choice> {
  if (!answer.ok) {
    return { result: answer.code === 'TIMEOUT' ? 'late' : 'failed', why: `${answer.code}: ${answer.message}` };
  }
  const checked = checkReply(answer.reply, asked);
  if (!checked.ok) return { result: 'invalid', why: checked.why };
  const { plan, causes: causeOrder, explanation } = checked.reply;
  const said = { causeOrder, explanation };
  if (plan === null) return { result: 'ignored', why: 'prefers no plan; the plan of the rules stands', ...said };
  if (plan === asked.plans.get('P1')) return { result: 'agreed', why: `agrees with ${plan.playbook}`, ...said };
  if (begun) return { result: 'late', why: `prefers ${plan.playbook}, too late`, ...said };
  return { result: 'used', why: `prefers ${plan.playbook}`, prefers: plan, ...said };
}

function adviceRecord(
  decision: Decision,
  request: ModelRequest,
  atMs: number,
  result: Advice['result'],
  why: string,
  answer: ModelAnswer | null = null,
): Advice {
  const { system, user, replySchema: reply } = request;
  return {
    type: 'advice',
    decisionId: decision.id,
    incidentId: decision.plan.incidentId,
    atMs,
    result,
    why: redactText(why),
    model: answer?.model ?? 'none',
    promptTokens: answer?.ok ? answer.promptTokens : 0,
    completionTokens: answer?.ok ? answer.completionTokens : 0,
    transcript: {
      request: JSON.stringify({ system, user, reply }),
      reply: answer?.ok ? redactText(answer.reply.slice(0, replyMax)) : null,
    },
  };
}
