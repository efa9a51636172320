import type { Config } from '../../agent/config.ts';
import type { ApprovalView } from '../../agent/views/approvals.ts';
import type { DecisionView } from '../../agent/views/decision.ts';
import { durationText } from '../../agent/views/text.ts';
import type { DecisionId } from '../../model/entity.ts';
import { loadConfig } from '../config-file.ts';
import { goodBody, noDaemon, readDaemon, tellDaemon } from '../daemon.ts';
import { decisionId } from '../ids.ts';
import { CliError, exitCodes, type Io, notFoundError, type Options, print, textOption, usageError } from '../io.ts';

/** Fewest characters of a plan hash that name it. */
const planPrefixMin = 6;

/** `homeostat approve`. Exit code 6 while more people are needed. */
export async function approve(io: Io, args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  const id = decisionId(args[0]!);
  const question = await openQuestion(config, id);
  checkPlan(question, textOption(options, 'plan'));
  await confirm(io, question, options);
  return answer(io, config, question, { answer: 'approve', reason: textOption(options, 'reason') });
}

/** `homeostat deny`. */
export async function deny(io: Io, args: readonly string[], options: Options): Promise<number> {
  const config = loadConfig(io);
  const question = await openQuestion(config, decisionId(args[0]!));
  checkPlan(question, textOption(options, 'plan'));
  return answer(io, config, question, { answer: 'deny', reason: textOption(options, 'reason') });
}

async function openQuestion(config: Config, id: DecisionId): Promise<ApprovalView> {
  const listed = await readDaemon(config, '/v1/approvals');
  if (listed === null) throw noDaemon(config);
  const { approvals } = goodBody(listed) as { readonly approvals: readonly ApprovalView[] };
  const question = approvals.find((approval) => approval.id === id);
  if (question !== undefined) return question;
  const open = approvals.map((approval) => approval.id).join(', ') || 'none';
  throw notFoundError('<id>', `${id} does not wait for an answer`, `waiting: ${open}; see homeostat why ${id}`);
}

function checkPlan(question: ApprovalView, plan: string | null): void {
  if (plan === null) return;
  if (plan.length >= planPrefixMin && question.planHash.startsWith(plan)) return;
  throw new CliError(exitCodes.failed, {
    code: 'APPROVAL_HASH_MISMATCH',
    message: `the plan of ${question.id} is ${question.planHash.slice(0, 12)}, not ${plan}`,
    where: '--plan',
    hint: `look again: homeostat why ${question.id}`,
  });
}

/** A person types the id. A script names it, and for what is more than a small risk also the plan that was seen. */
async function confirm(io: Io, question: ApprovalView, options: Options): Promise<void> {
  const confirmed = textOption(options, 'confirm');
  const risky = question.risk === 'high' || question.risk === 'severe';
  if (confirmed !== null && decisionId(confirmed) !== question.id) {
    throw usageError('--confirm', `--confirm ${confirmed} is not ${question.id}`);
  }
  if (risky && confirmed === null && io.ask === null) {
    throw usageError(
      '--confirm',
      `this plan has ${question.risk} risk`,
      `add --confirm ${question.id} --plan ${question.planHash.slice(0, 12)}`,
    );
  }
  if (risky && io.ask === null && textOption(options, 'plan') === null) {
    throw usageError('--plan', `this plan has ${question.risk} risk`, `add --plan ${question.planHash.slice(0, 12)}`);
  }
  if (confirmed !== null || io.ask === null) return;
  io.log(questionText(question));
  const typed = await io.ask(`Type ${question.id} to approve, anything else to leave it: `);
  if (typed !== question.id) throw usageError('answer', 'not approved', 'nothing was sent');
}

function questionText(question: ApprovalView): string {
  return [
    `${question.id} for ${question.incidentId}: ${question.summary}`,
    ...question.does.map((step) => `  does     ${step}`),
    `  risk     ${question.risk}`,
    `  asks     ${question.rule ?? '-'}: ${question.why ?? '-'}`,
    `  needs    ${question.need} of ${question.from.join(', ')}; has ${question.approvedBy.join(', ') || 'none'}`,
    `  left     ${durationText(question.leftMs)}`,
    `  plan     ${question.planHash.slice(0, 12)}`,
  ].join('\n');
}

interface Answer {
  readonly answer: 'approve' | 'deny';
  readonly reason: string | null;
}

async function answer(io: Io, config: Config, question: ApprovalView, body: Answer): Promise<number> {
  const { message } = await tellDaemon(config, `/v1/approvals/${question.id}/answer`, {
    ...body,
    planHash: question.planHash,
  });
  const read = await readDaemon(config, `/v1/decisions/${question.id}`);
  const view = read === null ? null : (goodBody(read) as DecisionView);
  print(io, { message, decision: view }, () => `${message}\nnext: homeostat why ${question.id}`);
  return isWaiting(view) ? exitCodes.waiting : exitCodes.done;
}

function isWaiting(view: DecisionView | null): boolean {
  return view?.state === 'waiting-approval';
}
