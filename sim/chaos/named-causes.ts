import type { EntityRef } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';
import { type CauseKind, type Diagnosis, type RankedCause, surelyRatio } from '../../model/incident.ts';
import type { Plan } from '../../model/plan.ts';
import type { JournalRow } from '../../model/record.ts';

/*
 * What the agent concluded of each incident: the causes that it acted on, as its later diagnoses corrected them, and
 * what else it told people of in the end.
 */

export interface Cause {
  readonly kind: CauseKind;
  readonly entity: EntityRef;
}

/** Causes of all incidents of a run, each once. */
export function namedCauses(rows: readonly JournalRow[]): readonly Cause[] {
  const diagnoses = Map.groupBy(
    rows.flatMap(({ record }) => (record.type === 'diagnosis' ? [record] : [])),
    ({ incidentId }) => incidentId,
  );
  const plans = Map.groupBy(
    rows.flatMap(({ record }) => (record.type === 'plan' ? [record] : [])),
    ({ incidentId }) => incidentId,
  );
  const acted = actedOn(rows);
  const all = [...diagnoses].flatMap(([id, told]) => concluded(told, plans.get(id) ?? [], acted));
  return [...new Map(all.map((cause) => [causeKey(cause), cause])).values()];
}

export function causeKey({ kind, entity }: Cause): string {
  return `${kind} ${entityKey(entity)}`;
}

/** Decisions with an effect. A page changes nothing, and who pages may still learn more. */
function actedOn(rows: readonly JournalRow[]): ReadonlySet<string> {
  return new Set(
    rows.flatMap(({ record }) =>
      record.type === 'action' && record.spec.name !== 'person.page' ? [record.decisionId] : [],
    ),
  );
}

function concluded(told: readonly Diagnosis[], plans: readonly Plan[], acted: ReadonlySet<string>): readonly Cause[] {
  const last = leadersOf(told.at(-1)!.causes);
  const first = plans.findIndex(({ decisionId }) => acted.has(decisionId));
  if (first === -1) return last;
  const named: RankedCause[] = [];
  for (const plan of plans.slice(first)) {
    for (const cause of rankedAt(told, plan)) {
      const wrong = named.findIndex((earlier) => isCorrectedBy(earlier, cause, told));
      if (wrong !== -1) named[wrong] = cause;
      else if (acted.has(plan.decisionId)) named.push(cause);
    }
  }
  const kept = named.map(
    (cause) => last.find((later) => isCorrectedBy(cause, later, told) && areRivals(cause, later)) ?? cause,
  );
  const toldOf = last.filter((later) => plans.some(({ cause }) => causeKey(cause) === causeKey(later)));
  return [...kept, ...toldOf];
}

/** Another word on the same entity takes the first one back, unless one diagnosis had both, each for reasons of its own. */
function isCorrectedBy(earlier: RankedCause, later: RankedCause, told: readonly Diagnosis[]): boolean {
  if (entityKey(earlier.entity) !== entityKey(later.entity) || earlier.kind === later.kind) return false;
  const both = told.some(({ causes }) => {
    const leaders = leadersOf(causes).map(causeKey);
    return leaders.includes(causeKey(earlier)) && leaders.includes(causeKey(later));
  });
  return !both;
}

/** The cause of a plan as the diagnosis that it was made from ranked it. */
function rankedAt(told: readonly Diagnosis[], { cause, atMs }: Plan): readonly RankedCause[] {
  const from = told.findLast((one) => one.atMs <= atMs);
  return from?.causes.filter((ranked) => causeKey(ranked) === causeKey(cause)) ?? [];
}

/** The likeliest causes that may hold at the same time: of rivals for the same evidence only the first. */
function leadersOf(causes: readonly RankedCause[]): readonly RankedCause[] {
  const leaders: RankedCause[] = [];
  for (const cause of causes) {
    if (cause.confidence >= surelyRatio && !leaders.some((leader) => areRivals(leader, cause))) leaders.push(cause);
  }
  return leaders;
}

/** Two explanations of the same: on one entity they have evidence in common, elsewhere the second has none of its own. */
function areRivals(first: RankedCause, second: RankedCause): boolean {
  const [ofFirst, ofSecond] = [evidenceOf(first), evidenceOf(second)];
  return entityKey(first.entity) === entityKey(second.entity)
    ? ofSecond.some((one) => ofFirst.includes(one))
    : ofSecond.every((one) => ofFirst.includes(one));
}

/** What speaks for a cause. What was logged there speaks, a little, for every cause at the place. */
function evidenceOf({ evidenceFor }: RankedCause): readonly string[] {
  const [first, ...others] = evidenceFor.map(({ signalId, text }) => signalId ?? text);
  return first === undefined ? [] : [first, ...others.filter((one) => !one.startsWith('log-'))];
}
