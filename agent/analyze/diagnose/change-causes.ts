import type { EntityRef } from '../../../model/entity.ts';
import type { Signal } from '../../../model/signal.ts';
import { type Clues, type Hypothesis, signalOf, Weighing } from './hypothesis.ts';

// This share of a workload must show the symptom for it to be shared.
const mostOf = 0.5;

/** Causes that a change to a workload brought: a bad version, a wrong setting. */
export function changeCauses(clues: Clues): Hypothesis[] {
  const ids = new Set(
    clues.own.flatMap(({ entity }) => {
      if (entity.kind === 'workload') return [entity.id];
      return entity.kind === 'instance' ? (clues.topology.instances.get(entity.id)?.workloadId ?? []) : [];
    }),
  );
  return [...ids].flatMap((id) => [
    changed(clues, { kind: 'workload', id }, 'bad-deploy', 'workload.deployed'),
    changed(clues, { kind: 'workload', id }, 'config-error', 'config.changed'),
  ]);
}

function changed(
  clues: Clues,
  workload: EntityRef,
  kind: 'bad-deploy' | 'config-error',
  event: 'workload.deployed' | 'config.changed',
): Hypothesis {
  const change = signalOf(clues, workload, 'changed', event);
  const errors = shared(clues, workload, (s) => s.metric === 'work.errors');
  const slower = shared(clues, workload, (s) => s.metric === 'work.duration' && s.kind === 'level-high');
  const growing = shared(clues, workload, (s) => s.kind === 'trend-to-limit' && s.metric === 'memory.usage');
  const dying = shared(clues, workload, (s) => s.kind === 'missing' || s.kind === 'killed-for-memory');
  // A new setting is rolled out like a new version; the setting is the narrower explanation.
  const setting = kind === 'bad-deploy' ? signalOf(clues, workload, 'changed', 'config.changed') : undefined;
  const symptoms = errors.length + slower.length + growing.length + dying.length;
  const before =
    change !== undefined &&
    [...errors, ...slower, ...growing, ...dying].some((symptom) => mayFollow(symptom, change.sinceMs));
  return new Weighing(kind, workload)
    .signal(change, before ? 2.5 : 0.5)
    .signal(errors[0], 2)
    .signal(slower[0], 1)
    .signal(growing[0], 1.5)
    .signal(dying[0], 1)
    .signal(setting, -2)
    .fact(symptoms === 0, -3, `most of ${workload.id} shows no symptom`)
    .missing(
      change === undefined,
      `a ${kind === 'bad-deploy' ? 'deployment' : 'change of configuration'} of ${workload.id}`,
    ).hypothesis;
}

// What a change breaks shows soon; what it leaks takes long to be seen.
const showsWithinMs = 600_000;

function mayFollow(symptom: Signal, changedAtMs: number): boolean {
  if (symptom.sinceMs < changedAtMs - 5_000) return false;
  const creeps = symptom.kind === 'trend-to-limit' || symptom.kind === 'killed-for-memory';
  return creeps || symptom.sinceMs <= changedAtMs + showsWithinMs;
}

/** The signals of a symptom that most members of a workload share; none where it is only a few. */
function shared(clues: Clues, workload: EntityRef, matches: (signal: Signal) => boolean): Signal[] {
  const members = clues.topology.instancesOfWorkload.get(workload.id) ?? [];
  const ids = new Set(members.map((member) => member.id));
  const found = clues.all.filter((s) => s.entity.kind === 'instance' && ids.has(s.entity.id) && matches(s));
  const share = new Set(found.map((s) => s.entity.id)).size / Math.max(1, members.length);
  return share >= mostOf ? found : [];
}
