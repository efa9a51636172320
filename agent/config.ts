import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { Problem } from '../model/problem.ts';
import type { Slo } from '../model/slo.ts';
import { readDocument } from './config/document.ts';
import { amendWith, type Override } from './config/overrides.ts';
import { configSchema, type RawConfig } from './config/schema.ts';

export type EngineConfig =
  | { readonly kind: 'docker'; readonly socketPath: string; readonly label: string }
  | {
      readonly kind: 'sim';
      readonly preset: SimPreset;
      readonly seed: number;
      /** Scenario file to play; null: a calm day of the preset. */
      readonly scenario: string | null;
    };

type SimPreset = NonNullable<RawConfig['engine']['sim']>['preset'];

export interface LlmConfig {
  readonly baseUrl: string;
  readonly model: string;
  /** null: the server asks for no key, or `OPENAI_API_KEY` holds it. */
  readonly apiKeyFile: string | null;
  readonly language: 'en' | 'ko';
  readonly timeoutMs: number;
  readonly tokensPerIncident: number;
  readonly tokensPerDay: number;
}

export interface SlackConfig {
  readonly slackApiUrl: string;
  readonly botTokenFile: string;
  /** Exactly one of these is set: Socket Mode or HTTP. */
  readonly appTokenFile: string | null;
  readonly http: { readonly port: number; readonly signingSecretFile: string } | null;
  readonly channel: string;
  readonly writeChannels: readonly string[];
}

/** What the agent itself may use. */
export interface OwnLimits {
  readonly memoryBytes: number;
  /** Cores. */
  readonly cpuRatio: number;
  readonly callsPerMinute: number;
}

export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
  /** Who may name themselves by a certificate: what each may do, by the certificate's common name. */
  readonly clients: {
    readonly caFile: string;
    readonly subjects: Readonly<Record<string, readonly ('read' | 'answer' | 'admin' | 'ingest')[]>>;
  } | null;
}

/** `homeostat.yaml`, checked and compiled once: defaults filled in, durations in ms, every path absolute. */
export interface Config {
  /** The file that it was read from. */
  readonly file: string;
  readonly cluster: { readonly id: string };
  readonly stateDir: string;
  readonly policy: string;
  /** Empty: the built-in playbooks. */
  readonly playbooks: readonly string[];
  readonly engine: EngineConfig;
  /** Monitoring address by instance id; null where no NATS is watched. */
  readonly nats: { readonly monitor: Readonly<Record<string, string>> } | null;
  readonly slos: readonly Slo[];
  readonly api: {
    readonly host: string;
    readonly port: number;
    readonly hosts: readonly string[];
    readonly tls: TlsConfig | null;
  };
  readonly llm: LlmConfig | null;
  readonly slack: SlackConfig | null;
  readonly notify: {
    readonly webhookUrl: string | null;
    readonly alertmanagerUrl: string | null;
    readonly heartbeat: { readonly url: string; readonly everyMs: number } | null;
  };
  readonly ownLimits: OwnLimits;
  readonly audit: {
    readonly anchorPath: string | null;
    /** Age from which on the journal's rows lose their content, ms; null: never. */
    readonly keepMs: number | null;
  };
  readonly otel: { readonly endpoint: string } | null;
}

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Checks and compiles the text of a configuration file. Opens nothing.
 * @param fileName  absolute name of the file; relative paths inside it start from its folder
 * @param overrides values of flags and environment variables, which win over the file
 */
export function parseConfig(text: string, fileName: string, overrides: readonly Override[] = []): ParsedConfig {
  const read = readDocument(text, fileName, { schema: configSchema, prefix: 'CONFIG' }, (raw) =>
    amendWith(raw, overrides),
  );
  if (!read.ok) return read;
  return { ok: true, config: compileConfig(read.value, resolve(fileName)) };
}

/** JSON Schema of `homeostat.yaml`, for editors and the reference. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input' }), title: 'homeostat.yaml' };
}

function compileTls(tls: NonNullable<RawConfig['api']['tls']>, inFolder: (path: string) => string): TlsConfig {
  const { certFile, keyFile, clients } = tls;
  return {
    certFile: inFolder(certFile),
    keyFile: inFolder(keyFile),
    clients: clients === undefined ? null : { ...clients, caFile: inFolder(clients.caFile) },
  };
}

function compileConfig(raw: RawConfig, file: string): Config {
  const inFolder = (path: string) => resolve(dirname(file), path);
  const { tls } = raw.api;
  return {
    file,
    cluster: raw.cluster,
    stateDir: inFolder(raw.stateDir),
    policy: inFolder(raw.policy),
    playbooks: raw.playbooks.map(inFolder),
    engine: compileEngine(raw, inFolder),
    nats: raw.nats ?? null,
    slos: raw.slos.map(compileSlo),
    api: {
      host: raw.api.host,
      port: raw.api.port,
      hosts: raw.api.hosts,
      tls: tls === undefined ? null : compileTls(tls, inFolder),
    },
    llm: raw.llm === undefined ? null : compileLlm(raw.llm, inFolder),
    slack: raw.chatops.slack === undefined ? null : compileSlack(raw.chatops.slack, inFolder),
    notify: compileNotify(raw.notify),
    ownLimits: compileOwnLimits(raw.ownLimits),
    audit: {
      anchorPath: raw.audit.anchorPath === undefined ? null : inFolder(raw.audit.anchorPath),
      keepMs: raw.audit.keep ?? null,
    },
    otel: raw.otel ?? null,
  };
}

function compileNotify({ webhookUrl, alertmanagerUrl, heartbeat }: RawConfig['notify']): Config['notify'] {
  return {
    webhookUrl: webhookUrl ?? null,
    alertmanagerUrl: alertmanagerUrl ?? null,
    heartbeat: heartbeat === undefined ? null : { url: heartbeat.url, everyMs: heartbeat.every },
  };
}

function compileOwnLimits({ memory: memoryBytes, ...rest }: RawConfig['ownLimits']): OwnLimits {
  return { memoryBytes, ...rest };
}

function compileEngine(raw: RawConfig, inFolder: InFolder): EngineConfig {
  const { docker, sim } = raw.engine;
  if (docker !== undefined) {
    return {
      kind: 'docker',
      socketPath: docker.socketPath,
      label: docker.label ?? `homeostat.cluster=${raw.cluster.id}`,
    };
  }
  const { preset, seed, scenario } = sim!;
  return { kind: 'sim', preset, seed, scenario: scenario === undefined ? null : inFolder(scenario) };
}

function compileSlo(raw: RawConfig['slos'][number]): Slo {
  const { id, entity, metric, objective: target, window: windowMs } = raw;
  const bound = raw.below ?? raw.above!;
  return { id, entity, metric, direction: raw.below === undefined ? 'above' : 'below', bound, target, windowMs };
}

type InFolder = (path: string) => string;

function compileLlm(raw: NonNullable<RawConfig['llm']>, inFolder: InFolder): LlmConfig {
  const { timeout: timeoutMs, apiKeyFile, ...rest } = raw;
  return { ...rest, timeoutMs, apiKeyFile: apiKeyFile === undefined ? null : inFolder(apiKeyFile) };
}

function compileSlack(raw: NonNullable<RawConfig['chatops']['slack']>, inFolder: InFolder): SlackConfig {
  const { appTokenFile, http } = raw;
  return {
    ...raw,
    botTokenFile: inFolder(raw.botTokenFile),
    appTokenFile: appTokenFile === undefined ? null : inFolder(appTokenFile),
    http: http === undefined ? null : { ...http, signingSecretFile: inFolder(http.signingSecretFile) },
  };
}
