import type { Endpoint } from '../docker/inventory.ts';
import type { BrokerAddress } from './monitoring.ts';

/** Port of `--http_port` where nothing else is configured. */
const defaultMonitorPort = 8222;

export interface BrokerSources {
  /** Monitoring address by instance id, such as `http://10.0.0.1:8222`. */
  readonly monitor: Readonly<Record<string, string>>;
  /** Where containers run the servers: adds their labels, and the brokers that `monitor` does not name. */
  readonly docker?: { endpoints(): readonly Endpoint[] };
}

/** The servers to ask now. Read anew each time, so that one that comes back at another address is found. */
export function brokerAddresses({ monitor, docker }: BrokerSources): BrokerAddress[] {
  const containers = new Map(
    (docker?.endpoints() ?? [])
      .filter(({ role }) => role === 'broker')
      .map((endpoint) => [endpoint.instanceId, endpoint]),
  );
  const ids = new Set([...Object.keys(monitor), ...containers.keys()]);
  return [...ids].sort().map((instanceId) => {
    const found = containers.get(instanceId);
    const learned = found?.address == null ? null : `http://${found.address}:${defaultMonitorPort}`;
    return { instanceId, url: monitor[instanceId] ?? learned, replicaGroup: found?.replicaGroup ?? null };
  });
}
