import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AgentFace, OwnStatus } from '../agent/views/face.ts';
import { actionCatalogue } from '../model/actions.ts';
import type { Approval } from '../model/approval.ts';
import { wellKnownMetrics } from '../model/metrics.ts';
import type { Outcome } from '../model/outcome.ts';
import type { JournalRow } from '../model/record.ts';
import { modes, type Verdict } from '../model/verdict.ts';
import { version } from './version.ts';

/** Bounds of the histograms in seconds: from one tick to the longest that a question may wait. */
const verifyBucketsSeconds = [5, 10, 30, 60, 120, 300, 600, 1_800];
const waitBucketsSeconds = [10, 30, 60, 300, 600, 1_800, 3_600];

/**
 * The agent's own metrics. Labels come from closed lists (effects, action names, modes, configured collectors), never
 * from telemetry, so that their number is bounded whatever the cluster sends.
 */
export interface OwnMetrics {
  /** Counts what one journalled row tells. */
  readonly count: (row: JournalRow) => void;
  /** The Prometheus text format. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

export function createMetrics(agent: AgentFace): OwnMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const countRow = createCounters(registry, agent);
  const setGauges = createGauges(registry, agent);
  return {
    count: countRow,
    contentType: registry.contentType,
    text() {
      setGauges();
      return registry.metrics();
    },
  };
}

function createCounters(registry: Registry, agent: AgentFace): (row: JournalRow) => void {
  const registers = [registry];
  const decisions = new Counter({
    name: 'homeostat_decisions_total',
    help: 'Verdicts of the guard',
    labelNames: ['effect', 'action'],
    registers,
  });
  const actions = new Counter({
    name: 'homeostat_actions_total',
    help: 'Actions by how they ended',
    labelNames: ['action', 'result'],
    registers,
  });
  const verify = new Histogram({
    name: 'homeostat_verify_duration_seconds',
    help: 'From the last answer to the outcome',
    buckets: verifyBucketsSeconds,
    registers,
  });
  const wait = new Histogram({
    name: 'homeostat_approval_wait_seconds',
    help: 'From a question to its end',
    buckets: waitBucketsSeconds,
    registers,
  });
  const incidents = new Counter({
    name: 'homeostat_incidents_total',
    help: 'Incidents opened',
    labelNames: ['severity'],
    registers,
  });

  const countVerdict = (verdict: Verdict) => {
    const steps = agent.knowledge().decisions.get(verdict.decisionId)?.plan.steps ?? [];
    for (const name of new Set(steps.map((step) => step.action.name))) {
      if (name in actionCatalogue) decisions.inc({ effect: verdict.effect, action: name });
    }
  };
  const countOutcome = (outcome: Outcome) => {
    const done = [...(agent.knowledge().decisions.get(outcome.decisionId)?.actions.values() ?? [])];
    for (const action of done) actions.inc({ action: action.spec.name, result: outcome.result });
    const lastAtMs = Math.max(...done.filter((action) => action.purpose === 'apply').map((action) => action.atMs));
    if (Number.isFinite(lastAtMs)) verify.observe((outcome.atMs - lastAtMs) / 1_000);
  };
  const countApproval = (approval: Approval) => {
    if (approval.state !== 'requested') wait.observe((approval.atMs - approval.requestedAtMs) / 1_000);
  };
  return ({ record }) => {
    if (record.type === 'verdict') countVerdict(record);
    else if (record.type === 'outcome') countOutcome(record);
    else if (record.type === 'approval') countApproval(record);
    else if (record.type === 'incident' && record.atMs === record.openedAtMs) {
      incidents.inc({ severity: String(record.severity) });
    }
  };
}

function createGauges(registry: Registry, agent: AgentFace): () => void {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `homeostat_${name}`, help, labelNames, registers });
  const dataAge = gauge('data_age_seconds', 'Age of the newest data of a collector', ['source']);
  const mode = gauge('mode', '1 for the mode in force', ['mode']);
  const policy = gauge('policy_info', '1 for the policy in force', ['version']);
  const forecastError = gauge('forecast_error_ratio', 'Largest past error of the forecasts of a metric', ['metric']);
  const flags = gauge('flag', '1 while it holds', ['flag']);
  const open = gauge('open_incidents', 'Incidents that are not resolved', ['severity']);
  const waiting = gauge('waiting_approvals', 'Questions that wait for people');
  const ownUse = gauge('own_use', 'What the process uses: bytes, cores, calls a minute', ['resource']);
  const ownLimit = gauge('own_limit', 'What the process may use', ['resource']);
  gauge('build_info', '1 for the running version', ['version']).set({ version }, 1);
  return () => {
    const status = agent.status();
    for (const perScrape of [dataAge, policy, forecastError, open]) perScrape.reset();
    for (const [source, ageMs] of Object.entries(status.dataAgeMs)) {
      if (ageMs !== null) dataAge.set({ source }, ageMs / 1_000);
    }
    for (const name of modes) mode.set({ mode: name }, status.mode === name ? 1 : 0);
    policy.set({ version: status.policyHash.slice(0, 12) }, 1);
    flags.set({ flag: 'ready' }, Number(status.ready));
    flags.set({ flag: 'lease-held' }, Number(status.holdsLease));
    flags.set({ flag: 'paused' }, Number(status.paused !== null));
    flags.set({ flag: 'stop' }, Number(status.stop !== null));
    setOwnUse(status.own, ownUse, ownLimit);
    setFromKnowledge(agent, { forecastError, open, waiting });
  };
}

function setOwnUse(own: OwnStatus | null, use: Gauge, limit: Gauge): void {
  if (own === null) return;
  use.set({ resource: 'memory' }, own.memoryBytes);
  use.set({ resource: 'cpu' }, own.cpuRatio);
  use.set({ resource: 'calls' }, own.callsPerMinute);
  limit.set({ resource: 'memory' }, own.memoryBytesMax);
  limit.set({ resource: 'cpu' }, own.cpuRatioMax);
  limit.set({ resource: 'calls' }, own.callsPerMinuteMax);
}

interface KnowledgeGauges {
  readonly forecastError: Gauge;
  readonly open: Gauge;
  readonly waiting: Gauge;
}

function setFromKnowledge(agent: AgentFace, { forecastError, open, waiting }: KnowledgeGauges): void {
  const knowledge = agent.knowledge();
  for (const incident of knowledge.incidents.values()) {
    if (incident.resolvedAtMs === null) open.inc({ severity: String(incident.severity) });
  }
  const approvals = [...knowledge.decisions.values()].map((decision) => decision.approval?.state);
  waiting.set(approvals.filter((state) => state === 'requested').length);
  const worst = new Map<string, number>();
  for (const { metric, pastErrorRatio } of knowledge.forecasts.values()) {
    const label = metric in wellKnownMetrics ? metric : 'other';
    if (pastErrorRatio !== null) worst.set(label, Math.max(worst.get(label) ?? 0, pastErrorRatio));
  }
  for (const [metric, ratio] of worst) forecastError.set({ metric }, ratio);
}
