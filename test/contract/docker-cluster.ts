import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock, Timer } from '../../agent/ports.ts';

const example = fileURLToPath(new URL('../../examples/docker-cluster/', import.meta.url));

export const systemClock: Clock = { nowMs: () => Date.now() };
export const systemTimer: Timer = {
  setAt(atMs, fire) {
    const timeout = setTimeout(fire, atMs - Date.now());
    return () => clearTimeout(timeout);
  },
};

/** Runs `docker ARGS...` and gives back what it prints. */
export function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** The example cluster, small and under a name of its own. */
export interface ContractCluster {
  readonly label: string;
  /** Name of a container and id of its instance. */
  id(shortName: string): string;
  /** Monitoring addresses of the brokers by instance id. */
  readonly monitor: Readonly<Record<string, string>>;
  down(): void;
}

/** @param name unique among the tests; @param subnet first three numbers of a network that nobody uses */
export function startContractCluster(name: string, subnet: string): ContractCluster {
  const cluster = `contract-${name}`;
  const flags = ['--cluster', cluster, '--prefix', `${cluster}-`, '--subnet', subnet];
  const run = (script: string, ...more: string[]) =>
    execFileSync(`${example}${script}`, [...flags, ...more], {
      env: { ...process.env, ORDERS_PER_S: '40' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  run('down');
  run('up', '--workers', '2');
  const id = (shortName: string): string => `${cluster}-${shortName}`;
  return {
    label: `homeostat.cluster=${cluster}`,
    id,
    monitor: Object.fromEntries([1, 2, 3].map((n) => [id(`broker-${n}`), `http://${subnet}.${10 + n}:8222`])),
    down: () => run('down'),
  };
}
