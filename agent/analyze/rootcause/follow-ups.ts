/**
 * What follows what: after an event (a log line of a known place in the code), which event comes next in the same
 * span? A defect changes the answer at the service that holds it: an error where there was a result, an end where
 * work went on. Event patterns whose support differs between a fault-free and a faulty period are the idea of Yu et
 * al., "Nezha" (FSE'23); here the difference is a log-likelihood ratio, so that services with unequal traffic compare.
 */

/** One log line. */
export interface LogEvent {
  readonly service: string;
  readonly trace: string;
  /** Lines of one span follow each other. */
  readonly span: string;
  /** What kind of line it is, such as severity and place in the code. */
  readonly kind: string;
  readonly atUs: number;
}

/** In how many traces b came after a, by service. Loops within a trace are not independent, so they count once. */
export type FollowUps = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, number>>>;

/** The end of a span is an event, too: it is what is left when work stops halfway. */
const end = '(end)';
/** Added to every count, so that the never seen has a probability: about half a sighting. */
const prior = 0.5;

export function countFollowUps(events: readonly LogEvent[]): FollowUps {
  const counts = new Map<string, Map<string, Map<string, number>>>();
  const last = new Map<string, LogEvent>();
  const seen = new Set<string>();
  const count = (before: LogEvent, after: string) => {
    const once = [before.service, before.trace, before.kind, after].join('\u0000');
    if (seen.has(once)) return;
    seen.add(once);
    const ofService = emplace(counts, before.service, () => new Map<string, Map<string, number>>());
    const ofEvent = emplace(ofService, before.kind, () => new Map<string, number>());
    ofEvent.set(after, (ofEvent.get(after) ?? 0) + 1);
  };
  for (const event of [...events].sort((a, b) => a.atUs - b.atUs)) {
    const key = `${event.service} ${event.span}`;
    const before = last.get(key);
    if (before !== undefined) count(before, event.kind);
    last.set(key, event);
  }
  for (const event of last.values()) count(event, end);
  return counts;
}

/**
 * How much more often a service now goes ways it rarely went before, in nats, for the event where it shows most.
 * What has become rarer does not count by itself: its place is taken by something that has become more frequent.
 */
export function deviationOf(service: string, usual: FollowUps, now: FollowUps): number {
  let most = 0;
  for (const [event, after] of now.get(service) ?? []) {
    const before = usual.get(service)?.get(event);
    if (before !== undefined) most = Math.max(most, rise(before, after));
  }
  return most;
}

function rise(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number {
  const kinds = new Set([...before.keys(), ...after.keys()]).size;
  const total = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((sum, n) => sum + n, 0);
  const beforeTotal = total(before) + prior * kinds;
  const afterTotal = total(after) + prior * kinds;
  let nats = 0;
  for (const [kind, n] of after) {
    const was = ((before.get(kind) ?? 0) + prior) / beforeTotal;
    const is = (n + prior) / afterTotal;
    if (is > was) nats += n * Math.log(is / was);
  }
  return nats;
}

function emplace<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
