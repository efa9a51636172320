import { z } from 'zod';
import type { Advice } from '../../../model/record.ts';
import { weigh } from './advise.ts';
import type { AskedQuestion, Question } from './question.ts';

/** What a recorded reply would amount to today, beside what it amounted to then. */
export interface ReplayedAdvice {
  readonly recorded: Advice['result'];
  readonly now: Advice['result'];
  readonly why: string;
  readonly same: boolean;
}

const transcriptRequest = z.object({ user: z.string() });

/**
 * Weighs a recorded reply against its recorded question with the code of today. Nothing is asked again.
 * @returns null where there is no reply to weigh: the model failed, was late or was never asked
 */
export function replayAdvice(advice: Advice): ReplayedAdvice | null {
  const { request, reply } = advice.transcript;
  if (reply === null) return null;
  const { user } = transcriptRequest.parse(JSON.parse(request));
  const { model, promptTokens, completionTokens } = advice;
  const answer = { ok: true as const, reply, model, promptTokens, completionTokens };
  const { result, why } = weigh(askedOf(JSON.parse(user) as Question), answer, advice.result === 'late');
  return { recorded: advice.result, now: result, why, same: result === advice.result };
}

function askedOf(question: Question): AskedQuestion<{ readonly playbook: string }> {
  return {
    question,
    plans: new Map(question.plans.map((plan) => [plan.id, { playbook: plan.playbook }])),
    causeIds: question.causes.map(({ id }) => id),
    evidenceIds: question.evidence.map(({ id }) => id),
  };
}
