import type { EntityRef } from '../../model/entity.ts';
import type { EffectName } from '../cluster/effects.ts';
import { isHealthy } from '../cluster/instances.ts';
import type { ClusterState } from '../cluster/state.ts';
import { type Fault, type FaultKind, numberOf, type ParamSpec } from './fault.ts';

/** Faults that press one effect on entities while they last, at once, creeping or on and off. */

interface Pressing extends Pick<FaultKind, 'kind' | 'means' | 'targets' | 'onset' | 'addressedBy'> {
  readonly effect: EffectName;
  /** Name and limits of the parameter that says how hard; null: the effect is only there or not. */
  readonly strength: { readonly name: string; readonly spec: ParamSpec } | null;
  /** Value without effect, from which a creeping onset starts. */
  readonly neutral: number;
  readonly isLive?: FaultKind['isLive'];
  /** What the target logs when it begins. */
  readonly log?: string;
}

const onsetParams: Readonly<Record<'ramp' | 'period', ParamSpec>> = {
  ramp: {
    unit: 'duration',
    range: [0, 86_400_000],
    fallback: 0,
    means: 'grows evenly to full strength in this time; 0 is sudden',
  },
  period: {
    unit: 'duration',
    range: [0, 86_400_000],
    fallback: 0,
    means: 'comes and goes, on for the first half of each period; 0 is constant',
  },
};

/** Nodes of a zone or site, the node itself, or any other entity as it is. */
export function spots(state: ClusterState, target: EntityRef): EntityRef[] {
  const nodes = (matches: (node: { zoneId: string; siteId: string }) => boolean): EntityRef[] =>
    [...state.nodes.values()].filter(matches).map((node) => ({ kind: 'node', id: node.id }));
  if (target.kind === 'zone') return nodes((node) => node.zoneId === target.id);
  if (target.kind === 'site') return nodes((node) => node.siteId === target.id);
  return [target];
}

export const hasBegun = (state: ClusterState, fault: Fault): boolean =>
  state.effects.holds(fault.target, 'begun', fault.id);

/** Nothing runs there any more: whoever moved everything away has dealt with it. */
export function hosts(state: ClusterState, target: EntityRef): boolean {
  const nodes = new Set(spots(state, target).map((spot) => spot.id));
  return [...state.instances.values()].some((instance) => nodes.has(instance.nodeId));
}

/** Whether an instance on those nodes, or the instance itself, is not healthy. */
export function harmsInstances(state: ClusterState, target: EntityRef): boolean {
  const places = new Set(spots(state, target).map((spot) => spot.id));
  const isHit = (id: string, nodeId: string) => (target.kind === 'instance' ? id === target.id : places.has(nodeId));
  return [...state.instances.values()].some(
    (instance) => isHit(instance.id, instance.nodeId) && !isHealthy(state, instance),
  );
}

export function pressing(kind: Pressing): FaultKind {
  const strengthAt = (fault: Fault, nowMs: number): number => {
    const full = kind.strength === null ? 1 : numberOf(fault, kind.strength.name);
    const [rampMs, periodMs] = [numberOf(fault, 'ramp'), numberOf(fault, 'period')];
    if (periodMs > 0 && (nowMs - fault.atMs) % periodMs >= periodMs / 2) return kind.neutral;
    const grown = rampMs === 0 ? 1 : Math.min(1, (nowMs - fault.atMs) / rampMs);
    return kind.neutral + (full - kind.neutral) * grown;
  };
  const press = (state: ClusterState, fault: Fault) => {
    const value = strengthAt(fault, state.kernel.nowMs());
    for (const spot of spots(state, fault.target))
      if (value === kind.neutral) state.effects.clear(spot, kind.effect, fault.id);
      else state.effects.set(spot, kind.effect, fault.id, value);
  };
  return {
    kind: kind.kind,
    means: kind.means,
    targets: kind.targets,
    onset: kind.onset,
    addressedBy: kind.addressedBy,
    params: { ...(kind.strength === null ? {} : { [kind.strength.name]: kind.strength.spec }), ...onsetParams },
    begin(state, fault) {
      state.effects.set(fault.target, 'begun', fault.id, 1);
      if (kind.log !== undefined) for (const spot of spots(state, fault.target)) state.news.log(spot, 'warn', kind.log);
      press(state, fault);
    },
    advance(state, fault) {
      if (hasBegun(state, fault)) press(state, fault);
    },
    end(state, fault) {
      state.effects.clearFault('begun', fault.id);
      state.effects.clearFault(kind.effect, fault.id);
    },
    isLive: kind.isLive ?? hasBegun,
  };
}
