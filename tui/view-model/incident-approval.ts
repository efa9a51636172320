import { approvalsView } from '../../agent/views/approvals.ts';
import type { DecisionView } from '../../agent/views/decision.ts';
import { type Block, row } from './blocks.ts';
import type { View } from './glyphs.ts';
import type { Picture } from './picture.ts';
import { span } from './text.ts';
import { incidentNumber, shortDuration } from './words.ts';

/** Whether an answer is wanted, from whom and until when; or how the question ended. */
export function approvalBlock(decision: DecisionView | null, { knowledge, nowMs }: Picture, view: View): Block {
  const question = approvalsView(knowledge, nowMs).find(({ id }) => id === decision?.id);
  if (question !== undefined) {
    const keys = view.isReadOnly ? 'This screen is read-only.' : 'a opens the question; it opens on "Not now".';
    return {
      title: 'APPROVE?',
      rows: [
        row(
          0,
          span(`${question.approvedBy.length} of ${question.need} from ${question.from.join(', ')}. `),
          span(`Left: ${shortDuration(question.leftMs)}`, 'accent'),
        ),
        row(0, `Bound to plan ${question.planHash.slice(0, 6)}. If the plan or a check changes, it is withdrawn.`),
        row(0, span(keys, 'strong')),
        row(0, span(`Approve asks you to type: ${incidentNumber(question.incidentId)}`, 'dim')),
        row(0, span('The first valid answer wins, also from chat, API or `homeostat approve`.', 'dim')),
      ],
    };
  }
  const approval = decision?.approval ?? null;
  if (approval === null) return { title: 'APPROVAL', rows: [row(0, span('none needed', 'dim'))] };
  return {
    title: `APPROVAL ${approval.state}`,
    rows: [
      ...approval.answers.map(({ answer, person, reason }) =>
        row(
          2,
          `${answer === 'approve' ? 'approved' : 'denied'} by ${person.id} in ${person.via}${reason === null ? '' : `: ${reason}`}`,
        ),
      ),
      ...(approval.why === null ? [] : [row(0, span(approval.why, 'dim'))]),
    ],
  };
}
