import type { Diagnosis, Incident } from '../../../model/incident.ts';
import type { Signal } from '../../../model/signal.ts';
import type { IncidentBook } from './incidents.ts';

/** Puts an incident that was open before a restart back into the book, so that its signals continue it. */
export function restoreIncident(
  book: IncidentBook,
  incident: Incident,
  diagnosis: Diagnosis | null,
  signals: ReadonlyMap<string, Signal>,
): void {
  const own = incident.signalIds.map((id) => signals.get(id)).filter((signal) => signal !== undefined);
  book.cases.set(incident.id, {
    incident,
    diagnosis,
    signals: new Map(own.map((signal) => [signal.id, signal])),
    past: new Set(),
    quietSinceMs: null,
    diagnosedAtMs: Number.NEGATIVE_INFINITY,
    aftermathSinceMs: null,
  });
}
