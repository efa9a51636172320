import { entityKey } from '../../../model/entity.ts';
import type { Signal } from '../../../model/signal.ts';
import { ordersModel } from '../live/log-lines.ts';
import { type Clues, type Hypothesis, Weighing } from './hypothesis.ts';

/** Log lines that give orders. Anything that is really broken outweighs them: text is easily forged. */
export function textCauses(clues: Clues): Hypothesis[] {
  return clues.own
    .filter((signal) => signal.model === ordersModel && clues.all.some(({ id }) => id === signal.id))
    .map(
      (signal) =>
        new Weighing('hostile-text', signal.entity)
          .signal(signal, 2.6)
          .missing(true, 'who wrote those lines, which only the application knows').hypothesis,
    );
}

// Small enough that no text tips a diagnosis that samples have not made already: 0.025 of confidence at most.
const weightOfText = 0.1;

/** What was logged at the place of a cause stands among its evidence, once something else speaks for the cause. */
export function addLogEvidence(hypothesis: Hypothesis, { all, topology }: Clues): Hypothesis {
  if (!hypothesis.clues.some(({ weight }) => weight > 0)) return hypothesis;
  const here = entityKey(hypothesis.entity);
  const workloadId = topology.instances.get(hypothesis.entity.id)?.workloadId;
  const places = new Set([here, `workload/${workloadId}`]);
  const told = all.filter((s) => isOfLogs(s) && places.has(entityKey(s.entity)) && mayBelong(hypothesis, s));
  const clues = told.map((s) => ({
    signalId: s.id,
    text: `${s.entity.id}: ${s.explanation}`,
    weight: weightOfText / told.length,
  }));
  return { ...hypothesis, clues: [...hypothesis.clues, ...clues] };
}

function isOfLogs({ kind, model }: Signal): boolean {
  return kind.startsWith('log-') && model !== ordersModel;
}

function mayBelong({ clues }: Hypothesis, { id }: Signal): boolean {
  return clues.every((clue) => clue.signalId !== id);
}
