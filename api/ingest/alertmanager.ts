import { z } from 'zod';
import type { LogLine, MetricSample, Observation } from '../../model/observation.ts';
import { entityOf } from './entity.ts';

/** Webhook payload version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const texts = z.record(z.string(), z.string());

const alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: texts,
  annotations: texts.default({}),
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }),
  fingerprint: z.string().min(1),
});

export const webhookSchema = z.object({
  version: z.literal('4'),
  groupKey: z.string().min(1),
  status: z.enum(['firing', 'resolved']),
  alerts: z.array(alert).max(1_000),
});

type Webhook = z.output<typeof webhookSchema>;
type Alert = Webhook['alerts'][number];

/** Groups that are remembered, the oldest forgotten first. */
const groupsMax = 10_000;

/** Knows which notifications came before: Alertmanager sends each again until it gets an answer, and then at intervals. */
export interface SeenGroups {
  /** Alerts of the notification that are new or changed since the last one of its group. */
  readonly newAlerts: (webhook: Webhook) => readonly Alert[];
}

export function createSeenGroups(): SeenGroups {
  const seen = new Map<string, ReadonlySet<string>>();
  return {
    newAlerts({ groupKey, alerts }) {
      const before = seen.get(groupKey) ?? new Set();
      seen.delete(groupKey);
      seen.set(groupKey, new Set(alerts.map(alertVersion)));
      if (seen.size > groupsMax) seen.delete(seen.keys().next().value!);
      return alerts.filter((item) => !before.has(alertVersion(item)));
    },
  };
}

function alertVersion({ fingerprint, status, startsAt }: Alert): string {
  return `${fingerprint} ${status} ${startsAt}`;
}

const source = 'alertmanager';

/** One sample of `alert.firing` per alert, and its summary as a log line. The text is data: it decides nothing. */
export function alertObservations(alerts: readonly Alert[], clusterId: string): Observation[] {
  return alerts.flatMap((item): Observation[] => {
    const firing = item.status === 'firing';
    const observedAtMs = Date.parse(firing ? item.startsAt : item.endsAt);
    const entity = entityOf(new Map(Object.entries(item.labels)), clusterId);
    const sample: MetricSample = {
      kind: 'metric',
      source,
      observedAtMs,
      entity,
      name: 'alert.firing',
      unit: '1',
      type: 'gauge',
      value: firing ? 1 : 0,
    };
    const text = item.annotations.summary ?? item.annotations.description ?? '';
    const line: LogLine = {
      kind: 'log',
      source,
      observedAtMs,
      entity,
      severity: severityOf(item),
      text: `alert ${item.labels.alertname ?? 'without a name'} ${item.status}: ${text}`.slice(0, 2_000),
    };
    return [sample, line];
  });
}

function severityOf({ status, labels }: Alert): LogLine['severity'] {
  if (status === 'resolved') return 'info';
  return labels.severity === 'critical' || labels.severity === 'page' ? 'error' : 'warn';
}
