import { lineOf } from '../agent/views/line.ts';
import { clockTime, escapeText } from '../agent/views/text.ts';
import type { Approval } from '../model/approval.ts';
import type { AgentRecord, ControlRecord, JournalRow } from '../model/record.ts';
import type { Note } from './store.ts';

/** The incident that a record is about, or null. */
export function incidentOf(record: AgentRecord): Note['incidentId'] {
  if (record.type === 'incident') return record.id;
  return 'incidentId' in record ? record.incidentId : null;
}

/** From this severity on an incident may speak up in the channel. */
const loudSeverity = 2;

/**
 * What a journal row adds to its incident's thread, or null. Only four events also show in the channel: an incident
 * that grew to severity 1 or 2, a question, an undone action, and the agent pausing itself.
 * @param knownSeverity severity that the incident's message shows; null before it has one
 */
export function noteOf({ seq, record }: JournalRow, knownSeverity: number | null): Note | null {
  const note = (text: string | null, alsoInChannel = false): Note | null =>
    text === null ? null : { seq, incidentId: incidentOf(record), text, alsoInChannel };
  switch (record.type) {
    case 'plan':
    case 'verdict':
    case 'action':
      return note(lineOf(record));
    case 'outcome':
      return note(lineOf(record), record.undone === 'undone');
    case 'approval':
      return note(approvalText(record), record.state === 'requested' && record.answers.length === 0);
    case 'incident': {
      const grew = knownSeverity !== null && knownSeverity > loudSeverity && record.severity <= loudSeverity;
      return grew ? note(`${record.id} is now severity ${record.severity}: ${escapeText(record.title)}`, true) : null;
    }
    case 'control':
      return pausedItself(record)
        ? { ...note(`the agent stopped acting by itself: ${escapeText(record.why)}`, true)!, incidentId: null }
        : null;
    default:
      return null;
  }
}

function approvalText({ id, state, answers, need, expiresAtMs, why, atMs }: Approval): string {
  const last = answers.at(-1);
  if (last === undefined && state === 'requested') {
    return `${id} asks ${need.need} of ${need.from.join(', ')}, until ${clockTime(expiresAtMs)} UTC`;
  }
  const by = last === undefined ? '' : `, last answer ${last.answer} by ${last.person.id}`;
  return `${id} ${state} ${clockTime(atMs)}${by}${why === null ? '' : `: ${escapeText(why)}`}`;
}

function pausedItself({ event, person }: ControlRecord): boolean {
  return person === null && (event === 'paused' || event === 'stop-engaged' || event === 'breaker-opened');
}
