import { wellKnownMetrics } from '../../model/metrics.ts';

/** Short words that playbooks use for the metrics they name most. */
const shortNames: Readonly<Record<string, string>> = {
  memory: 'memory.usage',
  cpu: 'cpu.utilization',
  disk: 'disk.usage',
  depth: 'queue.depth',
  age: 'queue.oldest_age',
};

/** The well-known metric that a playbook's word means, or null. */
export function metricOf(word: string): string | null {
  const name = shortNames[word] ?? word;
  return Object.hasOwn(wellKnownMetrics, name) ? name : null;
}

export const metricWords: readonly string[] = [...Object.keys(shortNames), ...Object.keys(wellKnownMetrics)];
