import type { ClusterState, SimNode } from './state.ts';

/** Who reaches whom. A partition isolates nodes from all others; nodes isolated by the same fault still see each other. */

/** Whether a packet from one node arrives at another. */
function reaches(state: ClusterState, fromId: string, toId: string): boolean {
  if (fromId === toId) return true;
  const from = state.nodes.get(fromId)!;
  const to = state.nodes.get(toId)!;
  if (!from.powered || !to.powered) return false;
  const { effects } = state;
  // The value of `isolated` is the number of the side: equal numbers are on one side of the cut.
  if (effects.sum('node', fromId, 'isolated') !== effects.sum('node', toId, 'isolated')) return false;
  if (effects.has('node', fromId, 'muted')) return false;
  return from.siteId === to.siteId || !(linkIsCut(state, from) || linkIsCut(state, to));
}

function linkIsCut(state: ClusterState, node: SimNode): boolean {
  return state.effects.has('node', node.id, 'linkCut');
}

/** Both ways: what a request with an answer needs. */
export function converses(state: ClusterState, aId: string, bId: string): boolean {
  return reaches(state, aId, bId) && reaches(state, bId, aId);
}

/** Share of packets lost between two nodes. */
export function lossBetween(state: ClusterState, aId: string, bId: string): number {
  if (aId === bId) return 0;
  const kept = (1 - nodeLoss(state, aId)) * (1 - nodeLoss(state, bId));
  return 1 - kept;
}

export function nodeLoss(state: ClusterState, nodeId: string): number {
  return Math.min(1, state.effects.sum('node', nodeId, 'loss'));
}

/** Whether the control plane, which lives in the first core site, reaches a node. */
export function controlReaches(state: ClusterState, node: SimNode): boolean {
  if (!node.powered) return false;
  if (state.effects.has('node', node.id, 'isolated') || state.effects.has('node', node.id, 'muted')) return false;
  return !linkIsCut(state, node);
}
