import type { MetricSample } from '../../model/observation.ts';
import type { Endpoint } from './inventory.ts';
import { textToSamples } from './worker-text.ts';

const answerTimeoutMs = 800;
const textBytesMax = 262_144;

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
