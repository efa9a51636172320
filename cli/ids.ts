import type { DecisionId, IncidentId } from '../model/entity.ts';
import { usageError } from './io.ts';

/** `D-4127`, `d-4127`, `4127`, and `D-4127.2`, which is an action of that decision. */
export function decisionId(text: string): DecisionId {
  const match = /^(?:d-)?(\d{1,12})(?:\.\d+)?$/i.exec(text);
  if (match === null) throw usageError('<id>', `"${text}" is not the id of a decision`, 'such as D-4127');
  return `D-${Number(match[1])}`;
}

/** `INC-0042`, `inc-42`, `42`. */
export function incidentId(text: string): IncidentId {
  const match = /^(?:inc-)?(\d{1,12})$/i.exec(text);
  if (match === null) throw usageError('<id>', `"${text}" is not the id of an incident`, 'such as INC-0042');
  return `INC-${String(Number(match[1])).padStart(4, '0')}`;
}
