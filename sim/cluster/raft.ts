import { isWorking } from './instances.ts';
import { converses, lossBetween } from './network.ts';
import type { ClusterState, RaftMember, SimGroup } from './state.ts';

/*
 * Raft (Ongaro and Ousterhout, "In search of an understandable consensus algorithm", 2014) in ticks: terms, votes,
 * log matching, commit by majority, with the pre-vote and check-quorum of Ongaro's thesis (section 9.6).
 * Many entries move per tick, so a log is runs of (term, end) instead of entries.
 */

/** Timeouts between these give elections of 4 to 9 s, as measured on NATS JetStream 2.9 with a killed leader. */
const electionTimeoutMs = { least: 4000, most: 9000 };
/** Entries that a lagging member receives per second over a clean link. */
const catchUpPerS = 20_000;
/** A member further behind than this is not in sync. */
const inSyncLagEntries = 2000;

export const lastIndex = ({ log }: RaftMember): number => (log.length === 0 ? 0 : log[log.length - 1]!.end);
const lastTerm = ({ log }: RaftMember): number => (log.length === 0 ? 0 : log[log.length - 1]!.term);

/** A fresh group: no leader, empty logs, everybody about to stand. */
export function createGroup(
  state: ClusterState,
  spec: {
    readonly id: string;
    readonly members: readonly string[];
    readonly quorum: number;
    readonly minInSync: number;
  },
): SimGroup {
  const members = spec.members.map(
    (instanceId): RaftMember => ({
      instanceId,
      instance: state.instances.get(instanceId)!,
      term: 0,
      votedFor: null,
      role: 'follower',
      log: [],
      commit: 0,
      heardAtMs: state.kernel.nowMs(),
      timeoutMs: drawTimeoutMs(state, spec.id),
    }),
  );
  return {
    id: spec.id,
    members,
    quorum: spec.quorum,
    minInSync: spec.minInSync,
    leaderId: null,
    leader: null,
    writable: false,
    inSync: new Set(),
    settledAtMs: 0,
    catchUpEntries: 0,
    elections: 0,
  };
}

function drawTimeoutMs(state: ClusterState, groupId: string): number {
  return Math.round(state.streams.of(`raft/${groupId}`).between(electionTimeoutMs.least, electionTimeoutMs.most));
}

/** Whether a member's process takes part at all. */
export function memberIsUp(state: ClusterState, member: RaftMember): boolean {
  return member.instance.networkAttached && isWorking(state, member.instance);
}

function talks(state: ClusterState, a: RaftMember, b: RaftMember): boolean {
  return memberIsUp(state, a) && memberIsUp(state, b) && converses(state, a.instance.node, b.instance.node);
}

/** A member whose instance was scaled away writes nothing, wherever its disk was. */
function diskIsFull(state: ClusterState, { instance: { row, removed } }: RaftMember): boolean {
  return removed || state.nodeColumns.of.isDiskFull[state.instanceColumns.of.nodeRow[row]!] === 1;
}

/** The member that leads for clients: up, of the highest term, in touch with a majority. */
function leaderOf(state: ClusterState, group: SimGroup): RaftMember | null {
  let leader: RaftMember | null = null;
  for (const member of group.members)
    if (member.role === 'leader' && memberIsUp(state, member) && member.term > (leader?.term ?? -1)) leader = member;
  return leader !== null && touches(state, group, leader) * 2 > group.members.length ? leader : null;
}

function touches(state: ClusterState, group: SimGroup, member: RaftMember): number {
  let count = 0;
  for (const other of group.members) if (other === member || talks(state, member, other)) count++;
  return count;
}

/** A group accepts writes with a leader that has room on its disk, and with enough members in sync. */
function acceptsWrites(state: ClusterState, group: SimGroup, leader: RaftMember | null): boolean {
  return leader !== null && !diskIsFull(state, leader) && group.inSync.size >= Math.max(group.quorum, group.minInSync);
}

/** The leader writes `count` entries of its term. Call only while writable. */
export function appendEntries(group: SimGroup, count: number): void {
  const { leader } = group;
  if (leader === null || count <= 0) return;
  appendRun(leader, leader.term, lastIndex(leader) + count);
}

function appendRun(member: RaftMember, term: number, end: number): void {
  const last = member.log.at(-1);
  if (last !== undefined && last.term === term) last.end = end;
  else member.log.push({ term, end });
}

/** One turn: leaders send, the silent stand for election, what a majority holds is committed. */
export function advanceGroup(state: ClusterState, group: SimGroup, dtMs: number): void {
  group.catchUpEntries = 0;
  const { leader } = group;
  if (leader !== null && isSettled(state, group, leader, dtMs)) {
    passOn(group, leader);
    group.settledAtMs = state.kernel.nowMs();
    return;
  }
  for (const member of group.members) member.heardAtMs = Math.max(member.heardAtMs, group.settledAtMs);
  for (const member of group.members) if (member.role === 'leader') lead(state, group, member, dtMs);
  const now = state.kernel.nowMs();
  for (const member of group.members) {
    if (!memberIsUp(state, member)) {
      // A process that comes back starts as a follower and waits a full timeout before it stands.
      if (member.instance.state === 'stopped' && !member.instance.removed) member.role = 'follower';
      member.heardAtMs = now;
    } else if (member.role !== 'leader' && now - member.heardAtMs >= member.timeoutMs)
      campaign(state, group, member, true);
  }
  publishView(state, group);
}

/**
 * Whether the turn can be nothing but the leader's new entries reaching everybody: all are up, of one term, in sync and
 * within one turn of its log. A log whose last entry is of the leader's term is a prefix of the leader's (log matching,
 * section 5.3 of the paper), so that nothing needs to be compared.
 */
function isSettled(state: ClusterState, group: SimGroup, leader: RaftMember, dtMs: number): boolean {
  if (isPressed(state) || leader.role !== 'leader' || group.inSync.size !== group.members.length) return false;
  const least = lastIndex(leader) - Math.min(inSyncLagEntries, Math.round((catchUpPerS * dtMs) / 1000));
  for (const member of group.members) {
    if (member.term !== leader.term || lastTerm(member) !== leader.term || lastIndex(member) < least) return false;
    if (member !== leader && member.role !== 'follower') return false;
    const { instance } = member;
    if (instance.state !== 'running' || !instance.networkAttached || diskIsFull(state, member)) return false;
  }
  return true;
}

/** Whether anything in the cluster hangs, is cut off, loses packets or is slow. */
function isPressed({ effects: { inUse } }: ClusterState): boolean {
  return inUse.hang || inUse.isolated || inUse.muted || inUse.linkCut || inUse.loss || inUse.slowdown;
}

/** Such a turn: followers take all that the leader has, and commit what it had committed before. */
function passOn(group: SimGroup, leader: RaftMember): void {
  const end = lastIndex(leader);
  for (const member of group.members) {
    if (member === leader) continue;
    member.log.at(-1)!.end = end;
    member.commit = Math.max(member.commit, Math.min(leader.commit, end));
  }
  leader.commit = end;
}

function lead(state: ClusterState, group: SimGroup, leader: RaftMember, dtMs: number): void {
  if (!memberIsUp(state, leader)) return;
  const now = state.kernel.nowMs();
  let touched = 1;
  for (const member of group.members) {
    if (member === leader || !talks(state, leader, member)) continue;
    touched++;
    if (member.term > leader.term) {
      stepDown(leader, member.term, now);
      return;
    }
    stepDown(member, leader.term, now);
    replicate(state, group, leader, member, dtMs);
  }
  if (touched * 2 > group.members.length) leader.heardAtMs = now;
  else if (now - leader.heardAtMs >= electionTimeoutMs.least) stepDown(leader, leader.term, now);
  commitMajority(group, leader);
}

function stepDown(member: RaftMember, term: number, nowMs: number): void {
  if (term > member.term) {
    member.term = term;
    member.votedFor = null;
  }
  member.role = 'follower';
  member.heardAtMs = nowMs;
}

/** Log matching: keep the common prefix, drop what conflicts, take what follows as far as the link allows. */
function replicate(state: ClusterState, group: SimGroup, leader: RaftMember, member: RaftMember, dtMs: number): void {
  const common = commonPrefix(leader, member);
  if (lastIndex(member) > common) truncate(member, common);
  if (diskIsFull(state, member)) return;
  const link = 1 - lossBetween(state, leader.instance.node, member.instance.node);
  const disk = state.effects.product('node', member.instance.nodeId, 'slowdown');
  // TCP throughput falls about with the square of the share that arrives on lossy links; enough for a flow model.
  const room = Math.round(((catchUpPerS * dtMs) / 1000) * link * link * (1 / disk));
  const end = Math.min(lastIndex(leader), common + room);
  for (const run of leader.log) {
    if (run.end > lastIndex(member)) appendRun(member, run.term, Math.min(run.end, end));
    if (lastIndex(member) >= end) break;
  }
  const behind = lastIndex(leader) - common;
  if (behind > inSyncLagEntries) group.catchUpEntries += end - common;
  member.commit = Math.max(member.commit, Math.min(leader.commit, lastIndex(member)));
}

/** Last index up to which two logs agree. */
function commonPrefix(a: RaftMember, b: RaftMember): number {
  let index = 0;
  for (let i = 0; i < Math.min(a.log.length, b.log.length); i++) {
    if (a.log[i]!.term !== b.log[i]!.term) return index;
    index = Math.min(a.log[i]!.end, b.log[i]!.end);
    if (a.log[i]!.end !== b.log[i]!.end) return index;
  }
  return index;
}

function truncate(member: RaftMember, end: number): void {
  member.log = member.log.filter((_run, i) => i === 0 || member.log[i - 1]!.end < end);
  const last = member.log.at(-1);
  if (last !== undefined) last.end = Math.min(last.end, end);
  if (last?.end === 0) member.log = [];
}

function commitMajority(group: SimGroup, leader: RaftMember): void {
  const matches = group.members.map((member) => commonPrefix(leader, member)).sort((a, b) => b - a);
  const majority = matches[Math.floor(group.members.length / 2)]!;
  // Only entries of the leader's own term are committed by counting (section 5.4.2 of the paper).
  const run = leader.log.at(-1);
  const startOfTerm = leader.log.at(-2)?.end ?? 0;
  if (run?.term === leader.term && majority > startOfTerm) leader.commit = Math.max(leader.commit, majority);
}

/** Stands for election. With `asksFirst` a pre-vote keeps a member that nobody misses from raising the term. */
export function campaign(state: ClusterState, group: SimGroup, member: RaftMember, asksFirst: boolean): boolean {
  const now = state.kernel.nowMs();
  member.heardAtMs = now;
  member.timeoutMs = drawTimeoutMs(state, group.id);
  const voters = group.members.filter((other) => other !== member && talks(state, member, other));
  const majority = Math.floor(group.members.length / 2) + 1;
  const hears = (voter: RaftMember) => voter.role === 'leader' || now - voter.heardAtMs < electionTimeoutMs.least / 2;
  if (asksFirst) {
    const willing = voters.filter((voter) => isUpToDate(member, voter) && !hears(voter));
    if (willing.length + 1 < majority) return false;
  }
  member.term = Math.max(member.term, ...voters.map((voter) => voter.term)) + 1;
  member.votedFor = member.instanceId;
  member.role = 'candidate';
  let votes = 1;
  for (const voter of voters) if (grantsVote(voter, member, now)) votes++;
  if (votes < majority) return false;
  member.role = 'leader';
  // A leader opens its term with an entry of its own, without which older entries could never be committed.
  appendRun(member, member.term, lastIndex(member) + 1);
  group.elections++;
  return true;
}

function isUpToDate(candidate: RaftMember, voter: RaftMember): boolean {
  if (lastTerm(candidate) !== lastTerm(voter)) return lastTerm(candidate) > lastTerm(voter);
  return lastIndex(candidate) >= lastIndex(voter);
}

function grantsVote(voter: RaftMember, candidate: RaftMember, nowMs: number): boolean {
  if (candidate.term > voter.term) {
    voter.term = candidate.term;
    voter.votedFor = null;
    voter.role = 'follower';
  }
  const free = voter.votedFor === null || voter.votedFor === candidate.instanceId;
  if (candidate.term < voter.term || !free || !isUpToDate(candidate, voter)) return false;
  voter.votedFor = candidate.instanceId;
  voter.heardAtMs = nowMs;
  return true;
}

/** The leader misses its heartbeats: it steps down and the others elect. Part of leader flapping. */
export function dropLeadership(state: ClusterState, group: SimGroup): void {
  const leader = leaderOf(state, group);
  if (leader !== null) stepDown(leader, leader.term, state.kernel.nowMs());
  publishView(state, group);
}

/** Hands leadership to a member that is in sync; false where that cannot be done. */
export function transferLeader(state: ClusterState, group: SimGroup, to: RaftMember): boolean {
  const leader = leaderOf(state, group);
  if (leader === null || to === leader || !group.inSync.has(to.instanceId) || !talks(state, leader, to)) return false;
  replicate(state, group, leader, to, 1000);
  const won = campaign(state, group, to, false);
  publishView(state, group);
  return won;
}

/** What clients and collectors see: the leader and who is in sync. */
function publishView(state: ClusterState, group: SimGroup): void {
  const leader = leaderOf(state, group);
  if (leader !== null && leader.instanceId !== group.leaderId)
    state.news.event({ kind: 'replica-group', id: group.id }, 'leader.elected', {
      leader: leader.instanceId,
      term: leader.term,
    });
  group.leader = leader;
  group.leaderId = leader?.instanceId ?? null;
  const reference = leader === null ? Math.max(...group.members.map(lastIndex)) : lastIndex(leader);
  const isInSync = (member: RaftMember): boolean => {
    const reachable = leader === null ? memberIsUp(state, member) : member === leader || talks(state, leader, member);
    return reachable && !diskIsFull(state, member) && reference - lastIndex(member) <= inSyncLagEntries;
  };
  // Filled anew only when it changed, which it does in few turns.
  if (group.members.some((member) => isInSync(member) !== group.inSync.has(member.instanceId))) {
    group.inSync.clear();
    for (const member of group.members) if (isInSync(member)) group.inSync.add(member.instanceId);
  }
  group.writable = acceptsWrites(state, group, leader);
}
