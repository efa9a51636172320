import type { TopLevelSpec } from 'vega-lite';
import type { ScoredRun } from './score.ts';

const colours = { 'with it': '#2f6fde', 'ordinary automation': '#e0a030', nobody: '#c3cad6' } as const;
type Played = keyof typeof colours;

/** Bars of minutes lost, one group per scenario, the worst first. */
export function lostChart(runs: readonly ScoredRun[]): TopLevelSpec {
  const values = [...Map.groupBy(runs, ({ scenario }) => scenario)].flatMap(([scenario, own]) => barsOf(scenario, own));
  const isPlayed = (played: string) => values.some((bar) => bar.played === played);
  const domain = Object.keys(colours).filter(isPlayed) as Played[];
  return {
    data: { values },
    mark: { type: 'bar', tooltip: false },
    width: 560,
    height: { step: 9 },
    encoding: {
      y: {
        field: 'scenario',
        type: 'nominal',
        title: null,
        sort: { field: 'minutes', op: 'max', order: 'descending' },
        axis: { labelLimit: 320 },
      },
      yOffset: { field: 'played', sort: domain },
      x: { field: 'minutes', type: 'quantitative', title: 'SLO minutes lost per run', axis: { orient: 'top' } },
      color: {
        field: 'played',
        type: 'nominal',
        title: null,
        scale: { domain, range: domain.map((played) => colours[played]) },
        legend: { orient: 'top' },
      },
    },
  };
}

function barsOf(scenario: string, runs: readonly ScoredRun[]) {
  const minutes = (lostMs: (run: ScoredRun) => number | null) => {
    const known = runs.map(lostMs).filter((ms) => ms !== null);
    return known.length === 0 ? null : known.reduce((sum, ms) => sum + ms, 0) / known.length / 60_000;
  };
  const bars: readonly (readonly [Played, number | null])[] = [
    ['with it', minutes((run) => run.sloMsLost)],
    ['ordinary automation', minutes((run) => run.sloMsLostReactive)],
    ['nobody', minutes((run) => run.sloMsLostNoAgent)],
  ];
  const known = bars.flatMap(([played, lost]) => (lost === null ? [] : [{ scenario, played, minutes: lost }]));
  return known.some((bar) => bar.minutes > 0) ? known : [];
}
