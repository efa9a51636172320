import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type LoadPattern, loadPatterns } from '../../sim/cluster/load.ts';
import type { ClusterSpec } from '../../sim/cluster/spec.ts';
import { presets } from '../../sim/presets/presets.ts';
import { clusterFile } from '../../sim/scenario/cluster-file.ts';
import { scenarioFile } from '../../sim/scenario/file.ts';
import { type JsonSchema, keyRows, page, table } from './markdown.ts';

const exampleFile = 'examples/scenarios/bottling-plant.yaml';

const patterns: Readonly<Record<LoadPattern, string>> = {
  steady: '`peak` all the time',
  daily: '`peak` at 14:00, 55 % of it at 02:00; a run begins on a Monday at 08:00 UTC',
  weekly: 'as `daily`, and three fifths of it on Saturdays and Sundays',
  trend: '60 % of `peak` at the start, growing to all of it within an hour',
  'flash-crowd':
    '60 % of `peak`; after 15 minutes up to all of it within two minutes, then half as much more every five',
  holiday: '45 % of `daily`',
  replay: 'a recorded series, around its mean, times `peak`',
};

/** docs/reference/scenario.md */
export function scenarioPage(): string {
  const file = keyRows(schemaOf(scenarioFile), '').filter(
    ([key]) => key !== '`cluster`' && !key?.startsWith('`faults['),
  );
  const head = ['Key', 'Type', 'Default', 'Means'];
  return page(
    'Scenario files',
    'A scenario is a cluster, its load, and what goes wrong on it. `homeostat chaos run FILE` plays it and scores the agent; [chaos](chaos.md) tells what the score says. All mistakes of a file are told at once, with their lines.',
    'Durations are written `250ms`, `90s`, `45m`, `1h30m`, `7d`; sizes `512MiB`, `8GiB` (`B`, `KiB`, `MiB`, `GiB`, `TiB`, powers of 1024); rates `20MiB/min` (`/s`, `/min`, `/h`); shares `20%` or `0.2`. No spaces, nothing negative. Names are lower-case words joined by dashes.',
    table(head, [['`cluster`', '', 'required', '`{ preset: NAME }`, or spelled out, but not both'], ...file]),
    '## Faults',
    'Every fault has `at`, `kind` and `target`, may have `lasts`, and takes the parameters of its kind: see [faults](faults.md).',
    table(head, keyRows(schemaOf(scenarioFile).properties!.faults!.items!, 'faults[].')),
    '## Load patterns',
    table(
      ['Pattern', 'Load'],
      loadPatterns.map((name) => [`\`${name}\``, patterns[name]]),
    ),
    '## People',
    'Each entry is one person, who answers every question of the agent `after` it was asked: the first entry as the first approver that the policy lists for that question, the second as the second, and from the first again where the policy lists fewer. One denial ends a question. A question that needs two people needs two entries who approve; what is said after a question is closed changes nothing. Without entries nobody answers, and the agent knows that.',
    '## Presets',
    'Instances are called `<workload>-<n>`, from 1.',
    ...Object.entries(presets).map(([name, build]) => presetText(name, build())),
    '## A cluster spelled out',
    'Messages of a queue come in through the workload that `produces` it, wait in its partitions, and are read by the workload that `consumes` it. What cannot bear the base load is warned of before a run: workers and gateways by `serviceMs`, the leading broker at `2 x messagesPerS x serviceMs` of a core per second.',
    table(head, keyRows(schemaOf(clusterFile), 'cluster.')),
    `A whole one, [${exampleFile}](../../${exampleFile}):`,
    `\`\`\`yaml\n${readFileSync(join(import.meta.dirname, '../..', exampleFile), 'utf8')}\`\`\``,
  );
}

function schemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}

function presetText(name: string, cluster: ClusterSpec): string {
  const { sites, nodes, workloads, replicaGroups, queues, jobs, slos } = cluster;
  const { cpuCores, memoryBytes, diskBytes } = nodes[0]!;
  const sizes = `${cpuCores} cores, ${memoryBytes / 1024 ** 3}GiB and a disk of ${diskBytes / 1024 ** 3}GiB`;
  const parts = [
    `sites ${named(sites, ({ kind }) => kind)}; zones ${zonesOf(cluster)}`,
    `nodes ${named(nodes)} with ${sizes} each`,
    `workloads ${named(workloads, ({ role, replicas, serviceMs }) => `${role} x ${replicas}, serviceMs ${serviceMs}`)}`,
    `queues ${named(queues, ({ messagesPerS, partitions }) => `${messagesPerS} messages per second, ${partitions} partitions`)}`,
    `replica groups ${named(replicaGroups, ({ members }) => `${members.length} members`)}; SLOs ${named(slos, ({ bound }) => `oldest message below ${bound} ms`)}`,
    ...(jobs.length === 0 ? [] : [`jobs ${named(jobs)}`]),
  ];
  return `### ${name}\n\n${parts.map((part) => `- ${part}`).join('\n')}`;
}

function zonesOf({ zones, nodes }: ClusterSpec): string {
  return named(zones, ({ id }) => {
    const own = nodes.filter((node) => node.zone === id);
    return own.length > 4 ? `${own.length} nodes, in turn` : own.map((node) => node.id).join(', ');
  });
}

/** Ids with what there is to say of each; those that differ in their number alone are told as one. */
function named<Item extends { readonly id: string }>(
  list: readonly Item[],
  say: (item: Item) => string = () => '',
): string {
  const alike = Map.groupBy(list, (item) => `${item.id.replace(/-\d+/, '')} ${say(item)}`);
  const texts = [...alike.values()].map((items) => {
    const ids = items.length > 1 ? `\`${items[0]!.id}\` to \`${items.at(-1)!.id}\`` : `\`${items[0]!.id}\``;
    const said = say(items[0]!);
    return said === '' ? ids : `${ids} (${said})`;
  });
  return texts.join(', ');
}
