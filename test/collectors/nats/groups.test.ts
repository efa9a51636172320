import { expect, test } from 'vitest';
import type { BrokerStatus } from '../../../collectors/nats/brokers.ts';
import { streamPictures } from '../../../collectors/nats/groups.ts';
import type { StreamView } from '../../../collectors/nats/monitoring.ts';
import { streamSamples } from '../../../collectors/nats/samples.ts';

const all = ['b1', 'b2', 'b3'];
const atMs = 1_000_000;

/** One server's view of the stream, with every follower current. */
function viewOf(holder: string, leader: string | null, over: Partial<StreamView> = {}): StreamView {
  const replicas = all.filter((name) => name !== holder).map((name) => ({ name, current: true, lag: 0 }));
  const base = { name: 'ORDERS', holder, retention: 'workqueue', replicaCount: 3, leader, replicas };
  return { ...base, messages: 4, lastSeq: 100, firstAtMs: atMs - 2_500, consumers: [], ...over };
}

/** A server that answers with the view, or that is silent (`null`). */
function broker(id: string, stream: StreamView | null, over: Partial<BrokerStatus> = {}): BrokerStatus {
  const said = { instanceId: id, serverName: id, version: '2.9.10', clientAddresses: [], atMs, ailment: null };
  const view = stream === null ? null : { ...said, storageBytes: 0, streams: [stream] };
  return {
    instanceId: id,
    serverName: id,
    replicaGroup: 'orders',
    online: stream !== null,
    healthy: true,
    view,
    ...over,
  };
}

const pictureOf = (...brokers: BrokerStatus[]) => streamPictures(brokers)[0]!;
const healthy = all.map((id) => broker(id, viewOf(id, 'b1')));

test('names the group as its label does and asks for a majority', () => {
  expect(pictureOf(...healthy).group).toEqual({
    id: 'orders',
    leaderId: 'b1',
    quorum: 2,
    minInSync: 2,
    members: all.map((instanceId) => ({ instanceId, online: true, inSync: true })),
  });
});

test('shows a silent member as offline from what the others say', () => {
  const { group } = pictureOf(healthy[0]!, healthy[1]!, broker('b3', null));
  expect(group.leaderId).toBe('b1');
  expect(group.members[2]).toEqual({ instanceId: 'b3', online: false, inSync: false });
});

test('believes no leader that names itself without a quorum', () => {
  const alone = pictureOf(healthy[0]!, broker('b2', null), broker('b3', null));
  expect(alone.group.leaderId).toBeNull();
});

test('believes the leader that most name, and tells of the disagreement', () => {
  const torn = pictureOf(
    broker('b1', viewOf('b1', 'b1')),
    broker('b2', viewOf('b2', 'b2')),
    broker('b3', viewOf('b3', 'b2')),
  );
  expect(torn.group.leaderId).toBe('b2');
  expect(torn.disagreement).toBe('b2 by 2, b1 by 1');
});

test('takes from the leader alone who keeps up and how far the others are behind', () => {
  const replicas = [
    { name: 'b2', current: true, lag: 1 },
    { name: 'b3', current: false, lag: 250 },
  ];
  const picture = pictureOf(broker('b1', viewOf('b1', 'b1', { replicas })), healthy[1]!, healthy[2]!);
  expect(picture.group.members.map(({ inSync }) => inSync)).toEqual([true, true, false]);
  expect([...picture.lags]).toEqual([
    ['b2', 1],
    ['b3', 250],
    ['b1', 0],
  ]);
});

test('shows a leader that has lost its stream (a full disk) as online and out of sync', () => {
  const emptied = broker('b1', viewOf('b1', 'b1'));
  const view = { ...emptied.view!, streams: [], storageBytes: null };
  const { group, lags } = pictureOf({ ...emptied, view, healthy: false }, healthy[1]!, healthy[2]!);
  expect(group.leaderId).toBe('b1');
  expect(group.members[0]).toEqual({ instanceId: 'b1', online: true, inSync: false });
  expect(lags.size).toBe(0);
});

const consumer = { name: 'w', leader: 'b2', pending: 3, ackPending: 1, redelivered: 5, ackedSeq: 96, paused: false };
const samplesOf = (...brokers: BrokerStatus[]) =>
  Object.fromEntries(
    streamSamples(pictureOf(...brokers))
      .filter(({ entity }) => entity.kind === 'queue')
      .map(({ name, value }) => [name, value]),
  );

test('measures a work queue by what is left in it, and takes redeliveries from the leader of the consumer', () => {
  const stale = { ...consumer, redelivered: 0 };
  const [first, second, third] = all.map((id) =>
    broker(id, viewOf(id, 'b1', { consumers: [id === 'b2' ? consumer : stale] })),
  );
  const expected = { 'queue.depth': 4, 'queue.oldest_age': 2_500, 'queue.enqueued': 100, 'queue.dequeued': 96 };
  expect(samplesOf(first!, second!, third!)).toEqual({ ...expected, 'queue.redelivered': 5 });
  expect(samplesOf(first!, broker('b2', null), third!)).toEqual(expected);
});

test('cannot tell the age of the oldest waiting message of a stream that keeps everything', () => {
  const kept = all.map((id) =>
    broker(id, viewOf(id, 'b1', { retention: 'limits', consumers: [{ ...consumer, leader: id }] })),
  );
  expect(samplesOf(...kept)).toEqual({
    'queue.depth': 4,
    'queue.enqueued': 100,
    'queue.dequeued': 96,
    'queue.redelivered': 5,
  });
});
