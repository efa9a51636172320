import type { TopLevelSpec } from 'vega-lite';
import { lineOf } from '../../agent/views/line.ts';
import { durationText } from '../../agent/views/text.ts';
import type { FinishedRun } from '../run.ts';
import { chart, escapeHtml, htmlPage } from './page.ts';
import type { ScoredRun } from './score.ts';

export interface ReportedRun {
  /** One line per record, oldest first. */
  readonly story: readonly string[];
  readonly scored: ScoredRun;
}

/** What a run's journal says, for people. */
export function storyOf({ rows }: FinishedRun): string[] {
  return rows.map(({ record }) => lineOf(record)).filter((line) => line !== null);
}

/** One HTML page, nothing loaded from elsewhere: what was lost with and without the agent, and every step it took. */
export async function writeReport(title: string, runs: readonly ReportedRun[]): Promise<string> {
  const lost = await chart(lostChart(runs));
  const losses = runs.filter(({ scored }) => scored.sloMsLost > scored.sloMsLostNoAgent);
  const sections = runs.map(runSection).join('\n');
  const body = `<h2>SLO minutes lost</h2>
${lost}
<h2>Runs that went worse than without anybody</h2>
${losses.length === 0 ? '<p>None.</p>' : lossTable(losses)}
<h2>Every run</h2>
${sections}`;
  return htmlPage(title, body);
}

function lostChart(runs: readonly ReportedRun[]): TopLevelSpec {
  const values = runs.flatMap(({ scored }) => [
    { run: `${scored.scenario} ${scored.seed}`, agent: 'with it', minutes: scored.sloMsLost / 60_000 },
    { run: `${scored.scenario} ${scored.seed}`, agent: 'no agent', minutes: scored.sloMsLostNoAgent / 60_000 },
  ]);
  return {
    data: { values },
    mark: 'bar',
    width: 700,
    encoding: {
      y: { field: 'run', type: 'nominal', title: null },
      yOffset: { field: 'agent' },
      x: { field: 'minutes', type: 'quantitative', title: 'SLO minutes lost' },
      color: {
        field: 'agent',
        type: 'nominal',
        title: null,
        scale: { domain: ['with it', 'no agent'], range: ['#2f6fde', '#c3cad6'] },
      },
    },
  };
}

function lossTable(losses: readonly ReportedRun[]): string {
  const rows = losses.map(
    ({ scored }) =>
      `<tr><td>${escapeHtml(scored.scenario)}</td><td>${scored.seed}</td>` +
      `<td>${durationText(scored.sloMsLost)}</td><td>${durationText(scored.sloMsLostNoAgent)}</td></tr>`,
  );
  return `<table><tr><th>scenario</th><th>seed</th><th>lost</th><th>lost without</th></tr>${rows.join('')}</table>`;
}

function runSection({ story, scored }: ReportedRun): string {
  const figures: [string, string][] = [
    ['detected after', scored.detectDelayMs === null ? '-' : durationText(scored.detectDelayMs)],
    ['mitigated after', scored.mitigateMs === null ? '-' : durationText(scored.mitigateMs)],
    ['warned before', scored.warningMs === null ? '-' : durationText(scored.warningMs)],
    ['actions, needless, harmful', `${scored.actions}, ${scored.needlessActions}, ${scored.harmfulActions}`],
    ['broken invariants', scored.invariantsBroken.join('; ') || 'none'],
  ];
  const rows = figures.map(([name, value]) => `<tr><th>${name}</th><td>${escapeHtml(value)}</td></tr>`).join('');
  const log = `<details><summary>what happened</summary><pre>${escapeHtml(story.join('\n'))}</pre></details>`;
  return `<h3>${escapeHtml(scored.scenario)}, seed ${scored.seed}</h3><table>${rows}</table>${story.length === 0 ? '' : log}`;
}
