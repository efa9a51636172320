import type { ClusterEvent, EventName } from '../../model/observation.ts';
import { carries, label } from './container.ts';

/** One message of `GET /events`, as far as it is used. Field names are the engine's. */
export interface EngineEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes?: Readonly<Record<string, string>> };
  /** Unix time in ns; beyond the exact integers of a double, which costs less than a microsecond. */
  readonly timeNano: number;
}

/** Actions asked from the engine. Creation and removal are no event of the model, but they change the inventory. */
export const watchedActions = [
  'create',
  'start',
  'die',
  'oom',
  'pause',
  'unpause',
  'health_status',
  'update',
  'rename',
  'destroy',
  'connect',
  'disconnect',
] as const;

const namesOfActions: Readonly<Record<string, EventName>> = {
  start: 'instance.started',
  die: 'instance.died',
  oom: 'instance.killed-for-memory',
  pause: 'instance.paused',
  unpause: 'instance.unpaused',
  update: 'config.changed',
  connect: 'network.connected',
  disconnect: 'network.disconnected',
};

/** The container that an engine event is about: network events carry it as an attribute. */
export function containerOf(event: EngineEvent): string {
  return event.Type === 'network' ? (event.Actor.Attributes?.container ?? '') : event.Actor.ID;
}

/**
 * Translates one engine event.
 * @param clusterLabel `key=value` of the cluster's containers
 * @param knownId instance id of the container where it is known already; network events carry no labels of it
 * @returns null for what belongs to another cluster or has no name in the model
 */
export function toClusterEvent(
  event: EngineEvent,
  clusterLabel: string,
  knownId: string | undefined,
): ClusterEvent | null {
  const attributes = event.Actor.Attributes ?? {};
  const isOurs = event.Type === 'container' && carries(attributes, clusterLabel);
  const id = knownId ?? (isOurs ? (attributes[label.instance] ?? attributes.name) : undefined);
  // Health comes as `health_status: healthy`, the verdict inside the action.
  const [action = '', health] = event.Action.split(': ');
  const name = action === 'health_status' ? 'instance.health-changed' : namesOfActions[action];
  if (id === undefined || name === undefined) return null;
  return {
    kind: 'event',
    source: 'docker',
    observedAtMs: Math.floor(event.timeNano / 1e6),
    entity: { kind: 'instance', id },
    name,
    attributes: {
      ...(attributes.exitCode === undefined ? {} : { exitCode: Number(attributes.exitCode) }),
      ...(health === undefined ? {} : { healthy: health === 'healthy' }),
      ...(event.Type === 'network' && attributes.name !== undefined ? { network: attributes.name } : {}),
    },
  };
}
