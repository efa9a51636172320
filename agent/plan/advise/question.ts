import type { EntityKey, EntityRef } from '../../../model/entity.ts';
import { entityKey } from '../../../model/entity.ts';
import type { Diagnosis } from '../../../model/incident.ts';
import { wellKnownMetrics } from '../../../model/metrics.ts';
import type { Signal } from '../../../model/signal.ts';
import type { PlanDraft } from '../propose.ts';

/**
 * What the adviser is shown: typed values and handles, no name and no text of the cluster. Entities are X1, X2, ...;
 * evidence E1, ...; causes C1, ...; plans P1, ...; metrics that are not well known, whose names anybody may push, M1,
 * .... Log lines, explanations and labels stay at home, so an order that
 * somebody planted in them cannot be read (arXiv 2508.06394 shows why).
 */
export interface Question {
  readonly severity: number;
  readonly causes: readonly {
    readonly id: string;
    readonly kind: string;
    readonly entity: string;
    readonly confidence: number;
    readonly evidenceFor: number;
    readonly evidenceAgainst: number;
  }[];
  readonly evidence: readonly {
    readonly id: string;
    readonly kind: string;
    readonly entity: string;
    readonly metric: string | null;
    readonly severity: string;
    readonly score: number;
    readonly lastedSeconds: number;
  }[];
  readonly plans: readonly {
    readonly id: string;
    readonly playbook: string;
    readonly actions: readonly string[];
    readonly target: string;
    readonly risk: string;
    readonly healthyInstancesTaken: number;
    readonly capacityRatio: number;
  }[];
}

/** What was asked, with the ways back from handles to what they stand for. */
export interface AskedQuestion<Choice = PlanDraft> {
  readonly question: Question;
  readonly plans: ReadonlyMap<string, Choice>;
  readonly causeIds: readonly string[];
  readonly evidenceIds: readonly string[];
}

/** Most of each kind that is shown: what bounds the size of a prompt. */
const shownMax = { causes: 5, evidence: 16, plans: 5 };

/** @param signals raised signals of the incident */
export function buildQuestion(
  diagnosis: Diagnosis,
  drafts: readonly PlanDraft[],
  signals: readonly Signal[],
  severity: number,
  nowMs: number,
): AskedQuestion {
  const handle = entityHandles();
  const metricHandle = metricHandles();
  const causes = diagnosis.causes.slice(0, shownMax.causes).map((cause, index) => ({
    id: `C${index + 1}`,
    kind: cause.kind,
    entity: handle(cause.entity),
    confidence: round(cause.confidence),
    evidenceFor: cause.evidenceFor.length,
    evidenceAgainst: cause.evidenceAgainst.length,
  }));
  const evidence = signals.slice(0, shownMax.evidence).map((signal, index) => ({
    id: `E${index + 1}`,
    kind: signal.kind,
    entity: handle(signal.entity),
    metric: signal.metric === null ? null : metricHandle(signal.metric),
    severity: signal.severity,
    score: round(signal.score),
    lastedSeconds: Math.round((nowMs - signal.sinceMs) / 1_000),
  }));
  const shown = drafts.slice(0, shownMax.plans);
  const plans = shown.map((draft, index) => ({
    id: `P${index + 1}`,
    playbook: draft.playbook,
    actions: draft.steps.map((step) => step.action.name),
    target: handle(draft.steps[0]?.action.target ?? draft.cause.entity),
    risk: draft.risk,
    healthyInstancesTaken: draft.blastRadius.healthyInstances.length,
    capacityRatio: round(draft.blastRadius.capacityRatio),
  }));
  return {
    question: { severity, causes, evidence, plans },
    plans: new Map(shown.map((draft, index) => [`P${index + 1}`, draft])),
    causeIds: causes.map(({ id }) => id),
    evidenceIds: evidence.map(({ id }) => id),
  };
}

function entityHandles(): (entity: EntityRef) => string {
  const handles = new Map<EntityKey, string>();
  return (entity) => {
    const key = entityKey(entity);
    const known = handles.get(key);
    if (known !== undefined) return known;
    const handle = `X${handles.size + 1} (${entity.kind})`;
    handles.set(key, handle);
    return handle;
  };
}

function metricHandles(): (metric: string) => string {
  const handles = new Map<string, string>();
  return (metric) => {
    if (Object.hasOwn(wellKnownMetrics, metric)) return metric;
    const handle = handles.get(metric) ?? `M${handles.size + 1} (metric)`;
    handles.set(metric, handle);
    return handle;
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
