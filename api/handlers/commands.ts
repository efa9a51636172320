import { createHash, randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import type { AgentFace, Command } from '../../agent/views/face.ts';
import type { Person } from '../../model/approval.ts';
import type { DecisionId, IncidentId } from '../../model/entity.ts';
import type { AccessEnv } from '../access.ts';
import type { ApiParts, Handlers } from '../handler.ts';
import { HttpProblem, type ProblemStatus } from '../problems.ts';
import { notFound } from './reads.ts';

type CommandNames =
  | 'answer'
  | 'revoke'
  | 'own'
  | 'silence'
  | 'stopAfterStep'
  | 'pause'
  | 'resume'
  | 'hold'
  | 'release'
  | 'resetBreaker'
  | 'resetRecord'
  | 'pinModel'
  | 'unpinModel'
  | 'rollBackModel';

/** How many idempotency keys are remembered, the oldest forgotten first. */
const keysMax = 10_000;

export function commandHandlers({ agent }: ApiParts): Handlers<CommandNames> {
  const submit = createSubmit(agent);
  return {
    answer: ({ context, id, body }) => {
      const decisionId = questionOf(agent, id);
      return submit(context, { type: 'answer', decisionId, ...body });
    },
    revoke: ({ context, id, body }) => submit(context, { type: 'revoke', decisionId: questionOf(agent, id), ...body }),
    own: ({ context, id }) => submit(context, { type: 'own', incidentId: incidentOf(agent, id) }),
    silence: ({ context, id, body }) =>
      submit(context, { type: 'silence', incidentId: incidentOf(agent, id), forMs: body.for, why: body.why }),
    stopAfterStep: ({ context, id, body }) => {
      const decisionId = id as DecisionId;
      if (!agent.knowledge().decisions.has(decisionId)) notFound('decision', id);
      return submit(context, { type: 'stop-after-step', decisionId, why: body.why });
    },
    pause: ({ context, body }) => submit(context, { type: 'pause', ...body }),
    resume: ({ context, body }) => submit(context, { type: 'resume', ...body }),
    hold: ({ context, body }) => submit(context, { type: 'hold', entity: body.entity, forMs: body.for, why: body.why }),
    release: ({ context, body }) => submit(context, { type: 'release', ...body }),
    resetBreaker: ({ context, body }) => submit(context, { type: 'reset-breaker', ...body }),
    resetRecord: ({ context, body }) => submit(context, { type: 'reset-record', ...body }),
    pinModel: ({ context, body }) => submit(context, { type: 'pin-model', ...body }),
    unpinModel: ({ context, body }) => submit(context, { type: 'unpin-model', ...body }),
    rollBackModel: ({ context, body }) => submit(context, { type: 'roll-back-model', ...body }),
  };
}

function questionOf(agent: AgentFace, id: string): DecisionId {
  const decision = agent.knowledge().decisions.get(id as DecisionId);
  return decision?.approval ? decision.id : notFound('approval', id);
}

function incidentOf(agent: AgentFace, id: string): IncidentId {
  return agent.knowledge().incidents.get(id as IncidentId)?.id ?? notFound('incident', id);
}

type Submit = (context: Context<AccessEnv>, command: Command) => Promise<object>;

function createSubmit(agent: AgentFace): Submit {
  /** Digest of the command by key: a key is used for one command only (IETF draft, Idempotency-Key header). */
  const commandOf = new Map<string, string>();
  return async (context, command) => {
    const person = personOf(context);
    const idempotencyKey = `${person.id} ${context.req.header('idempotency-key') ?? randomUUID()}`;
    const digest = createHash('sha256').update(JSON.stringify(command)).digest('hex');
    const known = commandOf.get(idempotencyKey);
    if (known !== undefined && known !== digest) {
      throw new HttpProblem(422, 'IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key was sent with another command', {
        hint: 'use a new key for a new command',
      });
    }
    commandOf.set(idempotencyKey, digest);
    if (commandOf.size > keysMax) commandOf.delete(commandOf.keys().next().value!);
    const result = await agent.submit({ idempotencyKey, person, command });
    if (result.ok) return { ok: true, message: result.message };
    throw new HttpProblem(statusOf(result.code), result.code, result.message, { hint: result.hint ?? 'homeostat why' });
  };
}

/** The person is the token or the certificate. Which face carried it is what the client says, and decides nothing. */
function personOf(context: Context<AccessEnv>): Person {
  const caller = context.get('caller');
  if (caller === null) throw new HttpProblem(401, 'TOKEN_MISSING', 'this request needs a token');
  const face = context.req.header('homeostat-face');
  return { id: caller.personId, via: face === 'cli' || face === 'tui' ? face : 'api' };
}

const forbidden: ReadonlySet<string> = new Set(['APPROVAL_NOT_ALLOWED', 'APPROVAL_OWN_REQUEST', 'COMMAND_NOT_ALLOWED']);

/** Most refusals are conflicts with how things stand: another plan, a closed question, an earlier answer. */
function statusOf(code: string): ProblemStatus {
  if (forbidden.has(code)) return 403;
  if (code === 'AGENT_STANDBY') return 503;
  return code.endsWith('_UNKNOWN') ? 404 : 409;
}
