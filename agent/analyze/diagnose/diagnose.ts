import { entityKey } from '../../../model/entity.ts';
import { type Diagnosis, type Evidence, type RankedCause, surelyRatio } from '../../../model/incident.ts';
import { changeCauses } from './change-causes.ts';
import { credibleOf } from './credible.ts';
import { type Clues, confidenceOf, type Hypothesis } from './hypothesis.ts';
import { instanceCauses } from './instance-causes.ts';
import { dataCauses, groupCauses, loadCauses } from './load-causes.ts';
import { addLogEvidence, textCauses } from './log-causes.ts';
import { nodeCauses, zoneCauses } from './node-causes.ts';
import { personCauses } from './person-causes.ts';

// Causes less likely than this are not worth a line.
const worthRatio = 0.3;
const causesMax = 6;

const rules = [
  zoneCauses,
  nodeCauses,
  changeCauses,
  personCauses,
  instanceCauses,
  loadCauses,
  groupCauses,
  dataCauses,
  textCauses,
];

/**
 * Ranks causes by evidence for and against, in the manner of additive log-odds (I. J. Good, "Probability and the
 * Weighing of Evidence", 1950). Weights are judgement, not fitted. Abstains where nothing is likely enough.
 */
export function diagnose(told: Clues): Diagnosis {
  const clues: Clues = { ...told, own: credibleOf(told.own, told), all: credibleOf(told.all, told) };
  const hypotheses = unique(rules.flatMap((rule) => rule(clues)))
    .map((hypothesis) => addLogEvidence(hypothesis, clues))
    .map((hypothesis) => ({ hypothesis, confidence: confidenceOf(hypothesis) }))
    .filter(({ confidence }) => confidence >= worthRatio)
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, causesMax);
  const sure = hypotheses.some(({ confidence }) => confidence >= surelyRatio);
  const number = evidenceNumbers();
  const notSeen = [...new Set(hypotheses.flatMap(({ hypothesis }) => hypothesis.notSeen))];
  const best = hypotheses[0];
  return {
    type: 'diagnosis',
    incidentId: clues.incident.id,
    atMs: clues.nowMs,
    causes: sure ? hypotheses.map(({ hypothesis, confidence }) => rank(hypothesis, confidence, number)) : [],
    notSeen,
    abstained: sure ? null : whyNot(best?.hypothesis, best?.confidence),
    model: 'rules',
  };
}

function unique(hypotheses: readonly Hypothesis[]): Hypothesis[] {
  return [...new Map(hypotheses.map((one) => [`${one.kind} ${entityKey(one.entity)}`, one])).values()];
}

function whyNot(best: Hypothesis | undefined, confidence: number | undefined): string {
  if (best === undefined || confidence === undefined) return 'no known cause fits what was seen';
  const settle = best.notSeen.length === 0 ? '' : `; ${best.notSeen.join(', ')} would settle it`;
  return `${best.kind} of ${best.entity.id} is likeliest with ${confidence.toFixed(2)}, below ${surelyRatio}${settle}`;
}

/** Equal evidence keeps its number across causes. */
function evidenceNumbers(): (text: string, signalId: string | null) => Evidence {
  const known = new Map<string, Evidence>();
  return (text, signalId) => {
    const evidence = known.get(text) ?? { id: `E${known.size + 1}`, signalId, text };
    known.set(text, evidence);
    return evidence;
  };
}

function rank(hypothesis: Hypothesis, confidence: number, number: ReturnType<typeof evidenceNumbers>): RankedCause {
  const evidence = (sign: number) =>
    hypothesis.clues.filter((clue) => clue.weight * sign > 0).map((clue) => number(clue.text, clue.signalId));
  return {
    kind: hypothesis.kind,
    entity: hypothesis.entity,
    confidence: Math.round(confidence * 100) / 100,
    evidenceFor: evidence(1),
    evidenceAgainst: evidence(-1),
  };
}
