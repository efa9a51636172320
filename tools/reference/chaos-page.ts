import type { ChaosSummary } from '../../sim/chaos/document.ts';
import type { PairedDifference } from '../../sim/chaos/paired.ts';
import type { ScoredRehearsals } from '../../sim/chaos/rehearsals.ts';
import type { LoggedAction, ScoredRun } from '../../sim/chaos/score.ts';
import { page, table } from './markdown.ts';

/** What each key of the one JSON document of `chaos run` says; the types see to it that none is missing. */

const ofRun: Readonly<Record<keyof ScoredRun, string>> = {
  scenario: 'name of the scenario',
  seed: 'seed of everything that is drawn',
  detected: 'whether every fault was the subject of an incident; null in a control',
  detectDelayMs: 'from the moment a fault was live until an incident was about it, the mean over those detected',
  causesExact: 'column CAUSES: whether the causes named in the end were those of `expect.causes` and no others',
  causeTop1: 'whether every cause of `expect.causes` was named, whatever else was',
  mitigated: 'whether the effect of every fault that came alive was gone at the end, whoever did it; null in a control',
  mitigateMs:
    'from the moment a fault was live until its effect was gone, the mean over those that were mitigated: a number beside `mitigated: false` speaks of the others',
  warningMs: 'longest time from a warning about an instance to the moment at which it failed with nobody there',
  actions: 'actions of the agent but pages',
  needlessActions: 'those that no live fault at their target called for',
  harmfulActions: 'those that broke a quorum or a minimum capacity, or are in `expect.never`',
  undone: 'plans that were taken back',
  sloMsLost: 'time during which the bound of an SLO was broken, summed over SLOs',
  sloMsLostNoAgent: 'column NO AGENT: the same with nobody there',
  sloMsLostReactive:
    'column REACTIVE: the same with ordinary automation (restarts and thresholds); null where not played',
  energyWh: 'watt-hours that the nodes drew during the run',
  invariantsBroken: 'invariants of the safety case that the run broke, as sentences',
  tokens: 'tokens of language models',
  rehearsals: 'how the twin did, see below',
  stateHash: 'hash of the state at the end: the same for the same scenario, seed and version',
  actionLog: 'the actions, see below',
};

const ofAction: Readonly<Record<keyof LoggedAction, string>> = {
  atMs: 'after the start of the scenario',
  action: 'action of the catalogue',
  target: 'id of its target',
  decisionId: 'decision of the agent',
  outcome: 'what came of it; null while that was open',
};

const ofRehearsals: Readonly<Record<keyof ScoredRehearsals, string>> = {
  plans: 'plans made',
  rehearsed: 'plans that the twin played before they were carried out',
  claims: '80 % intervals of lost SLO time that can be held against what happened: of doing nothing, and of the plan',
  covered: 'of these, those that held it',
  claimsAtStake: 'of all, those where anything was lost, or said to be at worst',
  coveredAtStake: 'of these, those that held it',
  widthMs: 'their widths, summed',
  intervalScoreMs:
    'their interval scores, summed: width, and ten times by how much the truth lay outside; less is better',
};

const ofSummary: Readonly<Record<keyof ChaosSummary, string>> = {
  runs: 'runs',
  controls: 'runs of scenarios that expect no cause',
  detectedRatio: 'share of runs with `detected`; null where no run answers',
  causesExactRatio: 'share of runs with `causesExact`',
  mitigatedRatio: 'share of runs with `mitigated`',
  actions: 'sum over the runs',
  needlessActions: 'sum over the runs',
  harmfulActions: 'sum over the runs',
  sloMsLost: 'sum over the runs',
  sloMsLostNoAgent: 'sum over the runs',
  invariantsBroken: 'sum over the runs',
  against: '`none` (nobody) and `reactive` (ordinary automation) on the same scenarios and seeds, see below',
  rehearsals: 'sums over the runs',
};

const ofDifference: Readonly<Record<keyof PairedDifference, string>> = {
  pairs: 'runs compared',
  better: 'runs in which the agent lost less',
  worse: 'runs in which it lost more',
  savedMs: 'SLO time saved per run, the mean; negative where the agent lost more',
  savedMs95: '95 % interval of that mean; null where there is too little to draw from',
};

/** docs/reference/chaos.md */
export function chaosPage(): string {
  const keys = (means: Readonly<Record<string, string>>) =>
    table(
      ['Key', 'Says'],
      Object.entries(means).map(([key, text]) => [`\`${key}\``, text]),
    );
  return page(
    'What `chaos run` tells',
    '`homeostat chaos run PATH... -o json` prints one document, `{ "agent", "runs": [...], "summary" }`; the table for people has the same in columns. Keys that end in `Ms` are simulated milliseconds. Null: the question does not arise, as in a control or without an agent. Exit code 8 where a run did harm or broke an invariant.',
    '## A run',
    keys(ofRun),
    '## `actionLog[]`',
    keys(ofAction),
    '## `rehearsals`',
    keys(ofRehearsals),
    '## `summary`',
    keys(ofSummary),
    '## `summary.against.none`, `summary.against.reactive`',
    keys(ofDifference),
  );
}
