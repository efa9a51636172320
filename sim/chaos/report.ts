import { lineOf } from '../../agent/views/line.ts';
import { durationText, percentText } from '../../agent/views/text.ts';
import type { FinishedRun } from '../run.ts';
import type { ChaosSummary } from './document.ts';
import { lostChart } from './lost-chart.ts';
import { chart, escapeHtml, htmlPage, htmlTable } from './page.ts';
import type { PairedDifference } from './paired.ts';
import type { ScoredRehearsals } from './rehearsals.ts';
import type { SaidWas } from './said-was.ts';
import type { ScoredRun } from './score.ts';

export interface ReportedRun {
  /** One line per record, oldest first. */
  readonly story: readonly string[];
  readonly saidWas: readonly SaidWas[];
  readonly scored: ScoredRun;
}

/** What a run's journal says, for people. */
export function storyOf({ rows }: FinishedRun): string[] {
  return rows.map(({ record }) => lineOf(record)).filter((line) => line !== null);
}

/** One HTML page, nothing loaded from elsewhere: what was lost with and without the agent, and every step it took. */
export async function writeReport(
  title: string,
  runs: readonly ReportedRun[],
  { against, rehearsals }: Pick<ChaosSummary, 'against' | 'rehearsals'>,
): Promise<string> {
  const scored = runs.map((run) => run.scored);
  const body = `${differences(against)}
<p>${escapeHtml(rehearsalsText(rehearsals))}</p>
<h2>SLO minutes lost per run</h2>
<p>Means over the seeds of each scenario in which anything was lost.</p>
${await chart(lostChart(scored))}
<h2>Runs that lost more than they would have with nobody there</h2>
${lossTable(scored.filter((run) => run.sloMsLost > run.sloMsLostNoAgent))}
<h2>Runs that lost more than with ordinary automation</h2>
${lossTable(scored.filter((run) => run.sloMsLostReactive !== null && run.sloMsLost > run.sloMsLostReactive))}
<h2>Every run</h2>
${runs.length === 1 ? '' : runTable(scored)}
${runs.map((run) => runSection(run, runs.length === 1)).join('\n')}`;
  return htmlPage(title, body);
}

/** What was saved per run, against each of the others; said the same way whichever way it went. */
export function differenceText(name: string, { pairs, better, worse, savedMs, savedMs95 }: PairedDifference): string {
  const signed = (ms: number) => `${ms < 0 ? '-' : ''}${durationText(Math.abs(ms))}`;
  const interval = savedMs95 === null ? '' : ` (95 % interval ${signed(savedMs95[0])} to ${signed(savedMs95[1])})`;
  return `against ${name}: ${signed(savedMs)} of SLO saved per run${interval}; ${better} of ${pairs} runs better, ${worse} worse`;
}

/** How often the twin's 80 % intervals held what was really lost, and how wide they were; often nothing is at stake. */
export function rehearsalsText(all: ScoredRehearsals): string {
  const { plans, rehearsed, claims, covered, claimsAtStake, coveredAtStake, widthMs, intervalScoreMs } = all;
  if (plans === 0) return 'twin: there was no plan to rehearse';
  const done = `twin: ${rehearsed} of ${plans} plans rehearsed`;
  if (claims === 0) return `${done}; none of what it said can be held against what was lost`;
  const share = (part: number, of: number) => `${part} of ${of} (${percentText(part / of)})`;
  const held = `${done}; 80% intervals held what was lost in ${share(covered, claims)}`;
  if (claimsAtStake === 0) return `${held}, and nothing was ever at stake`;
  const mean = (ms: number) => durationText(ms / claimsAtStake);
  return `${held}, where anything was at stake ${share(coveredAtStake, claimsAtStake)}, there ${mean(widthMs)} wide with an interval score of ${mean(intervalScoreMs)} (mean; less is better)`;
}

function differences({ none, reactive }: ChaosSummary['against']): string {
  const lines = [
    ...(none === undefined ? [] : [differenceText('nobody', none)]),
    ...(reactive === undefined ? [] : [differenceText('ordinary automation', reactive)]),
  ];
  return `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`;
}

const time = (ms: number | null) => (ms === null ? '-' : durationText(ms));
const answer = (value: boolean | null) => (value === null ? '-' : value ? 'yes' : 'no');

function lossTable(runs: readonly ScoredRun[]): string {
  if (runs.length === 0) return '<p>None.</p>';
  const rows = runs.map((run) => [
    run.scenario,
    run.seed,
    time(run.sloMsLost),
    time(run.sloMsLostNoAgent),
    time(run.sloMsLostReactive),
  ]);
  return htmlTable(['scenario', 'seed', 'lost', 'with nobody', 'with ordinary automation'], rows);
}

function runTable(runs: readonly ScoredRun[]): string {
  const head = [
    'scenario',
    'seed',
    'detected',
    'causes',
    'mitigated',
    'actions',
    'needless',
    'harmful',
    'lost',
    'nobody',
  ];
  return htmlTable(
    head,
    runs.map((run) => [...runCells(run), time(run.sloMsLostNoAgent)]),
  );
}

/** What a table tells of one run, from its scenario to the SLO time that it lost. */
export function runCells(run: ScoredRun): (string | number)[] {
  return [
    run.scenario,
    run.seed,
    answer(run.detected),
    answer(run.causesExact),
    run.mitigated === true ? time(run.mitigateMs) : answer(run.mitigated),
    run.actions,
    run.needlessActions,
    run.harmfulActions,
    time(run.sloMsLost),
  ];
}

function runSection({ story, saidWas, scored }: ReportedRun, isOpen: boolean): string {
  const figures = [
    ['detected after', time(scored.detectDelayMs)],
    ['mitigated', mitigatedText(scored)],
    ['warned before', time(scored.warningMs)],
    ['actions, needless, harmful', `${scored.actions}, ${scored.needlessActions}, ${scored.harmfulActions}`],
    ['broken invariants', scored.invariantsBroken.join('; ') || 'none'],
  ];
  const log = `<details><summary>what happened</summary><pre>${escapeHtml(story.join('\n'))}</pre></details>`;
  return `<details${isOpen ? ' open' : ''}><summary><b>${escapeHtml(scored.scenario)}</b>, seed ${scored.seed}</summary>
${htmlTable(['', ''], figures)}
${saidWas.length === 0 ? '' : saidWasTable(saidWas)}
${story.length === 0 ? '' : log}</details>`;
}

/** A mean over the faults that were mitigated says so where others were not. */
export function mitigatedText({ mitigated, mitigateMs }: Pick<ScoredRun, 'mitigated' | 'mitigateMs'>): string {
  if (mitigated !== false) return mitigateMs === null ? '-' : `after ${durationText(mitigateMs)}`;
  return mitigateMs === null ? 'no' : `not all; those that were, after ${durationText(mitigateMs)}`;
}

function saidWasTable(all: readonly SaidWas[]): string {
  const rows = all.map(({ decisionId, did, said, was, outcome }) => [
    decisionId,
    did,
    said.join('\n'),
    was.join('\n'),
    outcome,
  ]);
  return `<h3>Said against was</h3>${htmlTable(['decision', 'did', 'said', 'was', 'outcome'], rows)}`;
}
