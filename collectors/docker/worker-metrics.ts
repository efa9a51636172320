import type { MetricSample } from '../../model/observation.ts';
import type { Endpoint } from './inventory.ts';

const answerTimeoutMs = 800;
const textBytesMax = 262_144;

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

/**
 * Reads one worker's own metrics. A worker that does not answer gives none: that its data ages is the finding, and a
 * hung process is told from its silence.
 * @param nowMs time of the sample, for the text carries none
 */
export async function readWorkerMetrics(
  endpoint: Endpoint,
  nowMs: number,
  signal: AbortSignal,
): Promise<MetricSample[]> {
  if (endpoint.address === null || endpoint.metricsPort === null) return [];
  const url = `http://${endpoint.address}:${endpoint.metricsPort}/metrics`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]) });
    if (!answer.ok) return [];
    return textToSamples(endpoint.instanceId, (await answer.text()).slice(0, textBytesMax), nowMs);
  } catch {
    return [];
  }
}

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
