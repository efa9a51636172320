import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError, exitCodes, type Io, type Options, print, textOption, usageError } from '../io.ts';

/** `homeostat init`. Never overwrites: a second run refuses and changes nothing. */
export function init(io: Io, args: readonly string[], options: Options): number {
  const folder = resolve(io.workDir, args[0] ?? 'homeostat');
  const cluster = textOption(options, 'cluster') ?? 'my-cluster';
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(cluster)) {
    throw usageError('--cluster', `"${cluster}" is not an id`, 'letters, digits, dots and dashes');
  }
  const files = { 'homeostat.yaml': configText(cluster), 'policy.yaml': policyText(cluster, timeZone()) };
  const present = Object.keys(files).filter((name) => existsSync(join(folder, name)));
  if (present.length > 0) {
    throw new CliError(exitCodes.failed, {
      code: 'INIT_EXISTS',
      message: `already there: ${present.join(', ')}`,
      where: folder,
      hint: 'name another folder, or edit what is there',
    });
  }
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { flag: 'wx' });
  const written = Object.keys(files).map((name) => join(folder, name));
  print(io, { written }, () =>
    [...written.map((file) => `wrote ${file}`), `next: homeostat doctor --config ${written[0]}`].join('\n'),
  );
  return exitCodes.done;
}

/** The zone of this machine: windows mean the clock that its people read. */
function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

function configText(cluster: string): string {
  return `# What Homeostat operates. Reference: docs/reference/config.md
version: 1
cluster: { id: ${cluster} }
stateDir: ./state
policy: ./policy.yaml

engine:
  docker: {}                    # every container with the label homeostat.cluster=${cluster}

# slos:                         # what the cluster promises; budgets and ranking come from here
#   - id: orders-freshness
#     entity: { kind: queue, id: orders }
#     metric: queue.oldest_age
#     below: 60000              # ms
#     objective: "99%"
#     window: 30d
`;
}

function policyText(cluster: string, zone: string): string {
  return `# What the agent may do alone. An action that no rule names is denied; the strictest of several matches wins.
version: 1
name: ${cluster}
mode: observe                   # it only writes down what it would do; raise to propose, guarded, autonomous
timezone: ${zone}

people:
  oncall: { users: [ "token:local" ] }

approval: { from: [oncall], need: 1, expires: 10m }

rules:
  - id: restart-worker
    effect: auto
    actions: [instance.restart, instance.start]
    when: target.role == "worker"
    why: "Workers are replaceable; the queue redelivers."

tests:
  - { action: instance.restart, target: worker-1, facts: { target.role: worker, mode: guarded }, at: "2026-03-03T10:00", expect: auto }
  - { action: node.reboot, target: node-1, at: "2026-03-03T10:00", expect: deny, by: default }
`;
}
