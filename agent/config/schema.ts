import { z } from 'zod';
import { entityKinds } from '../../model/entity.ts';
import { bytes, durationMs, ratio } from './units.ts';

/** The raw shape of `homeostat.yaml`: what its author writes. `agent/config.ts` compiles it to what the program uses. */

const name = z.string().min(1).max(200);
const path = z.string().min(1);
const webUrl = z.url({ protocol: /^https?$/, error: 'is not an http or https address' });

/** What fields say of each other is told beside mistakes in single fields. */
const isMap = ({ value }: { readonly value: unknown }) => typeof value === 'object' && value !== null;

const entity = z.strictObject({
  kind: z.enum(entityKinds).describe('kind of entity'),
  id: name.describe('its id'),
});

const docker = z.strictObject({
  socketPath: path.default('/var/run/docker.sock').describe('socket of the Docker Engine'),
  label: name
    .optional()
    .describe('containers with this label are the cluster; default `homeostat.cluster=<cluster.id>`'),
});

const simPresets = ['stream-small', 'stream-large', 'batch-small', 'edge'] as const;

const sim = z.strictObject({
  preset: z.enum(simPresets).default('stream-small'),
  seed: z.int().min(0).default(1).describe('the same seed gives the same day'),
  scenario: path
    .optional()
    .describe('scenario file whose cluster, load and faults are played, instead of a calm preset'),
});

const engine = z
  .strictObject({
    docker: docker.optional().describe('containers of one Docker Engine'),
    sim: sim.optional().describe('the embedded simulator'),
  })
  .refine((value) => (value.docker === undefined) !== (value.sim === undefined), {
    message: 'name exactly one engine',
    params: { hint: 'docker: {} or sim: {}' },
    when: isMap,
  });

const nats = z.strictObject({
  monitor: z.record(name, webUrl).describe('monitoring address of each NATS server, by the id of its instance'),
});

const slo = z
  .strictObject({
    id: name,
    entity: entity.describe('the workload or queue that it is promised for'),
    metric: name.describe('indicator, such as `queue.oldest_age`'),
    below: z.number().optional().describe('good while the metric is below this, in its own unit'),
    above: z.number().optional().describe('good while the metric is above this, in its own unit'),
    objective: ratio.describe('share of time that must be good'),
    window: durationMs.describe('time over which the objective holds'),
  })
  .refine((value) => (value.below === undefined) !== (value.above === undefined), {
    message: 'name exactly one bound',
    params: { hint: 'below: 60000' },
    when: isMap,
  });

const api = z.strictObject({
  host: name.default('127.0.0.1').describe('address to listen on; loopback unless changed'),
  port: z.int().min(0).max(65_535).default(7070).describe('0 lets the system choose'),
  hosts: z
    .array(name)
    .default([])
    .describe('further names under which it is reached; addresses and localhost always work'),
  tls: z
    .strictObject({
      certFile: path,
      keyFile: path,
      clients: z
        .strictObject({
          caFile: path.describe('PEM file of the authority that signs the certificates of callers'),
          subjects: z
            .record(name, z.array(z.enum(['read', 'answer', 'admin', 'ingest'])).min(1))
            .describe('what the holder of a certificate may do, by its common name; in the policy it is mtls:NAME'),
        })
        .optional(),
    })
    .optional()
    .describe('PEM files; without them plain HTTP'),
});

const llm = z.strictObject({
  baseUrl: webUrl.describe('OpenAI-compatible endpoint'),
  model: name,
  apiKeyFile: path.optional().describe('file that holds the key alone; keys are never written in this file'),
  language: z.enum(['en', 'ko']).default('en').describe('language of its explanations'),
  timeout: durationMs.default(20_000).describe('how long one answer may take'),
  tokensPerIncident: z.int().min(0).default(8_000).describe('prompt and reply together'),
  tokensPerDay: z.int().min(0).default(200_000).describe('prompt and reply together, over the last 24 h'),
});

const slack = z
  .strictObject({
    slackApiUrl: webUrl.default('https://slack.com/api/'),
    botTokenFile: path,
    appTokenFile: path.optional().describe('token of Socket Mode, which needs no inbound port'),
    http: z
      .strictObject({ port: z.int().min(1).max(65_535), signingSecretFile: path })
      .optional()
      .describe('takes requests from Slack at /slack/events instead'),
    channel: name.describe('id of the channel for incidents'),
    writeChannels: z.array(name).default([]).describe('ids of further channels that take commands'),
  })
  .refine(({ appTokenFile, http }) => (appTokenFile === undefined) !== (http === undefined), {
    message: 'takes either Socket Mode or HTTP',
    params: { hint: 'appTokenFile: FILE, or http: { port, signingSecretFile }' },
    when: isMap,
  });

const heartbeat = z.strictObject({
  url: webUrl.describe('gets one POST per beat; what listens there alarms when it stays away'),
  every: durationMs.default(30_000),
});

const notify = z.strictObject({
  webhookUrl: webUrl.optional().describe('gets every page as JSON'),
  alertmanagerUrl: webUrl.optional().describe('gets every page as an alert'),
  heartbeat: heartbeat.optional().describe('tells others that the agent lives'),
});

const ownLimits = z.strictObject({
  memory: bytes.default(2 ** 30).describe('resident memory; above it for a minute the agent ends, to be started anew'),
  cpuRatio: z.number().min(0.05).max(64).default(0.5).describe('cores; above it for a minute the loop runs less often'),
  callsPerMinute: z.int().min(60).default(6_000).describe('reads of the APIs of what it watches; beyond it data ages'),
});

/** Budgets and track records count so far back; what is younger cannot go. */
const keepMsMin = 90 * 86_400_000;

const audit = z.strictObject({
  anchorPath: path.optional().describe('file on other storage that keeps the head of the journal'),
  keep: durationMs
    .refine((ms) => ms >= keepMsMin, {
      message: 'is shorter than what budgets and track records count',
      params: { hint: 'at least 90d' },
    })
    .optional()
    .describe('older rows lose their content for good, hashes stay; for ever where it is not set; at least 90d'),
});

export const configSchema = z.strictObject({
  version: z.literal(1).describe('version of this format'),
  cluster: z.strictObject({ id: name.describe('identity of the managed cluster') }),
  stateDir: path.default('./state').describe('journal, tokens and the STOP file'),
  policy: path.default('./policy.yaml').describe('what the agent may do'),
  playbooks: z.array(path).default([]).describe('folders of playbooks; the built-in ones when none is named'),
  engine: engine.describe('what runs the cluster'),
  nats: nats.optional(),
  slos: z.array(slo).default([]).describe('service-level objectives'),
  api: api.prefault({}),
  llm: llm.optional().describe('adviser; without it no connection is tried'),
  chatops: z.strictObject({ slack: slack.optional() }).prefault({}),
  notify: notify.prefault({}),
  ownLimits: ownLimits.prefault({}).describe('what the agent itself may use'),
  audit: audit.prefault({}).describe('the journal'),
  otel: z.strictObject({ endpoint: webUrl.describe('OTLP/HTTP receiver of traces') }).optional(),
});

export type RawConfig = z.output<typeof configSchema>;
