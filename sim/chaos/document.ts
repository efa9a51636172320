import { type Pair, type PairedDifference, pairedDifference } from './paired.ts';
import { type ScoredRehearsals, sumRehearsals } from './rehearsals.ts';
import type { ScoredRun } from './score.ts';

export type AgentKind = 'homeostat' | 'reactive' | 'none';

/** The one JSON document of `chaos run`. */
export interface ChaosDocument {
  readonly agent: AgentKind;
  readonly runs: readonly ScoredRun[];
  readonly summary: ChaosSummary;
}

export interface ChaosSummary {
  readonly runs: number;
  readonly controls: number;
  readonly detectedRatio: number | null;
  readonly causesExactRatio: number | null;
  readonly mitigatedRatio: number | null;
  readonly actions: number;
  readonly needlessActions: number;
  readonly harmfulActions: number;
  readonly sloMsLost: number;
  readonly sloMsLostNoAgent: number;
  readonly invariantsBroken: number;
  /** On the same scenarios and seeds; absent for the agent that is compared with. */
  readonly against: { readonly none?: PairedDifference; readonly reactive?: PairedDifference };
  readonly rehearsals: ScoredRehearsals;
}

export function chaosDocument(agent: AgentKind, runs: readonly ScoredRun[]): ChaosDocument {
  return { agent, runs, summary: { ...summarise(runs), against: comparisons(agent, runs) } };
}

function summarise(runs: readonly ScoredRun[]): Omit<ChaosSummary, 'against'> {
  const sum = (of: (run: ScoredRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  return {
    runs: runs.length,
    controls: runs.filter((run) => run.mitigated === null).length,
    detectedRatio: shareTrue(runs.map((run) => run.detected)),
    causesExactRatio: shareTrue(runs.map((run) => run.causesExact)),
    mitigatedRatio: shareTrue(runs.map((run) => run.mitigated)),
    actions: sum((run) => run.actions),
    needlessActions: sum((run) => run.needlessActions),
    harmfulActions: sum((run) => run.harmfulActions),
    sloMsLost: sum((run) => run.sloMsLost),
    sloMsLostNoAgent: sum((run) => run.sloMsLostNoAgent),
    invariantsBroken: sum((run) => run.invariantsBroken.length),
    rehearsals: sumRehearsals(runs.map((run) => run.rehearsals)),
  };
}

function comparisons(agent: AgentKind, runs: readonly ScoredRun[]): ChaosSummary['against'] {
  const pairs = (lostByOther: (run: ScoredRun) => number | null) =>
    runs.flatMap((run): Pair[] => {
      const lostMsOther = lostByOther(run);
      return lostMsOther === null ? [] : [{ scenario: run.scenario, lostMs: run.sloMsLost, lostMsOther }];
    });
  const reactive = pairs((run) => run.sloMsLostReactive);
  return {
    ...(agent === 'none' ? {} : { none: pairedDifference(pairs((run) => run.sloMsLostNoAgent)) }),
    ...(reactive.length === 0 ? {} : { reactive: pairedDifference(reactive) }),
  };
}

/** Share of true among those that answer at all; null where none does. */
function shareTrue(answers: readonly (boolean | null)[]): number | null {
  const given = answers.filter((answer) => answer !== null);
  return given.length === 0 ? null : given.filter(Boolean).length / given.length;
}
