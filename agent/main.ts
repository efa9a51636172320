import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { dockerActuator } from '../actuators/docker/docker-actuator.ts';
import { natsActuator } from '../actuators/nats/nats-actuator.ts';
import { startHeartbeat } from '../actuators/page/heartbeat.ts';
import { alertmanagerNotifier, webhookNotifier } from '../actuators/page/http-notifiers.ts';
import { pageActuator } from '../actuators/page/page-actuator.ts';
import { slackNotifier } from '../actuators/page/slack-notifier.ts';
import { chatModel } from '../adviser/chat-model.ts';
import { startApi } from '../api/server.ts';
import { ensureTokens } from '../api/tokens.ts';
import { keepSlackBot } from '../chatops/slack/keep-slack-bot.ts';
import { type CallBudget, callBudget } from '../collectors/call-budget.ts';
import { dockerCollector } from '../collectors/docker/docker-collector.ts';
import { natsCollector } from '../collectors/nats/nats-collector.ts';
import type { Slo } from '../model/slo.ts';
import { calmDay, liveSimulator } from '../sim/live.ts';
import type { Scenario } from '../sim/scenario.ts';
import { threadedTwin } from '../sim/twin/threaded-twin.ts';
import { type AgentOptions, createAgentState } from './agent-state.ts';
import { stateFiles } from './config/state-files.ts';
import type { Config } from './config.ts';
import { type AgentFiles, loadPolicy, loadPrompts, loadShippedModels } from './files.ts';
import type { Policy } from './guard/policy.ts';
import { openSqliteJournal, readJournal, type SqliteJournal } from './knowledge/journal-sqlite.ts';
import { fileKillSwitch } from './knowledge/kill-switch-file.ts';
import { applyRecord, createKnowledge } from './knowledge/knowledge.ts';
import { openSqliteLease } from './knowledge/lease-sqlite.ts';
import { openSqliteModelStore } from './knowledge/model-store-sqlite.ts';
import { redactText } from './knowledge/redact.ts';
import { keepSnapshots, restoreJournal } from './knowledge/snapshot-file.ts';
import { watchRetention } from './knowledge/watch-retention.ts';
import { type LiveFace, liveFace, type RowSource } from './live-face.ts';
import { type OwnWatch, processMeter, watchOwnUse } from './own-use.ts';
import type { Actuator, Clock, Collector, LanguageModel, Lease, Notifier, Timer } from './ports.ts';
import { resumeKnowing } from './resume.ts';
import { createShell, type Shell } from './shell.ts';
import type { OwnStatus } from './views/face.ts';

/** How often the loop runs and a standby asks for the lease, ms. */
const tickMs = 1_000;
/** Longer than the longest action may take, so that a lease can cover a whole call; a takeover waits at most this long. */
const leaseTtlMs = 30_000;
/** How often the policy file is looked at, ms. */
const policyPollMs = 2_000;

/** Confidence of the leading cause from which on the adviser is not asked. */
const sureConfidence = 0.9;

export const systemClock: Clock = { nowMs: () => Date.now() };

export const systemTimer: Timer = {
  setAt(atMs, fire) {
    const timeout = setTimeout(fire, Math.max(0, atMs - Date.now()));
    return () => clearTimeout(timeout);
  },
};

const systemPorts = { clock: systemClock, timer: systemTimer };

/** The hands and eyes of one engine. */
export interface Adapters {
  readonly collectors: readonly Collector[];
  readonly actuators: readonly Actuator[];
  /** What the cluster promises where the configuration names no SLO. */
  readonly slos?: readonly Slo[];
  /** Called once, when the daemon ends. */
  readonly stop?: () => void;
}

export interface DaemonOptions extends AgentFiles {
  readonly config: Config;
  readonly logger: Logger;
  /** What the embedded simulator plays; a calm day unless given. */
  readonly scenario?: Scenario;
  /** Replaces the engine's adapters; tests use it to stop the process at a chosen moment. */
  readonly adapters?: Adapters;
}

export interface Daemon {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts the agent of one cluster with its API. It acts while it holds the lease, and stands by until then. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { config, logger } = options;
  mkdirSync(config.stateDir, { recursive: true, mode: 0o700 });
  const calls = callBudget(config.ownLimits.callsPerMinute, systemClock);
  const adapters = options.adapters ?? adaptersOf(config, { calls, scenario: options.scenario });
  const agentOptions = agentOptionsOf(options, adapters);
  const watch = watchOwnUse(config.ownLimits, { ...systemPorts, meter: processMeter }, (use) => {
    logger.fatal(use, 'uses more memory than ownLimits allows, and ends to be started anew');
    process.kill(process.pid, 'SIGTERM');
  });
  const standby = createAgentState(agentOptions, options.policy, createKnowledge());
  const face = liveFace(standby, systemClock, () => ownStatus(config, watch, calls));
  const tokens = ensureTokens(config.stateDir);
  if (!tokens.ok) throw new Error(tokens.message);
  const api = await startApi({ config, agent: face, tokens: tokens.tokens, clock: systemClock });
  const tenure = new Tenure(options, agentOptions, adapters, face, watch);
  tenure.begin();
  const stopHeartbeat = beat(options, face);
  logger.info({ host: config.api.host, port: api.port, cluster: config.cluster.id }, 'homeostat is running');
  return {
    port: api.port,
    async close() {
      stopHeartbeat();
      watch.stop();
      await tenure.end();
      adapters.stop?.();
      await api.close();
    },
  };
}

/** A heart that beats only while the agent stands by or sees its cluster: blind, it is as good as dead. */
function beat({ config, logger }: DaemonOptions, face: LiveFace): () => void {
  const { heartbeat } = config.notify;
  if (heartbeat === null) return () => {};
  return startHeartbeat({
    ...heartbeat,
    ...systemPorts,
    onProblem: (problem) => logger.warn(redactText(problem)),
    beat() {
      const { clusterId, ready, holdsLease, mode, stop, paused } = face.status();
      if (holdsLease && !ready) return null;
      return { clusterId, holdsLease, mode, stop, paused, atMs: systemClock.nowMs(), headSeq: face.headSeq() };
    },
  });
}

function ownStatus({ ownLimits }: Config, watch: OwnWatch, calls: CallBudget): OwnStatus {
  const { memoryBytes, cpuRatio } = watch.use();
  const { memoryBytes: memoryBytesMax, cpuRatio: cpuRatioMax, callsPerMinute: callsPerMinuteMax } = ownLimits;
  return { memoryBytes, memoryBytesMax, cpuRatio, cpuRatioMax, callsPerMinute: calls.used(), callsPerMinuteMax };
}

/** Takes turns between standing by and acting, as the lease comes and goes. */
class Tenure {
  readonly #options: DaemonOptions;
  readonly #agentOptions: AgentOptions;
  readonly #adapters: Adapters;
  readonly #face: LiveFace;
  readonly #watch: OwnWatch;
  readonly #lease: Lease;
  readonly #holder = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
  readonly #journalPath: string;
  readonly #twin = threadedTwin();
  #policy: Policy;
  #shell: Shell | null = null;
  #stopBot: () => Promise<void> = async () => {};
  #cancel: () => void = () => {};
  #cancelPolicyWatch: () => void = () => {};
  #cancelRetention: () => void = () => {};

  constructor(options: DaemonOptions, agentOptions: AgentOptions, adapters: Adapters, face: LiveFace, watch: OwnWatch) {
    this.#watch = watch;
    this.#options = options;
    this.#agentOptions = agentOptions;
    this.#adapters = adapters;
    this.#face = face;
    this.#policy = options.policy;
    this.#lease = openSqliteLease(join(options.config.stateDir, 'lease.db'));
    this.#journalPath = join(options.config.stateDir, 'journal.db');
  }

  begin(): void {
    this.#standBy();
    this.#watchPolicy(mtimeOf(this.#options.config.policy));
  }

  async end(): Promise<void> {
    this.#cancel();
    this.#cancelPolicyWatch();
    this.#cancelRetention();
    this.#shell?.stop();
    await this.#stopBot();
  }

  #standBy(): void {
    const nowMs = systemClock.nowMs();
    if (this.#lease.acquire(this.#holder, leaseTtlMs, nowMs) !== null) {
      this.#act();
      return;
    }
    this.#face.become(null, standbyRows(this.#journalPath));
    this.#cancel = systemTimer.setAt(nowMs + tickMs, () => this.#standBy());
  }

  /** The journal is opened only under the lease: what the last holder wrote is the truth to go on from. */
  #act(): void {
    const { config, logger } = this.#options;
    const journal = openSqliteJournal(this.#journalPath, { anchor: config.audit.anchorPath });
    const restored = restoreJournal(this.#journalPath, journal);
    const { rowsFolded, fullBecause } = restored;
    logger.info({ rows: journal.head().seq, rowsFolded, fullBecause }, 'took up what the journal says');
    let keep = keepSnapshots(this.#journalPath, journal, restored);
    const models = openSqliteModelStore(stateFiles(config.stateDir).models, (problem) =>
      logger.warn({ source: 'models' }, redactText(problem)),
    );
    const agent = resumeKnowing(this.#agentOptions, this.#policy, restored.knowledge, models.load());
    const shell = createShell(
      agent,
      {
        clock: systemClock,
        timer: systemTimer,
        ...this.#adapters,
        journal,
        lease: this.#lease,
        killSwitch: fileKillSwitch(config.stateDir),
        notifiers: notifiersOf(config),
        twin: this.#twin,
        model: modelOf(config),
        models,
      },
      {
        holder: this.#holder,
        tickMs,
        stretch: this.#watch.stretch,
        leaseTtlMs,
        onRow: (row) => {
          keep(row);
          this.#face.tell(row);
        },
        onLeaseLost: () => {
          logger.warn('another process took the lease; standing by');
          this.#cancelRetention();
          journal.close();
          models.close();
          this.#shell = null;
          void this.#stopBot();
          this.#standBy();
        },
        onProblem: (source, problem) => logger.warn({ source }, redactText(problem)),
      },
    );
    this.#shell = shell;
    this.#face.become(shell, journal);
    this.#cancelRetention = this.#retain(journal, shell, () => {
      // A snapshot of what was followed so far would bring back what is gone.
      keep = keepSnapshots(this.#journalPath, journal, restoreJournal(this.#journalPath, journal));
    });
    logger.info('holds the lease and acts');
    shell.start();
    this.#stopBot = this.#startBot();
  }

  /** Erases what the configuration does not want kept for longer, now and every day. */
  #retain(journal: SqliteJournal, shell: Shell, forget: () => void): () => void {
    const { keepMs } = this.#options.config.audit;
    if (keepMs === null) return () => {};
    return watchRetention(journal, {
      ...systemPorts,
      keepMs,
      knowledge: () => shell.agent.knowledge,
      onErased: (rows) => {
        for (const row of rows) {
          applyRecord(shell.agent.knowledge, row.record);
          this.#face.tell(row);
          this.#options.logger.info(
            { seq: row.seq, why: row.record.type === 'control' ? row.record.why : '' },
            'erased',
          );
        }
        forget();
      },
    });
  }

  /** The bot lives with the lease: only the process that acts speaks and listens. */
  #startBot(): () => Promise<void> {
    const { config, logger } = this.#options;
    const { slack, stateDir, cluster } = config;
    if (slack === null) return async () => {};
    const face = this.#face;
    const onProblem = (problem: string) => logger.warn({ source: 'slack' }, redactText(problem));
    const shared = { face, clock: systemClock, timer: systemTimer, userGroups: () => face.slackGroups(), onProblem };
    return keepSlackBot({ config: slack, clusterId: cluster.id, stateDir, ...shared });
  }

  /** A file that fails to load keeps the last good policy and lowers the mode, loudly. */
  #watchPolicy(lastMtimeMs: number): void {
    const { config, logger } = this.#options;
    const mtimeMs = mtimeOf(config.policy);
    if (mtimeMs !== lastMtimeMs) {
      const loaded = loadPolicy(config.policy);
      if (loaded.ok) {
        this.#policy = loaded.policy;
        this.#shell?.push({ type: 'policy', policy: loaded.policy, mode: loaded.policy.mode, problem: null });
        logger.info({ hash: loaded.policy.hash, mode: loaded.policy.mode }, 'policy loaded');
      } else {
        const problem = loaded.problems.map(({ where, message }) => `${where}: ${message}`).join('; ');
        const mode = this.#policy.mode === 'observe' ? 'observe' : 'propose';
        this.#shell?.push({ type: 'policy', policy: this.#policy, mode, problem });
        logger.error({ problem, mode }, 'policy refused; the last good one stays and the mode is lowered');
      }
    }
    const nextAtMs = systemClock.nowMs() + policyPollMs;
    this.#cancelPolicyWatch = systemTimer.setAt(nextAtMs, () => this.#watchPolicy(mtimeMs));
  }
}

/** Rows of the journal that another process writes; none before it has written any. */
function standbyRows(path: string): RowSource {
  const exists = () => statSync(path, { throwIfNoEntry: false }) !== undefined;
  return {
    *read(fromSeq) {
      if (!exists()) return;
      const reader = readJournal(path);
      try {
        yield* reader.read(fromSeq);
      } finally {
        reader.close();
      }
    },
    head() {
      if (!exists()) return { seq: 0 };
      const reader = readJournal(path);
      try {
        return reader.head();
      } finally {
        reader.close();
      }
    },
  };
}

function mtimeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function agentOptionsOf({ config, playbooks }: DaemonOptions, { actuators, slos = [] }: Adapters): AgentOptions {
  return {
    clusterId: config.cluster.id,
    slos: config.slos.length > 0 ? config.slos : slos,
    playbooks,
    supportedActions: new Set(actuators.flatMap((actuator) => [...actuator.actions])),
    someoneCanAnswer: true,
    rehearses: true,
    advice: config.llm === null ? null : { ...config.llm, sureConfidence, prompts: loadPrompts() },
    shippedModels: loadShippedModels(),
  };
}

/** Where pages go; with none configured the agent cannot page, and says so. */
function notifiersOf({ notify, slack }: Config): Notifier[] {
  return [
    ...(notify.webhookUrl === null ? [] : [webhookNotifier(notify.webhookUrl)]),
    ...(notify.alertmanagerUrl === null ? [] : [alertmanagerNotifier(notify.alertmanagerUrl, systemClock)]),
    ...(slack === null ? [] : [slackNotifier(slack)]),
  ];
}

/** The adviser's model; with none configured there is nothing to connect to. */
function modelOf({ llm }: Config): LanguageModel | null {
  if (llm === null) return null;
  const apiKey = llm.apiKeyFile === null ? process.env.OPENAI_API_KEY : readFileSync(llm.apiKeyFile, 'utf8').trim();
  return chatModel({ baseUrl: llm.baseUrl, model: llm.model, apiKey: apiKey ?? 'none' });
}

/** Builds the collectors and actuators that a configuration names. */
export function adaptersOf(
  config: Config,
  { calls, scenario }: { readonly calls?: CallBudget; readonly scenario?: Scenario | undefined } = {},
): Adapters {
  const { engine, cluster, nats } = config;
  switch (engine.kind) {
    case 'docker': {
      const shared = { clusterId: cluster.id, label: engine.label, clock: systemClock, timer: systemTimer };
      const address = { socketPath: engine.socketPath };
      const docker = dockerCollector({ ...shared, address, calls });
      const hands = dockerActuator({ ...shared, address, lastAddressOf: docker.lastAddressOf });
      const pager = pageActuator(notifiersOf(config));
      if (nats === null) return { collectors: [docker], actuators: [hands, pager] };
      // Where a server is monitored is configured; which replica group it belongs to, its container says.
      const brokers = () =>
        Object.entries(nats.monitor).map(([instanceId, url]) => ({
          instanceId,
          url,
          replicaGroup: docker.endpoints().find((one) => one.instanceId === instanceId)?.replicaGroup ?? null,
        }));
      return {
        collectors: [docker, natsCollector({ brokers, ...systemPorts, calls })],
        actuators: [hands, pager, natsActuator({ brokers })],
      };
    }
    case 'sim': {
      const plays = scenario ?? calmDay(engine.preset);
      const played = { ...plays, cluster: { ...plays.cluster, id: cluster.id } };
      const simulator = liveSimulator({ scenario: played, seed: engine.seed, clock: systemClock, timer: systemTimer });
      return { ...simulator, actuators: [...simulator.actuators, pageActuator(notifiersOf(config))] };
    }
    default:
      return engine satisfies never;
  }
}
