import { createHash } from 'node:crypto';
import type { ContainerInspectInfo } from 'dockerode';
import type { Instance, InstanceState, WorkloadRole } from '../../model/inventory.ts';
import { workloadRoles } from '../../model/inventory.ts';

/** Labels by which a container says what it is, beside the one that says which cluster it belongs to. */
export const label = {
  workload: 'homeostat.workload',
  role: 'homeostat.role',
  /** Replica group of a broker; the name of its stream in lower case. */
  replicaGroup: 'homeostat.replica-group',
  /** Id of the instance; the container's name where it is absent. */
  instance: 'homeostat.instance',
  /** How many instances the workload should have; the newest container's word counts. */
  desired: 'homeostat.desired',
  version: 'homeostat.version',
  /** Network that the container must be attached to; the one it was created with where it is absent. */
  network: 'homeostat.network',
  /** Its IPv4 address there: the engine forgets it when the network is disconnected. */
  address: 'homeostat.address',
  /** Queues that its workload takes from and puts into, separated by commas. */
  consumesFrom: 'homeostat.consumes-from',
  producesTo: 'homeostat.produces-to',
  /** Port of its own Prometheus text metrics. */
  metricsPort: 'homeostat.metrics-port',
  /** Id of the action that created it: only such a container may be removed again. */
  createdBy: 'homeostat.created-by-action',
} as const;

/** Whether labels (or an event's attributes, which hold them) carry `key=value`, or the key alone where no value is asked. */
export function carries(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const [key = '', ...value] = wanted.split('=');
  return value.length === 0 ? key in labels : labels[key] === value.join('=');
}

const noDate = '0001-01-01T00:00:00Z';
const nanosPerCore = 1e9;

export function instanceIdOf(container: ContainerInspectInfo): string {
  return container.Config.Labels[label.instance] ?? container.Name.replace(/^\//, '');
}

export function workloadIdOf(container: ContainerInspectInfo): string {
  return container.Config.Labels[label.workload] ?? instanceIdOf(container);
}

export function roleOf(container: ContainerInspectInfo): WorkloadRole {
  const said = container.Config.Labels[label.role];
  return workloadRoles.find((role) => role === said) ?? 'worker';
}

export function versionOf(container: ContainerInspectInfo): string {
  return container.Config.Labels[label.version] ?? container.Config.Image;
}

/**
 * Differs whenever the container was created again or its limits were changed, and not after a restart. Seconds of
 * creation in the high bits make it grow with every new container; the low 20 bits are a digest of id and limits.
 */
export function generationOf(container: ContainerInspectInfo): number {
  const { NanoCpus, CpuQuota, CpuPeriod, Memory } = container.HostConfig;
  const spec = [container.Id, NanoCpus, CpuQuota, CpuPeriod, Memory].join(' ');
  const digest = createHash('sha256').update(spec).digest().readUIntBE(0, 3) & 0xfffff;
  return Math.floor(Date.parse(container.Created) / 1000) * 2 ** 20 + digest;
}

/** Unix ms, or null where the engine writes its zero date. */
export function engineTimeMs(text: string): number | null {
  return text === noDate ? null : Date.parse(text);
}

export function stateOf(container: ContainerInspectInfo): InstanceState {
  switch (container.State.Status) {
    case 'running':
      return container.State.Health?.Status === 'starting' ? 'starting' : 'running';
    case 'restarting':
      return 'starting';
    case 'paused':
      return 'paused';
    case 'created':
    case 'exited':
    case 'dead':
    case 'removing':
      return 'stopped';
    default:
      return 'unknown';
  }
}

/** True, false, or null where the container has no health check. */
function readyOf(container: ContainerInspectInfo): boolean | null {
  const health = container.State.Health?.Status;
  if (health === undefined || health === 'none') return null;
  return container.State.Running && health === 'healthy';
}

export function cpuLimitOf({ HostConfig }: ContainerInspectInfo): number | null {
  if (HostConfig.NanoCpus) return HostConfig.NanoCpus / nanosPerCore;
  if (HostConfig.CpuQuota && HostConfig.CpuQuota > 0) return HostConfig.CpuQuota / (HostConfig.CpuPeriod || 100_000);
  return null;
}

export function memoryLimitOf({ HostConfig }: ContainerInspectInfo): number | null {
  return HostConfig.Memory || null;
}

/** Name of the network that the container must be on, or null where it has none of its own (`host`, `none`, another's). */
export function declaredNetwork(container: ContainerInspectInfo): string | null {
  const named = container.Config.Labels[label.network] ?? container.HostConfig.NetworkMode ?? 'default';
  if (named === 'host' || named === 'none' || named.startsWith('container:')) return null;
  return named === 'default' ? 'bridge' : named;
}

export function isNetworkAttached(container: ContainerInspectInfo): boolean {
  const network = declaredNetwork(container);
  return network === null || network in container.NetworkSettings.Networks;
}

/** IPv4 address on the declared network while it runs there, else null. */
export function addressOf(container: ContainerInspectInfo): string | null {
  const network = declaredNetwork(container);
  if (network === null) return null;
  return container.NetworkSettings.Networks[network]?.IPAddress || null;
}

/** What the inspection of a container cannot tell by itself. */
export interface SeenBefore {
  /** Starts seen since watching began, beyond the first. */
  readonly restarts: number;
  /** The kernel killed a process of its present or last run for memory. */
  readonly ranOutOfMemory: boolean;
}

export function toInstance(container: ContainerInspectInfo, nodeId: string, seen: SeenBefore): Instance {
  const state = stateOf(container);
  const startedAtMs = engineTimeMs(container.State.StartedAt);
  const ended = state === 'stopped' && startedAtMs !== null;
  return {
    id: instanceIdOf(container),
    workloadId: workloadIdOf(container),
    nodeId,
    state,
    ready: readyOf(container),
    generation: generationOf(container),
    startedAtMs,
    exitCode: ended ? container.State.ExitCode : null,
    // The engine's flag stays set while the next run is going on, where it would say what is no longer so.
    killedForMemory: ended && (container.State.OOMKilled || seen.ranOutOfMemory),
    restarts: container.RestartCount + seen.restarts,
    networkAttached: isNetworkAttached(container),
    cpuLimitCores: cpuLimitOf(container),
    memoryLimitBytes: memoryLimitOf(container),
    version: versionOf(container),
    labels: container.Config.Labels,
  };
}
