import { spawnSync } from 'node:child_process';

/** Servers that some suites run for real, with a command that succeeds where they can. */
const probes = {
  docker: { command: ['docker', 'info'], install: 'a Docker Engine (Debian: docker.io)' },
  'nats-server': { command: ['nats-server', '--version'], install: 'Debian: nats-server' },
  'example-image': {
    command: ['examples/docker-cluster/build-image'],
    install: 'Debian: nats-server busybox-static iproute2',
  },
  openssl: { command: ['openssl', 'version'], install: 'Debian: openssl' },
  tmux: { command: ['tmux', '-V'], install: 'Debian: tmux' },
} as const;

export type RealServer = keyof typeof probes;

const root = new URL('../..', import.meta.url);

/**
 * Whether this machine can run the named servers. Use it as `describe.runIf(canRun('docker'))`: where one is missing
 * the suite is skipped and the reason printed. With HOMEOSTAT_CI=1 it is always true, so that the suite fails instead.
 */
export function canRun(...servers: readonly RealServer[]): boolean {
  if (process.env.HOMEOSTAT_CI === '1') return true;
  const missing = servers.filter((server) => !answers(server));
  for (const server of missing) console.warn(`skipped: ${server} does not run here; needs ${probes[server].install}`);
  return missing.length === 0;
}

function answers(server: RealServer): boolean {
  const [program, ...args] = probes[server].command;
  // Debian keeps servers where an ordinary user's PATH does not look.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  return spawnSync(program, args, { cwd: root, env, stdio: 'ignore', timeout: 60_000 }).status === 0;
}
