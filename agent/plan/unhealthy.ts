import type { Inventory } from '../../model/inventory.ts';
import type { Signal, SignalKind } from '../../model/signal.ts';

// Kinds that say of an instance that it does not serve now. A leak still serves: restarting it costs capacity.
const notServing: ReadonlySet<SignalKind> = new Set([
  'missing',
  'not-ready',
  'hung',
  'paused',
  'unreachable',
  'killed-for-memory',
]);

/** Ids of the instances that do not serve: by state, readiness, network, their node, or a raised signal. */
export function unhealthyInstances(inventory: Inventory, signals: readonly Signal[]): Set<string> {
  const nodesDown = new Set(inventory.nodes.filter((node) => node.state !== 'ready').map((node) => node.id));
  const unhealthy = new Set<string>();
  for (const instance of inventory.instances) {
    const serves = instance.state === 'running' && instance.ready !== false && instance.networkAttached;
    if (!serves || nodesDown.has(instance.nodeId)) unhealthy.add(instance.id);
  }
  for (const signal of signals) {
    if (signal.entity.kind === 'instance' && notServing.has(signal.kind)) unhealthy.add(signal.entity.id);
  }
  return unhealthy;
}
