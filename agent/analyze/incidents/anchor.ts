import type { EntityRef } from '../../../model/entity.ts';
import { entityKey } from '../../../model/entity.ts';
import type { Signal, SignalKind } from '../../../model/signal.ts';
import type { Topology } from '../../monitor/topology.ts';
import { consumersOf, groupsOfQueue, producersOf } from '../../monitor/topology.ts';

/** Signals that share one presumed cause, and the entity in which that cause presumably sits. */
export interface SignalGroup {
  readonly anchor: EntityRef;
  readonly signals: Signal[];
}

// Faults of one cause begin close together.
const togetherMs = 120_000;
// This share of a workload with the same trouble points at what its members share.
const mostOf = 0.6;

const statedByEngine: ReadonlySet<SignalKind> = new Set([
  'missing',
  'killed-for-memory',
  'paused',
  'unreachable',
  'not-ready',
  'hung',
]);

/**
 * Groups signals by the narrowest entity that can explain them: an instance, all of a node, all of a zone, most of a
 * workload; consequences (groups, queues, SLOs) join the cause they depend on. Independent faults stay apart.
 */
export function groupSignals(signals: readonly Signal[], topology: Topology): SignalGroup[] {
  const collapsed = signals.find((signal) => signal.kind === 'inventory-collapsed');
  if (collapsed !== undefined) return [{ anchor: collapsed.entity, signals: [...signals] }];
  const groups = new Map<string, SignalGroup>();
  const put = (anchor: EntityRef, signal: Signal) => {
    const key = entityKey(anchor);
    const group = groups.get(key) ?? { anchor, signals: [] };
    groups.set(key, group);
    group.signals.push(signal);
  };
  const downstream: Signal[] = [];
  for (const signal of signals) {
    if (isConsequence(signal)) downstream.push(signal);
    else put(rootOf(signal, signals, topology), signal);
  }
  // Groups before queues: a queue waits for the group that keeps it.
  downstream.sort((a, b) => Number(b.entity.kind === 'replica-group') - Number(a.entity.kind === 'replica-group'));
  for (const signal of downstream) {
    const cause = causeOf(signal, [...groups.values()], topology);
    if (cause === null) put(signal.entity, signal);
    else cause.signals.push(signal);
  }
  return [...groups.values()];
}

function isConsequence(signal: Signal): boolean {
  return signal.entity.kind === 'queue' || signal.entity.kind === 'replica-group' || signal.kind === 'slo-burn';
}

function rootOf(signal: Signal, all: readonly Signal[], topology: Topology): EntityRef {
  const { entity } = signal;
  if (signal.kind === 'data-stale' && entity.kind === 'instance') return whereAllAreStale(entity, all, topology);
  if (entity.kind === 'node') return zoneIfAllAlike(entity, all, topology) ?? entity;
  if (entity.kind !== 'instance') return entity;
  const instance = topology.instances.get(entity.id);
  if (instance === undefined) return entity;
  const dependency = brokenDependency(instance.workloadId, signal, all, topology);
  if (dependency !== null) return dependency;
  const node: EntityRef = { kind: 'node', id: instance.nodeId };
  const role = topology.workloads.get(instance.workloadId)?.role;
  const keepsData = role !== 'worker' && role !== 'gateway';
  if (isHit(node, all, keepsData) || wholeNodeHit(instance.nodeId, signal, all, topology)) {
    return zoneIfAllAlike(node, all, topology) ?? node;
  }
  return workloadIfMostHit(signal, all, topology, instance.workloadId) ?? entity;
}

/** A down member of a workload on which this one depends: whoever waits for it is not ill. */
function brokenDependency(
  workloadId: string,
  signal: Signal,
  all: readonly Signal[],
  topology: Topology,
): EntityRef | null {
  if (signal.kind === 'missing' || signal.kind === 'killed-for-memory' || signal.kind === 'paused') return null;
  const needed = topology.inventory.edges
    .filter((e) => e.kind === 'depends-on' && e.from.kind === 'workload' && e.from.id === workloadId)
    .flatMap((e) => topology.instancesOfWorkload.get(e.to.id) ?? [])
    .map((member) => member.id);
  const down = all.find(
    (s) => s.severity === 'critical' && s.entity.kind === 'instance' && needed.includes(s.entity.id),
  );
  return down?.entity ?? null;
}

/** A node has trouble of its own that may be an instance's: a disk that fills is nothing to who keeps nothing on it. */
function isHit(node: EntityRef, all: readonly Signal[], keepsData: boolean): boolean {
  return all.some(
    (s) =>
      s.entity.kind === 'node' &&
      s.entity.id === node.id &&
      s.severity !== 'info' &&
      (keepsData || s.kind !== 'trend-to-limit' || s.metric !== 'disk.usage'),
  );
}

/** Every instance of a node (two at least, and not the only node) fell ill together. */
function wholeNodeHit(nodeId: string, signal: Signal, all: readonly Signal[], topology: Topology): boolean {
  const carried = topology.instancesOfNode.get(nodeId) ?? [];
  if (carried.length < 2 || topology.nodes.size < 2) return false;
  return carried.every((instance) =>
    all.some(
      (s) =>
        // Text that several instances write is no sign of the node under them.
        s.kind !== 'log-new' && s.entity.kind === 'instance' && s.entity.id === instance.id && isTogether(s, signal),
    ),
  );
}

function isTogether(a: Signal, b: Signal): boolean {
  return Math.abs(a.sinceMs - b.sinceMs) <= togetherMs;
}

/** The zone when every node of it has the same trouble as this one. */
function zoneIfAllAlike(node: EntityRef, all: readonly Signal[], topology: Topology): EntityRef | null {
  const zoneId = topology.nodes.get(node.id)?.zoneId;
  const members = zoneId === undefined ? [] : (topology.nodesOfZone.get(zoneId) ?? []);
  if (members.length < 2 || topology.nodesOfZone.size < 2) return null;
  const troubles = (id: string) =>
    new Set(all.filter((s) => s.entity.kind === 'node' && s.entity.id === id).map((s) => `${s.kind} ${s.metric}`));
  const shared = members.map((member) => troubles(member.id)).reduce((a, b) => a.intersection(b), troubles(node.id));
  if (shared.size === 0) return null;
  return edgeSiteIfAllDown(zoneId!, all, topology) ?? { kind: 'zone', id: zoneId! };
}

/** An edge site of which no node is reached any more: what its nodes share is the link. */
function edgeSiteIfAllDown(zoneId: string, all: readonly Signal[], topology: Topology): EntityRef | null {
  const { sites, zones } = topology.inventory;
  const siteId = zones.find((zone) => zone.id === zoneId)?.siteId;
  const site = sites.find((one) => one.id === siteId);
  if (site?.kind !== 'edge' || sites.length < 2) return null;
  const isDown = (id: string) => all.some((s) => s.kind === 'node-down' && s.entity.id === id);
  const nodes = zones.flatMap((zone) => (zone.siteId === siteId ? (topology.nodesOfZone.get(zone.id) ?? []) : []));
  return nodes.every((node) => isDown(node.id)) ? { kind: 'site', id: site.id } : null;
}

/** Samples are lost by instance, by zone or for the whole cluster: the widest place where all are lost. */
function whereAllAreStale(entity: EntityRef, all: readonly Signal[], topology: Topology): EntityRef {
  const { inventory } = topology;
  const isStale = (id: string) =>
    all.some((s) => s.kind === 'data-stale' && s.entity.kind === 'instance' && s.entity.id === id);
  const running = inventory.instances.filter((instance) => instance.state === 'running');
  const zoneOf = (nodeId: string) => topology.nodes.get(nodeId)?.zoneId;
  const zoneId = zoneOf(topology.instances.get(entity.id)?.nodeId ?? '');
  const inZone = running.filter((instance) => zoneOf(instance.nodeId) === zoneId);
  if (running.length > 1 && running.every((i) => isStale(i.id))) return { kind: 'cluster', id: inventory.clusterId };
  if (zoneId !== undefined && inZone.length > 1 && inZone.every((i) => isStale(i.id)))
    return { kind: 'zone', id: zoneId };
  return entity;
}

function workloadIfMostHit(
  signal: Signal,
  all: readonly Signal[],
  topology: Topology,
  workloadId: string,
): EntityRef | null {
  const members = topology.instancesOfWorkload.get(workloadId) ?? [];
  if (members.length < 3) return null;
  const ids = new Set(members.map((member) => member.id));
  const alike = all.filter(
    (s) =>
      s.entity.kind === 'instance' && ids.has(s.entity.id) && isTogether(s, signal) && isAlike(s.kind, signal.kind),
  );
  const share = new Set(alike.map((s) => s.entity.id)).size / members.length;
  return share >= mostOf ? { kind: 'workload', id: workloadId } : null;
}

function isAlike(a: SignalKind, b: SignalKind): boolean {
  return a === b || (statedByEngine.has(a) && statedByEngine.has(b));
}

/** The cause group on which a consequence depends: the one that began first. */
function causeOf(signal: Signal, groups: readonly SignalGroup[], topology: Topology): SignalGroup | null {
  const upstream = upstreamOf(signal.entity, topology);
  const candidates = groups.filter((group) => touches(group.anchor, upstream, topology) && canCause(group, signal));
  candidates.sort((a, b) => onset(a) - onset(b));
  return candidates[0] ?? null;
}

// A consequence may be seen a little before its cause.
const causeLateMs = 60_000;

function canCause(group: SignalGroup, signal: Signal): boolean {
  // That we see less of the cluster slows nothing down in it.
  if (group.signals.every(({ kind }) => kind.startsWith('data-') || kind === 'log-new')) return false;
  return onset(group) <= signal.sinceMs + causeLateMs;
}

function onset(group: SignalGroup): number {
  return Math.min(...group.signals.map((signal) => signal.sinceMs));
}

/** Ids of the instances on which an entity depends. */
function upstreamOf(entity: EntityRef, topology: Topology): ReadonlySet<string> {
  const members = (workloadId: string) => (topology.instancesOfWorkload.get(workloadId) ?? []).map((i) => i.id);
  switch (entity.kind) {
    case 'replica-group':
      return new Set(topology.groups.get(entity.id)?.members.map((member) => member.instanceId));
    case 'queue': {
      const brokers = groupsOfQueue(topology, entity.id).flatMap((g) => g.members.map((m) => m.instanceId));
      const readers = consumersOf(topology, entity.id).map((workload) => workload.id);
      const needed = topology.inventory.edges
        .filter((e) => e.kind === 'depends-on' && e.from.kind === 'workload' && readers.includes(e.from.id))
        .map((e) => e.to.id);
      const workers = [...readers, ...needed].flatMap(members);
      const gateways = producersOf(topology, entity.id).flatMap((workload) => members(workload.id));
      return new Set([...brokers, ...workers, ...gateways]);
    }
    case 'workload':
      return new Set(members(entity.id));
    case 'instance':
      return new Set([entity.id]);
    default:
      return new Set();
  }
}

function touches(anchor: EntityRef, upstream: ReadonlySet<string>, topology: Topology): boolean {
  const some = (instances: readonly { readonly id: string }[] | undefined) =>
    (instances ?? []).some((i) => upstream.has(i.id));
  switch (anchor.kind) {
    case 'instance':
      return upstream.has(anchor.id);
    case 'node':
      return some(topology.instancesOfNode.get(anchor.id));
    case 'workload':
      return some(topology.instancesOfWorkload.get(anchor.id));
    case 'zone':
      return (topology.nodesOfZone.get(anchor.id) ?? []).some((node) => some(topology.instancesOfNode.get(node.id)));
    case 'site':
      return topology.inventory.zones.some(
        (zone) => zone.siteId === anchor.id && touches({ kind: 'zone', id: zone.id }, upstream, topology),
      );
    case 'replica-group':
      return (topology.groups.get(anchor.id)?.members ?? []).some((member) => upstream.has(member.instanceId));
    default:
      return false;
  }
}
