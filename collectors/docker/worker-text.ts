import type { MetricSample } from '../../model/observation.ts';

/** Names in a worker's Prometheus text -> well-known names. The first of several spellings that is there wins. */
const spellings: Readonly<Record<string, readonly string[]>> = {
  'work.completed': ['work_completed_total', 'work_completed'],
  'work.errors': ['work_errors_total', 'work_errors'],
  'work.duration': ['work_duration_ms', 'work_duration_milliseconds'],
};
const meta = {
  'work.completed': { unit: '{item}', type: 'counter' },
  'work.errors': { unit: '{item}', type: 'counter' },
  'work.duration': { unit: 'ms', type: 'gauge' },
} as const;

/** Picks the work metrics out of Prometheus text (exposition format 0.0.4); labelled series of one name are added up. */
export function textToSamples(instanceId: string, text: string, nowMs: number): MetricSample[] {
  const sums = new Map<string, number>();
  for (const [, name = '', value] of text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{[^}]*\})?[ \t]+(\S+)/gm)) {
    const number = Number(value);
    if (Number.isFinite(number)) sums.set(name, (sums.get(name) ?? 0) + number);
  }
  return (Object.keys(meta) as (keyof typeof meta)[]).flatMap((name): MetricSample[] => {
    const spelled = spellings[name]?.find((candidate) => sums.has(candidate));
    if (spelled === undefined) return [];
    const entity = { kind: 'instance', id: instanceId } as const;
    return [
      { kind: 'metric', source: 'docker', observedAtMs: nowMs, entity, name, value: sums.get(spelled)!, ...meta[name] },
    ];
  });
}
