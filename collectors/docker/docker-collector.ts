import type { ContainerInspectInfo } from 'dockerode';
import type { Clock, Collector, FactsAnswer, FactsRequest, Timer } from '../../agent/ports.ts';
import type { Observation } from '../../model/observation.ts';
import type { CallBudget } from '../call-budget.ts';
import { repeat } from '../repeat.ts';
import { carries, cpuLimitOf, instanceIdOf } from './container.ts';
import { type DockerAddress, lazyDocker } from './engine.ts';
import { followEvents } from './event-stream.ts';
import { containerOf, type EngineEvent, toClusterEvent } from './events.ts';
import type { Endpoint } from './inventory.ts';
import { type LogStreams, logStreams } from './log-streams.ts';
import { type ClusterReader, clusterReader } from './reader.ts';
import { type StatsStreams, type StatsTarget, statsStreams } from './stats-streams.ts';
import { readWorkerMetrics } from './worker-metrics.ts';

export interface DockerCollectorOptions {
  /** Label that the cluster's containers carry, such as `homeostat.cluster=orders-local`. */
  readonly label: string;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly address?: DockerAddress;
  /** What it may call; without one there is no limit. */
  readonly calls?: CallBudget | undefined;
  /** Time between two pictures when nothing happens; an event asks for one at once. 2,000 unless told. */
  readonly intervalMs?: number;
}

export interface DockerCollector extends Collector {
  /** Every container of the cluster as of the last picture, for collectors that talk to what runs inside. */
  endpoints(): readonly Endpoint[];
  /** Where an instance was last seen on its network, for the hand that reattaches it; null before it was seen. */
  lastAddressOf(instanceId: string): string | null;
}

/** Longest wait for the engine when nobody waits for an answer. */
const pictureTimeoutMs = 5_000;
/** Left for the way back before the asker's own time runs out. */
const answerMarginMs = 100;

/** The parts of a collector at work. */
interface Watch {
  readonly options: DockerCollectorOptions;
  readonly reader: ClusterReader;
  readonly stats: StatsStreams;
  readonly logs: LogStreams;
  readonly emit: (batch: readonly Observation[]) => void;
  readonly report: (problem: string) => void;
  /** Aborted when the watch ends: what was asked for before then opens nothing after it. */
  readonly signal: AbortSignal;
}

/**
 * Watches the containers of one cluster on one Docker Engine: inventory, events, statistics, log lines, and the work
 * metrics that workers serve themselves.
 */
export function dockerCollector(options: DockerCollectorOptions): DockerCollector {
  const docker = lazyDocker(options.address, options.calls ?? null);
  const reader = clusterReader(docker, options.label, options.clock);
  let sink: ((batch: readonly Observation[]) => void) | null = null;
  let stopWatching = (): void => {};
  const emit = (batch: readonly Observation[]): void => {
    if (batch.length > 0) sink?.(batch);
  };
  const stats = statsStreams(docker, emit);
  const logs = logStreams(docker, options.clock, emit);

  return {
    name: 'docker',
    endpoints: reader.endpoints,
    lastAddressOf: reader.lastAddressOf,
    start(emitBatch, report) {
      sink = emitBatch;
      const ending = new AbortController();
      const { signal } = ending;
      const watch: Watch = { options, reader, stats, logs, emit, report: (why) => sink && report(why), signal };
      const pictures = repeat(pace(options), () => lookOnce(watch));
      const metrics = repeat(pace(options), async () => {
        const enough = AbortSignal.any([signal, AbortSignal.timeout(pictureTimeoutMs)]);
        emit(await measure(options.clock, reader.endpoints(), enough));
      });
      const onEvent = (event: EngineEvent): void => {
        if (hear(watch, event)) pictures.now();
      };
      const { clock, timer } = options;
      const endEvents = followEvents({ docker, clock, timer, onEvent, onBreak: watch.report });
      stopWatching = () => {
        ending.abort();
        endEvents();
        for (const part of [pictures, metrics, stats, logs]) part.end();
      };
    },
    stop() {
      sink = null;
      stopWatching();
    },
    readFacts(request, done) {
      void readNow(options, reader, stats, request).then((answer) => {
        // Nobody follows the streams that were opened only to answer.
        if (sink === null) stats.end();
        done(answer);
      });
    },
  };
}

const pace = ({ clock, timer, intervalMs = 2_000 }: DockerCollectorOptions) => ({ clock, timer, intervalMs });

/** One picture: told even when nothing has changed, for its freshness is a fact of its own. */
async function lookOnce({ reader, stats, logs, emit, report, signal }: Watch): Promise<void> {
  const seen = await reader.read(AbortSignal.any([signal, AbortSignal.timeout(pictureTimeoutMs)]));
  if (signal.aborted) return;
  if (!seen.ok) return report(`inventory: ${seen.why}`);
  emit([seen.inventory]);
  const running = reader.containers().filter(({ State }) => State.Running);
  stats.follow(running.map(toStatsTarget));
  logs.follow(running.map((container) => ({ ...toStatsTarget(container), tty: container.Config.Tty })));
}

/** @returns whether the event is about this cluster, so that the inventory may have changed */
function hear({ options, reader, emit }: Watch, event: EngineEvent): boolean {
  const known = reader.containers().find(({ Id }) => Id === containerOf(event));
  const isImplied = reader.history.note(event) === 'implied';
  const told = toClusterEvent(event, options.label, known && instanceIdOf(known));
  if (told && !isImplied) emit([told]);
  return known !== undefined || carries(event.Actor.Attributes ?? {}, options.label);
}

async function measure(clock: Clock, wanted: readonly Endpoint[], signal: AbortSignal): Promise<Observation[]> {
  const samples = await Promise.all(wanted.map((endpoint) => readWorkerMetrics(endpoint, clock.nowMs(), signal)));
  return samples.flat();
}

/** A new picture, then what the named instances that run measure next. A silent instance only leaves its samples out. */
async function readNow(
  { clock }: DockerCollectorOptions,
  reader: ClusterReader,
  stats: StatsStreams,
  request: FactsRequest,
): Promise<FactsAnswer> {
  const signal = AbortSignal.timeout(Math.max(1, request.timeoutMs - answerMarginMs));
  const seen = await reader.read(signal);
  if (!seen.ok) return { ok: false, code: 'DOCKER_UNREACHABLE', message: seen.why };
  const named = new Set(request.entities.filter(({ kind }) => kind === 'instance').map(({ id }) => id));
  const running = reader.containers().filter((one) => one.State.Running && named.has(instanceIdOf(one)));
  const reachable = reader.endpoints().filter(({ instanceId }) => named.has(instanceId));
  const [frames, work] = await Promise.all([
    Promise.all(running.map((container) => stats.next(toStatsTarget(container), signal))),
    measure(clock, reachable, signal),
  ]);
  return { ok: true, observations: [seen.inventory, ...frames.flat(), ...work] };
}

function toStatsTarget(container: ContainerInspectInfo): StatsTarget {
  return {
    containerId: container.Id,
    instanceId: instanceIdOf(container),
    cpuLimitCores: cpuLimitOf(container),
  };
}
