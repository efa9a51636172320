import { entityName } from '../../agent/views/text.ts';
import type { Diagnosis, RankedCause } from '../../model/incident.ts';
import { type Block, type BlockRow, row } from './blocks.ts';
import { span } from './text.ts';

/** Ranked causes, each with what speaks for and against it; and what was not seen. */
export function diagnosisBlock(diagnosis: Diagnosis | null): Block {
  if (diagnosis === null) return { title: 'DIAGNOSIS', rows: [row(0, span('none yet', 'dim'))] };
  const rows = diagnosis.causes.flatMap((cause, index) => causeRows(cause, index + 1));
  if (diagnosis.abstained !== null) rows.push(row(11, span('abstained: ', 'warn'), diagnosis.abstained));
  rows.push(...diagnosis.notSeen.map((text) => row(10, span('not seen: ', 'dim'), span(text, 'dim'))));
  return { title: `DIAGNOSIS by ${diagnosis.model}`, rows };
}

function causeRows(cause: RankedCause, rank: number): BlockRow[] {
  return [
    row(
      8,
      span(`${rank}  ${cause.confidence.toFixed(2)}  `),
      span(`${cause.kind} of ${entityName(cause.entity)}`, rank === 1 ? 'strong' : 'plain'),
    ),
    ...cause.evidenceFor.map(({ id, text }) => row(7, '   ', span('+ ', 'good'), span(`${text} [${id}]`))),
    ...cause.evidenceAgainst.map(({ id, text }) => row(7, '   ', span('- ', 'warn'), span(`${text} [${id}]`))),
  ];
}
