import { checkedBody } from '../body.ts';
import type { ApiParts, Handlers } from '../handler.ts';
import { alertObservations, createSeenGroups, webhookSchema } from '../ingest/alertmanager.ts';
import {
  logLines,
  metricSamples,
  otlpLogsSchema,
  otlpMetricsSchema,
  otlpTracesSchema,
  spanRecords,
} from '../ingest/otlp.ts';

type IngestNames = 'alertmanager' | 'otlpMetrics' | 'otlpLogs' | 'otlpTraces';

/** Telemetry that others push. It becomes observations like any other; it never becomes a command. */
export function ingestHandlers({ agent, config }: ApiParts): Handlers<IngestNames> {
  const seen = createSeenGroups();
  const clusterId = config.cluster.id;
  return {
    alertmanager: ({ body }) => {
      const webhook = checkedBody(webhookSchema, body);
      const alerts = seen.newAlerts(webhook);
      if (alerts.length > 0) agent.observe('alertmanager', alertObservations(alerts, clusterId));
      return { accepted: alerts.length, repeated: webhook.alerts.length - alerts.length };
    },
    otlpMetrics: ({ body }) => {
      const { samples, rejected } = metricSamples(checkedBody(otlpMetricsSchema, body), clusterId);
      if (samples.length > 0) agent.observe('otlp', samples);
      if (rejected === 0) return {};
      const errorMessage = 'histograms, summaries and values that are not finite are not taken';
      return { partialSuccess: { rejectedDataPoints: String(rejected), errorMessage } };
    },
    otlpLogs: ({ body }) => {
      const lines = logLines(checkedBody(otlpLogsSchema, body), clusterId);
      if (lines.length > 0) agent.observe('otlp', lines);
      return {};
    },
    otlpTraces: ({ body }) => {
      const spans = spanRecords(checkedBody(otlpTracesSchema, body), clusterId);
      if (spans.length > 0) agent.observe('otlp', spans);
      return {};
    },
  };
}
