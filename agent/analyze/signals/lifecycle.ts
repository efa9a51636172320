import type { Signal, SignalKind } from '../../../model/signal.ts';
import type { Finding } from './finding.ts';
import { signalIdOf } from './finding.ts';

/** One finding on its way to being a signal, being one, or on its way out. */
interface Track {
  readonly firstFoundMs: number;
  lastFoundMs: number;
  /** null until it has persisted. */
  signal: Signal | null;
}

export type SignalTracks = Map<string, Track>;

export interface Persistence {
  /** A finding must last this long before it is raised. */
  readonly raiseAfterMs: number;
  /** A signal clears once it was not found for this long, so that flapping is one signal. */
  readonly clearAfterMs: number;
}

const atOnce: Persistence = { raiseAfterMs: 0, clearAfterMs: 2_000 };

// What an engine states as a fact is raised at once: waiting before acting is the guard's business.
// What is inferred from samples has its persistence in the detector and clears slowly.
const persistence: Readonly<Partial<Record<SignalKind, Persistence>>> = {
  'not-ready': { raiseAfterMs: 3_000, clearAfterMs: 3_000 },
  'level-high': { raiseAfterMs: 0, clearAfterMs: 15_000 },
  'level-low': { raiseAfterMs: 0, clearAfterMs: 15_000 },
  'change-point': { raiseAfterMs: 0, clearAfterMs: 15_000 },
  'peer-outlier': { raiseAfterMs: 0, clearAfterMs: 15_000 },
  multivariate: { raiseAfterMs: 0, clearAfterMs: 15_000 },
  'trend-to-limit': { raiseAfterMs: 0, clearAfterMs: 20_000 },
  'backlog-growing': { raiseAfterMs: 0, clearAfterMs: 15_000 },
  'slo-burn': { raiseAfterMs: 0, clearAfterMs: 10_000 },
  'quorum-at-risk': { raiseAfterMs: 2_000, clearAfterMs: 3_000 },
  'log-new': { raiseAfterMs: 0, clearAfterMs: 60_000 },
  'log-burst': { raiseAfterMs: 0, clearAfterMs: 60_000 },
  'log-vanished': { raiseAfterMs: 0, clearAfterMs: 15_000 },
  'data-unit': { raiseAfterMs: 0, clearAfterMs: 15_000 },
  'data-stale': { raiseAfterMs: 0, clearAfterMs: 3_000 },
};

// A changed number is worth another record only now and then.
const updateEveryMs = 30_000;
const scoreGrowth = 2;

/** Folds one tick's findings into the tracks; returns the signals that were raised, changed meaningfully or cleared. */
export function trackFindings(tracks: SignalTracks, findings: readonly Finding[], nowMs: number): Signal[] {
  const changed: Signal[] = [];
  for (const finding of findings) {
    const id = signalIdOf(finding);
    const track = tracks.get(id) ?? { firstFoundMs: nowMs, lastFoundMs: nowMs, signal: null };
    tracks.set(id, track);
    track.lastFoundMs = nowMs;
    const next = raiseOrUpdate(track, id, finding, nowMs);
    if (next === null) continue;
    track.signal = next;
    changed.push(next);
  }
  for (const [id, track] of tracks) {
    if (track.lastFoundMs === nowMs) continue;
    const { clearAfterMs } = persistenceOf(id);
    if (track.signal !== null && nowMs - track.lastFoundMs < clearAfterMs) continue;
    tracks.delete(id);
    if (track.signal !== null) changed.push({ ...track.signal, atMs: nowMs, clearedAtMs: nowMs });
  }
  return changed;
}

function persistenceOf(id: string): Persistence {
  return persistence[id.slice(0, id.indexOf(':')) as SignalKind] ?? atOnce;
}

function raiseOrUpdate(track: Track, id: string, finding: Finding, nowMs: number): Signal | null {
  const { kind, entity, metric, score, severity, model, explanation } = finding;
  const numbers = finding.numbers === undefined ? {} : { numbers: finding.numbers };
  const old = track.signal;
  if (old === null) {
    if (nowMs - track.firstFoundMs < persistenceOf(id).raiseAfterMs) return null;
    const sinceMs = Math.min(finding.sinceMs ?? track.firstFoundMs, nowMs);
    return {
      type: 'signal',
      id,
      atMs: nowMs,
      kind,
      entity,
      metric,
      sinceMs,
      clearedAtMs: null,
      score,
      severity,
      model,
      explanation,
      ...numbers,
    };
  }
  const graver = severity !== old.severity;
  const stranger = score >= scoreGrowth * old.score && nowMs - old.atMs >= updateEveryMs;
  if (!graver && !stranger) return null;
  return { ...old, atMs: nowMs, score, severity, model, explanation, ...numbers };
}

export function raisedSignals(tracks: SignalTracks): Signal[] {
  return [...tracks.values()].flatMap((track) => track.signal ?? []);
}
