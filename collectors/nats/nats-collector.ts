import type { Clock, Collector, FactsAnswer, Timer } from '../../agent/ports.ts';
import type { Edge, InventoryPart } from '../../model/inventory.ts';
import type { ClusterEvent, Observation } from '../../model/observation.ts';
import type { CallBudget } from '../call-budget.ts';
import { repeat } from '../repeat.ts';
import { brokerRounds, type Round } from './brokers.ts';
import { type StreamPicture, streamPictures } from './groups.ts';
import type { BrokerAddress } from './monitoring.ts';
import { brokerSamples, streamSamples } from './samples.ts';

export interface NatsCollectorOptions {
  /** Read at every round, so that a broker that comes back at another address is found. */
  readonly brokers: () => readonly BrokerAddress[];
  readonly clock: Clock;
  readonly timer: Timer;
  /** What it may call; without one there is no limit. */
  readonly calls?: CallBudget | undefined;
  /** Time between two rounds. 2,000 unless told. */
  readonly intervalMs?: number;
}

const roundTimeoutMs = 1_000;
const answerMarginMs = 100;
/** During an election servers name different leaders for a moment; only a lasting disagreement is worth a word. */
const disagreementRoundsMax = 3;

/**
 * Watches a NATS JetStream cluster over its servers' monitoring pages: streams as replica groups and queues. Its picture
 * comes from whoever answers, a silent server is a member that is offline. When all are silent it has no picture and
 * says so.
 */
export function natsCollector(options: NatsCollectorOptions): Collector {
  const round = brokerRounds(options.brokers);
  const ask = (signal: AbortSignal): Promise<Round> =>
    (options.calls?.take(options.brokers().length * pagesPerBroker) ?? true)
      ? round(signal)
      : Promise.resolve({ brokers: [], silences: ['the own limit of calls is reached'] });
  const pace = { clock: options.clock, timer: options.timer, intervalMs: options.intervalMs ?? 2_000 };
  const leaders = new Map<string, string>();
  const disagreements = new Map<string, number>();
  let stopRounds = (): void => {};

  const observe = (round: Round): Observation[] => {
    const observedAtMs = options.clock.nowMs();
    const pictures = streamPictures(round.brokers);
    return [
      { kind: 'inventory', source: 'nats', observedAtMs, part: toPart(pictures) },
      ...pictures.flatMap((picture) => electionOf(picture, leaders)),
      ...pictures.flatMap(streamSamples),
      ...round.brokers.flatMap(brokerSamples),
    ];
  };

  return {
    name: 'nats',
    start(emit, report) {
      let stopped = false;
      const rounds = repeat(pace, async () => {
        const round = await ask(AbortSignal.timeout(roundTimeoutMs));
        if (stopped) return;
        if (isSilent(round)) return report(`no broker answers: ${round.silences.join('; ')}`);
        for (const words of lasting(streamPictures(round.brokers), disagreements)) report(words);
        emit(observe(round));
      });
      stopRounds = () => {
        stopped = true;
        rounds.end();
      };
    },
    stop() {
      stopRounds();
    },
    readFacts({ timeoutMs }, done) {
      const patienceMs = Math.max(1, Math.min(roundTimeoutMs, timeoutMs - answerMarginMs));
      void ask(AbortSignal.timeout(patienceMs)).then((round) => {
        const answer: FactsAnswer = isSilent(round)
          ? { ok: false, code: 'NATS_UNREACHABLE', message: `no broker answers: ${round.silences.join('; ')}` }
          : { ok: true, observations: observe(round) };
        done(answer);
      });
    },
  };
}

/** A round asks each server for `/varz`, `/jsz` and `/healthz`. */
const pagesPerBroker = 3;

const isSilent = ({ brokers }: Round): boolean => brokers.every(({ view }) => view === null);

function toPart(pictures: readonly StreamPicture[]): InventoryPart {
  return {
    replicaGroups: pictures.map(({ group }) => group),
    queues: pictures.map(({ group, best }) => ({
      id: group.id,
      kind: 'stream',
      consumerPaused: best.consumers.length > 0 && best.consumers.every(({ paused }) => paused),
    })),
    edges: pictures.flatMap(({ group }) => toEdges(group.id, group.members)),
  };
}

function toEdges(id: string, members: readonly { readonly instanceId: string }[]): Edge[] {
  const group = { kind: 'replica-group', id } as const;
  return [
    { kind: 'depends-on', from: { kind: 'queue', id }, to: group },
    ...members.map(
      ({ instanceId }): Edge => ({ kind: 'replicates', from: { kind: 'instance', id: instanceId }, to: group }),
    ),
  ];
}

/** The event of a new leader, when one is seen that differs from the last. */
function electionOf({ group, atMs }: StreamPicture, leaders: Map<string, string>): ClusterEvent[] {
  const before = leaders.get(group.id);
  if (group.leaderId === null || group.leaderId === before) return [];
  leaders.set(group.id, group.leaderId);
  if (before === undefined) return [];
  const entity = { kind: 'replica-group', id: group.id } as const;
  const attributes = { leader: group.leaderId, before };
  return [{ kind: 'event', source: 'nats', observedAtMs: atMs, entity, name: 'leader.elected', attributes }];
}

/** Words for the disagreements that have just lasted long enough. */
function lasting(pictures: readonly StreamPicture[], rounds: Map<string, number>): string[] {
  return pictures.flatMap(({ group, disagreement }) => {
    const count = disagreement === null ? 0 : (rounds.get(group.id) ?? 0) + 1;
    rounds.set(group.id, count);
    if (count !== disagreementRoundsMax) return [];
    return [`servers name different leaders of ${group.id}: ${disagreement}; ${group.leaderId ?? 'none'} is believed`];
  });
}
