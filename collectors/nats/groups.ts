import type { ReplicaGroup } from '../../model/inventory.ts';
import type { BrokerStatus } from './brokers.ts';
import type { StreamView } from './monitoring.ts';

/** One stream as all servers together see it. */
export interface StreamPicture {
  readonly group: ReplicaGroup;
  /** Name of the stream at the servers; the group's id may differ in case. */
  readonly streamName: string;
  /** The leader's own view, else the most advanced one. */
  readonly best: StreamView;
  /** When `best` was true, Unix ms. */
  readonly atMs: number;
  /** Every view of it, by instance id. */
  readonly views: ReadonlyMap<string, StreamView>;
  /** Entries behind the leader by instance id, 0 for the leader itself; empty without the leader's own view. */
  readonly lags: ReadonlyMap<string, number>;
  /** Leaders named by different servers at the same time, when they disagree. */
  readonly disagreement: string | null;
}

/** @returns one picture per stream that any server holds, in order of name */
export function streamPictures(brokers: readonly BrokerStatus[]): StreamPicture[] {
  const names = new Set(brokers.flatMap(({ view }) => (view?.streams ?? []).map(({ name }) => name)));
  return [...names].sort().map((name) => streamPicture(name, brokers));
}

function streamPicture(streamName: string, brokers: readonly BrokerStatus[]): StreamPicture {
  const views = new Map<string, StreamView>();
  for (const { instanceId, view } of brokers) {
    const stream = view?.streams.find(({ name }) => name === streamName);
    if (stream) views.set(instanceId, stream);
  }
  const instanceOf = (serverName: string): string =>
    brokers.find((broker) => broker.serverName === serverName)?.instanceId ?? serverName;
  const memberIds = membersOf(views, instanceOf);
  const quorum = Math.floor(Math.max(memberIds.length, replicaCount(views)) / 2) + 1;
  const online = memberIds.filter((id) => brokers.some((broker) => broker.instanceId === id && broker.online));
  const { named, disagreement } = electLeader(views, instanceOf);
  // A lone survivor goes on naming itself, yet nothing can be written without a quorum.
  const leaderId = online.length >= quorum ? named : null;
  const own = leaderId === null ? undefined : views.get(leaderId);
  const best = own ?? [...views.values()].reduce((a, b) => (b.lastSeq > a.lastSeq ? b : a));
  const bestHolder = [...views].find(([, view]) => view === best)![0];
  const lags = new Map(own?.replicas.map(({ name, lag }) => [instanceOf(name), lag]));
  if (own && leaderId !== null) lags.set(leaderId, 0);
  const members = memberIds.map((instanceId) => {
    const broker = brokers.find((one) => one.instanceId === instanceId);
    const isOnline = broker?.online ?? false;
    const current = own?.replicas.find(({ name }) => instanceOf(name) === instanceId)?.current ?? false;
    // Only the leader knows who keeps up; without its word, whoever holds the stream and is healthy counts.
    const holds = views.has(instanceId) && (broker?.healthy ?? false);
    const keepsUp = own === undefined || instanceId === leaderId ? holds : current;
    return { instanceId, online: isOnline, inSync: isOnline && keepsUp };
  });
  const id = labelFor(streamName, brokers);
  const atMs = brokers.find(({ instanceId }) => instanceId === bestHolder)!.view!.atMs;
  return {
    group: { id, members, leaderId, quorum, minInSync: quorum },
    streamName,
    best,
    atMs,
    views,
    lags,
    disagreement,
  };
}

/** The group's label on the brokers where it names the stream, so that both engines' pictures speak of one group. */
function labelFor(streamName: string, brokers: readonly BrokerStatus[]): string {
  const labels = brokers.map(({ replicaGroup }) => replicaGroup);
  return labels.find((label) => label?.toLowerCase() === streamName.toLowerCase()) ?? streamName;
}

function membersOf(views: ReadonlyMap<string, StreamView>, instanceOf: (name: string) => string): string[] {
  const ids = new Set(views.keys());
  for (const { leader, replicas } of views.values()) {
    if (leader !== null) ids.add(instanceOf(leader));
    for (const { name } of replicas) ids.add(instanceOf(name));
  }
  return [...ids].sort();
}

const replicaCount = (views: ReadonlyMap<string, StreamView>): number =>
  Math.max(...[...views.values()].map((view) => view.replicaCount));

/** The leader that most servers name; with as many votes, the one that more followers keep up with. */
function electLeader(views: ReadonlyMap<string, StreamView>, instanceOf: (name: string) => string) {
  const votes = new Map<string, number>();
  for (const { leader } of views.values()) {
    if (leader !== null) votes.set(instanceOf(leader), (votes.get(instanceOf(leader)) ?? 0) + 1);
  }
  const followers = (id: string): number => views.get(id)?.replicas.filter(({ current }) => current).length ?? 0;
  const ranked = [...votes].sort(([a, m], [b, n]) => n - m || followers(b) - followers(a) || (a < b ? -1 : 1));
  const told = ranked.map(([id, count]) => `${id} by ${count}`).join(', ');
  return { named: ranked[0]?.[0] ?? null, disagreement: ranked.length > 1 ? told : null };
}
