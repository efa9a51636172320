import type { ContainerInspectInfo } from 'dockerode';
import type { Clock } from '../../agent/ports.ts';
import type { InventoryObservation } from '../../model/observation.ts';
import { addressOf, instanceIdOf } from './container.ts';
import { engineWords, type OpenDocker } from './engine.ts';
import { type ContainerHistory, containerHistory } from './history.ts';
import { type Endpoint, type EnginePicture, readPicture, toEndpoint, toInventory } from './inventory.ts';

export type Reading =
  | { readonly ok: true; readonly inventory: InventoryObservation }
  | { readonly ok: false; readonly why: string };

/** Reads the engine's picture of one cluster and keeps the last one. */
export interface ClusterReader {
  readonly history: ContainerHistory;
  /** Reads anew, no longer than the signal allows. */
  read(signal: AbortSignal): Promise<Reading>;
  /** As of the last picture, oldest first. */
  containers(): readonly ContainerInspectInfo[];
  endpoints(): readonly Endpoint[];
  /** Where an instance was last seen on its network since watching began. */
  lastAddressOf(instanceId: string): string | null;
}

/** @param label `key=value` that the cluster's containers carry */
export function clusterReader(docker: OpenDocker, label: string, clock: Clock): ClusterReader {
  const history = containerHistory();
  const addresses = new Map<string, string>();
  let picture: EnginePicture | null = null;

  const take = (seen: EnginePicture): void => {
    picture = seen;
    history.keep(new Set(seen.containers.map(({ Id }) => Id)));
    for (const container of seen.containers) {
      const address = addressOf(container);
      if (address !== null) addresses.set(instanceIdOf(container), address);
    }
  };

  return {
    history,
    async read(signal) {
      const observedAtMs = clock.nowMs();
      try {
        // The client does not heed a signal in every call.
        const seen = await Promise.race([readPicture(await docker(), label, signal), aborted(signal)]);
        take(seen);
        const part = toInventory(seen, history);
        return { ok: true, inventory: { kind: 'inventory', source: 'docker', observedAtMs, part } };
      } catch (error) {
        return { ok: false, why: engineWords(error) };
      }
    },
    containers: () => picture?.containers ?? [],
    endpoints: () =>
      (picture?.containers ?? []).map((container) =>
        toEndpoint(container, container.State.Running ? addressOf(container) : null),
      ),
    lastAddressOf: (instanceId) => addresses.get(instanceId) ?? null,
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
