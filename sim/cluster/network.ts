import type { SimInstance } from './instance.ts';
import type { SimNode } from './node.ts';
import type { ClusterState } from './state.ts';

/** Who reaches whom. A partition isolates nodes from all others; nodes isolated by the same fault still see each other. */

/** Whether a packet from one node arrives at another. */
function reaches(state: ClusterState, from: SimNode, to: SimNode): boolean {
  if (from === to) return true;
  if (!from.powered || !to.powered) return false;
  if (!isCut(state)) return true;
  const { effects } = state;
  // The value of `isolated` is the number of the side: equal numbers are on one side of the cut.
  if (effects.sum('node', from.id, 'isolated') !== effects.sum('node', to.id, 'isolated')) return false;
  if (effects.has('node', from.id, 'muted')) return false;
  return from.siteId === to.siteId || !(linkIsCut(state, from) || linkIsCut(state, to));
}

/** Whether the network is cut anywhere. */
export function isCut({ effects: { inUse } }: ClusterState): boolean {
  return inUse.isolated || inUse.muted || inUse.linkCut;
}

function linkIsCut(state: ClusterState, node: SimNode): boolean {
  return state.effects.has('node', node.id, 'linkCut');
}

/** Both ways: what a request with an answer needs. */
export function converses(state: ClusterState, a: SimNode, b: SimNode): boolean {
  return reaches(state, a, b) && reaches(state, b, a);
}

/** The same for two processes that run; then their nodes have power. */
export function talks(state: ClusterState, a: SimInstance, b: SimInstance): boolean {
  return !isCut(state) || converses(state, a.node, b.node);
}

/** Share of packets lost between two nodes. */
export function lossBetween(state: ClusterState, a: SimNode, b: SimNode): number {
  if (a === b || !state.effects.inUse.loss) return 0;
  const kept = (1 - nodeLoss(state, a.id)) * (1 - nodeLoss(state, b.id));
  return 1 - kept;
}

export function nodeLoss(state: ClusterState, nodeId: string): number {
  return Math.min(1, state.effects.sum('node', nodeId, 'loss'));
}

/** Whether the control plane, which lives in the first core site, reaches a node. */
export function controlReaches(state: ClusterState, node: SimNode): boolean {
  if (!node.powered) return false;
  const { effects } = state;
  if (effects.has('node', node.id, 'isolated') || effects.has('node', node.id, 'muted')) return false;
  return !linkIsCut(state, node);
}
