import type { JournalRow } from '../../model/record.ts';

/** One decision that ran: what was said would come of it, and what came. */
export interface SaidWas {
  readonly decisionId: string;
  readonly did: string;
  readonly said: readonly string[];
  readonly was: readonly string[];
  readonly outcome: string;
}

/** One row per outcome, in the order in which they came. */
export function saidAgainstWas(rows: readonly JournalRow[]): SaidWas[] {
  return rows.flatMap(({ record }): SaidWas[] => {
    if (record.type !== 'outcome') return [];
    const plan = rows.find((row) => row.record.type === 'plan' && row.record.decisionId === record.decisionId)?.record;
    const steps = plan?.type === 'plan' ? plan.steps : [];
    return [
      {
        decisionId: record.decisionId,
        did: steps.map(({ action }) => `${action.name} ${action.target.id}`).join(', '),
        said: record.saidWas.map((row) => row.said),
        was: record.saidWas.map((row) => row.was),
        outcome: record.result,
      },
    ];
  });
}
