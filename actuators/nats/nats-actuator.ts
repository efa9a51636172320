import { setTimeout as sleep } from 'node:timers/promises';
import type { ActionAnswer, ActionCall, Actuator } from '../../agent/ports.ts';
import { brokerRounds } from '../../collectors/nats/brokers.ts';
import { type StreamPicture, streamPictures } from '../../collectors/nats/groups.ts';
import type { BrokerAddress, BrokerView } from '../../collectors/nats/monitoring.ts';
import type { ActionSpec } from '../../model/actions.ts';
import { onceEach } from '../once-each.ts';
import { type StepDown, stepDown } from './step-down.ts';

export interface NatsActuatorOptions {
  /** The servers' monitoring addresses, as the collector has them; the addresses for clients are learned from there. */
  readonly brokers: () => readonly BrokerAddress[];
}

type Transfer = Extract<ActionSpec, { name: 'replica.transfer-leader' }>;

const monitoringTimeoutMs = 2_000;
/** A planned election takes about 40 ms. */
const electionLookMs = 100;

/** The hand on NATS JetStream: makes the leader of a stream step down, so that its followers elect another. */
export function natsActuator(options: NatsActuatorOptions): Actuator {
  const once = onceEach();

  const look = async (groupId: string, timeoutMs: number): Promise<Seen> => {
    // No memory between looks: a decision to act rests on what the servers say now.
    const { brokers, silences } = await brokerRounds(options.brokers)(
      AbortSignal.timeout(Math.max(1, Math.min(monitoringTimeoutMs, timeoutMs / 2))),
    );
    const views = brokers.flatMap(({ view }) => view ?? []);
    if (views.length === 0) return { ok: false, why: `no broker answers: ${silences.join('; ')}` };
    const picture = streamPictures(brokers).find(({ group }) => group.id === groupId);
    return picture ? { ok: true, picture, views } : { ok: false, why: `no stream is the replica group ${groupId}` };
  };

  const carryOut = async (call: ActionCall): Promise<ActionAnswer> => {
    const startedAtMs = performance.now();
    if (call.spec.name !== 'replica.transfer-leader') return refused(`nats cannot do ${call.spec.name}`);
    const seen = await look(call.spec.target.id, call.timeoutMs);
    if (!seen.ok) return refused(seen.why);
    const plan = planStepDown(call, call.spec, seen);
    if ('status' in plan) return plan;
    const leftMs = (): number => call.timeoutMs - (performance.now() - startedAtMs);
    if (leftMs() <= 0) return refused(`not begun within ${call.timeoutMs} ms`);
    const answer = await stepDown(plan, leftMs());
    return answer.status === 'ok' ? untilElected(call.spec, leftMs) : answer;
  };

  /** Stepping down is half the way: for a moment the followers still name the old leader, and then nobody. */
  const untilElected = async ({ target, params }: Transfer, leftMs: () => number): Promise<ActionAnswer> => {
    while (leftMs() > 0) {
      const seen = await look(target.id, leftMs());
      const leaderId = seen.ok ? seen.picture.group.leaderId : null;
      if (leaderId !== null && leaderId !== params.from)
        return { status: 'ok', detail: `${leaderId} leads ${target.id} now` };
      await sleep(electionLookMs);
    }
    return { status: 'unknown', detail: `${params.from} stepped down, no new leader was seen` };
  };

  const lookBack = async ({ actionId, spec, timeoutMs }: ActionCall): Promise<ActionAnswer> => {
    if (spec.name !== 'replica.transfer-leader') return refused(`nats cannot do ${spec.name}`);
    if (once.isUnderWay(actionId)) return { status: 'unknown', detail: 'it is still being carried out' };
    const seen = await look(spec.target.id, timeoutMs);
    if (!seen.ok) return { status: 'unknown', detail: seen.why };
    const { leaderId } = seen.picture.group;
    if (leaderId === null) return { status: 'unknown', detail: `${spec.target.id} has no leader now` };
    const detail = `${leaderId} leads ${spec.target.id}`;
    return { status: leaderId === spec.params.from ? 'refused' : 'ok', detail };
  };

  return {
    name: 'nats',
    actions: new Set(['replica.transfer-leader']),
    apply: (call, done) => void once.run(call.actionId, () => carryOut(call)).then(done),
    readBack: (call, _intendedAtMs, done) => void lookBack(call).then(done),
  };
}

type Seen =
  | { readonly ok: true; readonly picture: StreamPicture; readonly views: readonly BrokerView[] }
  | { readonly ok: false; readonly why: string };

const refused = (detail: string): ActionAnswer => ({ status: 'refused', detail });

/** What to ask of which servers, or why not. */
function planStepDown(call: ActionCall, spec: Transfer, seen: Extract<Seen, { ok: true }>): StepDown | ActionAnswer {
  const { group, streamName } = seen.picture;
  const { from, to } = spec.params;
  const leader = group.leaderId ?? 'no leader';
  if (call.generation !== null && call.generation !== leader)
    return refused(`${group.id} is led by ${leader}, not ${call.generation}`);
  if (leader !== from) return refused(`${group.id} is led by ${leader}, no longer by ${from}`);
  const heirs = group.members.filter(({ instanceId, inSync }) => inSync && instanceId !== from);
  if (heirs.length === 0) return refused(`no other member of ${group.id} is in sync`);
  if (to !== null && !heirs.some(({ instanceId }) => instanceId === to)) return refused(`${to} is not in sync`);
  const heir = seen.views.find(({ instanceId }) => instanceId === to);
  if (to !== null && !canPlace(heir?.version ?? '')) return refused('these servers choose the next leader themselves');
  const others = seen.views.filter(({ instanceId }) => instanceId !== from);
  // Not by way of the sick leader: the others route the request to it.
  const servers = (others.length > 0 ? others : seen.views).flatMap(({ clientAddresses }) => clientAddresses);
  return { streamName, servers: [...new Set(servers)], preferred: heir?.serverName ?? null };
}

/** A preferred successor can be named since NATS 2.11 (ADR-7 of the NATS architecture notes: stepdown with placement). */
function canPlace(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 11);
}
