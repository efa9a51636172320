import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import type { Edge, InventoryPart, Node, Workload } from '../../model/inventory.ts';
import { instanceIdOf, label, roleOf, toInstance, versionOf, workloadIdOf } from './container.ts';
import { engineStatus } from './engine.ts';
import type { ContainerHistory } from './history.ts';

/** What `docker info` tells that matters here. */
export interface EngineInfo {
  readonly name: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface EnginePicture {
  readonly info: EngineInfo;
  /** Sorted by creation, oldest first. */
  readonly containers: readonly ContainerInspectInfo[];
}

/** Reads everything anew. Throws what the client throws. */
export async function readPicture(docker: Docker, clusterLabel: string, signal: AbortSignal): Promise<EnginePicture> {
  const [info, containers] = await Promise.all([docker.info(), readContainers(docker, clusterLabel, signal)]);
  return { info: toEngineInfo(info), containers };
}

/** All containers with the cluster's label (`key=value`), running or not, oldest first; one that vanishes meanwhile is left out. */
export async function readContainers(
  docker: Docker,
  clusterLabel: string,
  signal: AbortSignal,
): Promise<ContainerInspectInfo[]> {
  const filters = { label: [clusterLabel] };
  const listed = await docker.listContainers({ all: true, filters, abortSignal: signal });
  const inspected = await Promise.all(
    listed.map(({ Id }) => docker.getContainer(Id).inspect({ abortSignal: signal }).catch(nullWhereGone)),
  );
  const containers = inspected.filter((container) => container !== null);
  return containers.sort((a, b) => Date.parse(a.Created) - Date.parse(b.Created) || (a.Name < b.Name ? -1 : 1));
}

function nullWhereGone(error: unknown): null {
  if (engineStatus(error) === 404) return null;
  throw error;
}

function toEngineInfo(info: { Name: string; NCPU: number; MemTotal: number; Labels?: string[] | null }): EngineInfo {
  const labels = (info.Labels ?? []).map((text) => {
    const [key = '', ...value] = text.split('=');
    return [key, value.join('=')] as const;
  });
  return { name: info.Name, cpuCores: info.NCPU, memoryBytes: info.MemTotal, labels: Object.fromEntries(labels) };
}

/** The full picture of one Docker host. An engine knows no zones: its labels `homeostat.zone` and `homeostat.site` name them. */
export function toInventory({ info, containers }: EnginePicture, history: ContainerHistory): InventoryPart {
  const siteId = info.labels['homeostat.site'] ?? 'default';
  const zoneId = info.labels['homeostat.zone'] ?? 'default';
  const instances = containers.map((container) => toInstance(container, info.name, history.see(container)));
  return {
    sites: [{ id: siteId, kind: 'core' }],
    zones: [{ id: zoneId, siteId }],
    nodes: [toNode(info, zoneId)],
    workloads: toWorkloads(containers),
    instances,
    edges: [...instances.map(({ id }) => runsOn(id, info.name)), ...toQueueEdges(containers)],
  };
}

const runsOn = (instanceId: string, nodeId: string): Edge => ({
  kind: 'runs-on',
  from: { kind: 'instance', id: instanceId },
  to: { kind: 'node', id: nodeId },
});

/** The queues that workloads say they take from and put into, each once per workload. */
function toQueueEdges(containers: readonly ContainerInspectInfo[]): Edge[] {
  const edges = new Map<string, Edge>();
  for (const container of containers) {
    const from = { kind: 'workload', id: workloadIdOf(container) } as const;
    const add = (kind: Edge['kind'], said: string | undefined): void => {
      for (const id of said?.split(',') ?? [])
        edges.set(`${kind} ${from.id} ${id}`, { kind, from, to: { kind: 'queue', id } });
    };
    add('consumes-from', container.Config.Labels[label.consumesFrom]);
    add('produces-to', container.Config.Labels[label.producesTo]);
  }
  return [...edges.values()];
}

function toNode(info: EngineInfo, zoneId: string): Node {
  const { name, cpuCores, memoryBytes, labels } = info;
  // It has just answered, so it is ready; a silent engine shows as an inventory that ages.
  return { id: name, zoneId, state: 'ready', cordoned: false, cpuCores, memoryBytes, diskBytes: null, labels };
}

function toWorkloads(containers: readonly ContainerInspectInfo[]): Workload[] {
  const members = Map.groupBy(containers, workloadIdOf);
  return [...members].map(([id, own]) => {
    const newest = own.at(-1)!;
    return {
      id,
      role: roleOf(newest),
      desired: desiredOf(own),
      version: versionOf(newest),
      previousVersion: own.map(versionOf).findLast((version) => version !== versionOf(newest)) ?? null,
      labels: {},
    };
  });
}

/**
 * Instances that the workload should have: what its newest container says, else as many as exist. Labels cannot be
 * changed afterwards, so a container added later carries the new count.
 * @param own containers of one workload, oldest first
 */
export function desiredOf(own: readonly ContainerInspectInfo[]): number {
  const said = Number(own.at(-1)?.Config.Labels[label.desired]);
  return Number.isInteger(said) && said >= 0 ? said : own.length;
}

/** One container as others reach it. */
export interface Endpoint {
  readonly instanceId: string;
  readonly containerId: string;
  readonly workloadId: string;
  readonly role: Workload['role'];
  readonly replicaGroup: string | null;
  /** IPv4 on its network; null while it is stopped or disconnected. */
  readonly address: string | null;
  readonly metricsPort: number | null;
}

export function toEndpoint(container: ContainerInspectInfo, address: string | null): Endpoint {
  const labels = container.Config.Labels;
  const port = Number(labels[label.metricsPort]);
  return {
    instanceId: instanceIdOf(container),
    containerId: container.Id,
    workloadId: workloadIdOf(container),
    role: roleOf(container),
    replicaGroup: labels[label.replicaGroup] ?? null,
    address,
    metricsPort: Number.isInteger(port) ? port : roleOf(container) === 'worker' ? 8080 : null,
  };
}
