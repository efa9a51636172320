import { type ActionName, actionCatalogue } from '../../model/actions.ts';
import type { Observation } from '../../model/observation.ts';
import { activeSignals, analyze, createAnalysis } from '../analyze/analyze.ts';
import { createIncidents, openIncidents, updateIncidents } from '../analyze/incidents/incidents.ts';
import { createMonitor, observe } from '../monitor/monitor.ts';
import type { Playbook, PlaybookTest } from './playbook.ts';
import { type PlanDraft, proposePlans } from './propose.ts';

export interface PlaybookTestResult {
  readonly name: string;
  readonly ok: boolean;
  /** What differed, or what was planned. */
  readonly why: string;
}

const tickMs = 1_000;
const everyAction = new Set(Object.keys(actionCatalogue) as ActionName[]);

/**
 * Runs a playbook's own tests through the real monitor, analysis and planner. No clock, no files: time is that of the
 * observations.
 * @param readFixture gives the text of a fixture beside the playbook: one observation per line, as JSON
 */
export function runPlaybookTests(
  playbook: Playbook,
  readFixture: (fileName: string) => string,
): readonly PlaybookTestResult[] {
  return playbook.tests.map((test) => runTest(playbook, test, readFixture(test.fixture)));
}

function runTest(playbook: Playbook, test: PlaybookTest, fixture: string): PlaybookTestResult {
  const observations = fixture
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Observation);
  const drafts = replay(playbook, observations);
  const planned = drafts.map((draft) =>
    draft.steps.map(({ action }) => `${action.name} ${action.target.id}`).join(', '),
  );
  const wanted = test.expect?.map(({ action, target }) => `${action} ${target}`).join(', ') ?? null;
  const ok = wanted === null ? planned.length === 0 : planned.length > 0 && planned.every((one) => one === wanted);
  const got = planned.length === 0 ? 'no plan' : planned.join(' | ');
  return { name: test.name, ok, why: ok ? got : `expected ${wanted ?? 'no plan'}, got ${got}` };
}

/** Every plan that the playbook had at the end of the recording. */
function replay(playbook: Playbook, observations: readonly Observation[]): PlanDraft[] {
  const sorted = observations.toSorted((a, b) => a.observedAtMs - b.observedAtMs);
  const [first] = sorted;
  if (first === undefined) return [];
  const monitor = createMonitor({ clusterId: 'fixture' });
  const analysis = createAnalysis();
  const book = createIncidents();
  let next = 0;
  let number = 1;
  const endMs = sorted.at(-1)!.observedAtMs;
  for (let nowMs = first.observedAtMs; nowMs <= endMs + tickMs; nowMs += tickMs) {
    const from = next;
    while (next < sorted.length && sorted[next]!.observedAtMs <= nowMs) next += 1;
    observe(monitor, nowMs, sorted.slice(from, next));
    analyze(analysis, monitor, [], nowMs);
    const signals = activeSignals(analysis);
    const { incidents } = updateIncidents(book, { signals, monitor, nowMs, nextIncidentNumber: number });
    number += incidents.length;
  }
  return openIncidents(book).flatMap(({ incident, diagnosis }) =>
    diagnosis === null
      ? []
      : proposePlans({
          incident,
          diagnosis,
          monitor,
          analysis,
          playbooks: [playbook],
          supportedActions: everyAction,
          holds: [],
          nowMs: endMs + tickMs,
        }).drafts,
  );
}
