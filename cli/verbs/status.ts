import type { OwnStatus } from '../../agent/views/face.ts';
import type { Overview } from '../../agent/views/overview.ts';
import { clockTime, durationText } from '../../agent/views/text.ts';
import { loadConfig } from '../config-file.ts';
import { goodBody, noDaemon, readDaemon } from '../daemon.ts';
import { exitCodes, type Io, print } from '../io.ts';
import { tableText } from '../table.ts';
import { incidentTable } from './incident.ts';

/** `homeostat status`. */
export async function status(io: Io): Promise<number> {
  const config = loadConfig(io);
  const answer = await readDaemon(config, '/v1/status');
  if (answer === null) throw noDaemon(config);
  print(io, goodBody(answer) as Overview, (view) => overviewText(view, io.nowMs()));
  return exitCodes.done;
}

function overviewText(view: Overview, nowMs: number): string {
  const sections = [
    headLine(view),
    ...(view.needsYou.length === 0 ? [] : [`NEEDS YOU (${view.needsYou.length})\n${needsTable(view)}`]),
    `OPEN INCIDENTS (${view.openIncidents.length})\n${incidentTable(view.openIncidents, nowMs)}`,
    ...(view.holds.length === 0 ? [] : [`HELD\n${holdsTable(view, nowMs)}`]),
    `LAST 24 H (${view.lastActions.length} actions)\n${actionsTable(view)}`,
  ];
  return sections.join('\n\n');
}

function headLine({ status: agent }: Overview): string {
  const ages = Object.entries(agent.dataAgeMs).map(
    ([source, ms]) => `${source} ${ms === null ? 'no data' : `${durationText(ms)} old`}`,
  );
  return [
    agent.clusterId,
    agent.mode.toUpperCase(),
    `policy ${agent.policyHash.slice(0, 12)}`,
    ages.join(', ') || 'no data',
    agent.holdsLease ? 'acting' : 'standing by',
    ...(agent.own === null ? [] : [ownText(agent.own)]),
    ...(agent.stop === null ? [] : [`STOP: ${agent.stop}`]),
    ...(agent.paused === null ? [] : [`PAUSED: ${agent.paused}`]),
    ...(agent.notReadyWhy === null ? [] : [agent.notReadyWhy]),
  ].join(' | ');
}

function ownText({ memoryBytes, cpuRatio, callsPerMinute }: OwnStatus): string {
  return `uses ${Math.round(memoryBytes / 2 ** 20)} MiB, ${cpuRatio.toFixed(2)} cores, ${callsPerMinute} calls a minute`;
}

function needsTable({ needsYou }: Overview): string {
  return tableText(
    ['DECISION', 'DOES', 'NEED', 'LEFT', 'WHY IT ASKS'],
    needsYou.map((row) => [
      row.id,
      row.does.join(', then '),
      `${row.approvedBy.length}/${row.need} ${row.from.join(', ')}`,
      durationText(row.leftMs),
      row.rule,
    ]),
  );
}

function holdsTable({ holds }: Overview, nowMs: number): string {
  return tableText(
    ['ENTITY', 'LEFT', 'WHY'],
    holds.map((row) => [row.entity, durationText(row.untilMs - nowMs), row.why]),
  );
}

function actionsTable({ lastActions }: Overview): string {
  if (lastActions.length === 0) return 'none';
  return tableText(
    ['TIME', 'DECISION', 'ACTION', 'RESULT'],
    lastActions.map((row) => [clockTime(row.atMs), row.decisionId, row.does, row.result]),
  );
}
