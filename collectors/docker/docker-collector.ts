import type { ContainerInspectInfo } from 'dockerode';
import type { Clock, Collector, FactsAnswer, FactsRequest, Timer } from '../../agent/ports.ts';
import type { InventoryObservation, Observation } from '../../model/observation.ts';
import { repeat } from '../repeat.ts';
import { addressOf, cpuLimitOf, instanceIdOf } from './container.ts';
import { type DockerAddress, engineWords, lazyDocker } from './engine.ts';
import { followEvents } from './event-stream.ts';
import { containerOf, type EngineEvent, toClusterEvent } from './events.ts';
import { containerHistory } from './history.ts';
import { type Endpoint, type EnginePicture, readPicture, toEndpoint, toInventory } from './inventory.ts';
import { logStreams } from './log-streams.ts';
import { type StatsTarget, statsStreams } from './stats-streams.ts';
import { readWorkerMetrics } from './worker-metrics.ts';

export interface DockerCollectorOptions {
  /** Value of the label `homeostat.cluster` of the containers to watch. */
  readonly clusterId: string;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly address?: DockerAddress;
  /** Time between two pictures when nothing happens; an event asks for one at once. 2,000 unless told. */
  readonly intervalMs?: number;
}

export interface DockerCollector extends Collector {
  /** Every container of the cluster as of the last picture, for collectors that talk to what runs inside. */
  endpoints(): readonly Endpoint[];
}

/** Longest wait for the engine when nobody waits for an answer. */
const pictureTimeoutMs = 5_000;
/** Left for the way back before the asker's own time runs out. */
const answerMarginMs = 100;

interface Sinks {
  readonly emit: (batch: readonly Observation[]) => void;
  readonly report: (problem: string) => void;
}

/**
 * Watches the containers of one cluster on one Docker Engine: inventory, events, statistics, log lines, and the work
 * metrics that workers serve themselves.
 */
export function dockerCollector(options: DockerCollectorOptions): DockerCollector {
  const { clock, timer, clusterId } = options;
  const intervalMs = options.intervalMs ?? 2_000;
  const docker = lazyDocker(options.address);
  const history = containerHistory();
  let sinks: Sinks | null = null;
  let picture: EnginePicture | null = null;
  let stopWatching = (): void => {};

  const emit = (batch: readonly Observation[]): void => {
    if (batch.length > 0) sinks?.emit(batch);
  };
  const stats = statsStreams(docker, emit);
  const logs = logStreams(docker, clock, emit);

  const read = async (signal: AbortSignal): Promise<InventoryObservation> => {
    const observedAtMs = clock.nowMs();
    picture = await readPicture(await docker(), clusterId, signal);
    history.keep(new Set(picture.containers.map(({ Id }) => Id)));
    return { kind: 'inventory', source: 'docker', observedAtMs, part: toInventory(picture, history) };
  };

  const endpoints = (): Endpoint[] =>
    (picture?.containers ?? []).map((container) =>
      toEndpoint(container, container.State.Running ? addressOf(container) : null),
    );

  const measure = async (wanted: readonly Endpoint[], signal: AbortSignal): Promise<Observation[]> => {
    const samples = await Promise.all(wanted.map((endpoint) => readWorkerMetrics(endpoint, clock.nowMs(), signal)));
    return samples.flat();
  };

  const watch = (report: (problem: string) => void): (() => void) => {
    const pictures = repeat({ clock, timer, intervalMs }, async () => {
      const signal = AbortSignal.timeout(pictureTimeoutMs);
      const seen = await attempt(read(signal), signal);
      if (sinks === null) return;
      if (!seen.ok) return report(`inventory: ${seen.why}`);
      emit([seen.value]);
      const running = (picture?.containers ?? []).filter(({ State }) => State.Running);
      stats.follow(running.map(toStatsTarget));
      logs.follow(running.map((container) => ({ ...toStatsTarget(container), tty: container.Config.Tty })));
    });
    const metrics = repeat({ clock, timer, intervalMs }, async () => {
      emit(await measure(endpoints(), AbortSignal.timeout(pictureTimeoutMs)));
    });
    const onEvent = (event: EngineEvent): void => {
      const idOf = (containerId: string) => picture?.containers.find(({ Id }) => Id === containerId);
      const known = idOf(containerOf(event));
      const implied = history.note(event) === 'implied';
      const told = toClusterEvent(event, clusterId, () => known && instanceIdOf(known));
      if (told && !implied) emit([told]);
      if (told || known || event.Actor.Attributes?.['homeostat.cluster'] === clusterId) pictures.now();
    };
    const endEvents = followEvents({ docker, clock, timer, onEvent, onBreak: report });
    return () => {
      endEvents();
      pictures.end();
      metrics.end();
      stats.close();
      logs.close();
    };
  };

  return {
    name: 'docker',
    endpoints,
    start(emitBatch, report) {
      sinks = { emit: emitBatch, report };
      stopWatching = watch(report);
    },
    stop() {
      sinks = null;
      stopWatching();
    },
    readFacts(request, done) {
      void readNow(request).then(done);
    },
  };

  async function readNow(request: FactsRequest): Promise<FactsAnswer> {
    const signal = AbortSignal.timeout(Math.max(1, request.timeoutMs - answerMarginMs));
    const seen = await attempt(read(signal), signal);
    if (!seen.ok) return { ok: false, code: 'DOCKER_UNREACHABLE', message: seen.why };
    const named = new Set(request.entities.filter(({ kind }) => kind === 'instance').map(({ id }) => id));
    const running = (picture?.containers ?? []).filter((one) => one.State.Running && named.has(instanceIdOf(one)));
    const [frames, work] = await Promise.all([
      Promise.all(running.map((container) => stats.next(toStatsTarget(container), signal))),
      measure(
        endpoints().filter(({ instanceId }) => named.has(instanceId)),
        signal,
      ),
    ]);
    if (sinks === null) stats.close();
    return { ok: true, observations: [seen.value, ...frames.flat(), ...work] };
  }
}

function toStatsTarget(container: ContainerInspectInfo): StatsTarget {
  return {
    containerId: container.Id,
    instanceId: instanceIdOf(container),
    cpuLimitCores: cpuLimitOf(container),
  };
}

type Attempt<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly why: string };

/** Waits for the work no longer than the signal allows, whether or not the client heeds it. */
async function attempt<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Attempt<Value>> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return { ok: true, value: await Promise.race([work, late]) };
  } catch (error) {
    return { ok: false, why: engineWords(error) };
  }
}
