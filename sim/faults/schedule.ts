import type { ClusterState } from '../cluster/state.ts';
import type { FaultTruth, Truth } from '../truth.ts';
import type { World } from '../world.ts';
import { faultKindOf } from './catalogue.ts';
import { hasBegun } from './pressing.ts';

/** Puts every fault of the scenario on the clock. */
export function scheduleFaults(world: World): void {
  for (const entry of world.truth.faults) {
    world.timer.setAt(entry.fault.atMs, () => begin(world, entry));
    if (entry.fault.lastsMs !== null)
      world.timer.setAt(entry.fault.atMs + entry.fault.lastsMs, () =>
        faultKindOf(entry.fault.kind).end(world.state, entry.fault),
      );
  }
}

function begin(world: World, entry: FaultTruth): void {
  entry.state = 'live';
  entry.liveAtMs = world.clock.nowMs();
  faultKindOf(entry.fault.kind).begin(world.state, entry.fault, (name, spec) =>
    world.act({ name, isPerson: true, decisionId: null }, spec, () => {}),
  );
}

/**
 * One tick of all faults that have begun. A fault whose effect is gone is mitigated, whoever did it; where its cause
 * still presses (a drained slow node, an absorbed surge) it is live again when the effect comes back.
 */
export function advanceFaults(state: ClusterState, truth: Truth, dtMs: number): void {
  for (const entry of truth.faults) {
    if (entry.state === 'scheduled') continue;
    const kind = faultKindOf(entry.fault.kind);
    kind.advance?.(state, entry.fault, dtMs);
    const isLive = kind.isLive(state, entry.fault);
    if (entry.state === 'live' && !isLive) {
      entry.state = 'mitigated';
      entry.mitigatedAtMs = state.kernel.nowMs();
    } else if (entry.state === 'mitigated' && isLive && hasBegun(state, entry.fault)) {
      entry.state = 'live';
      entry.mitigatedAtMs = null;
    }
  }
}
