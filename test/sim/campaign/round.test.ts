import { expect, it } from 'vitest';
import { controlRecord } from '../../../agent/agent-state.ts';
import { loadPlaybooks } from '../../../agent/files.ts';
import { memoryLease } from '../../../agent/knowledge/lease-memory.ts';
import { watchedLease } from '../../../sim/campaign/lease-law.ts';
import { playSeed } from '../../../sim/campaign/round.ts';
import { sharedJournal } from '../../../sim/campaign/shared-journal.ts';

const playbooks = loadPlaybooks([]);
if (!playbooks.ok) throw new Error('the built-in playbooks are unsound');
const loaded = playbooks.playbooks;
const calm = { before: () => {}, after: () => {} };

it('a seed breaks no law, and replays to the same journal', () => {
  const first = playSeed(5, loaded);
  expect(first.safetyBroken).toEqual([]);
  expect(first.livenessBroken).toEqual([]);
  expect(first.calls).toBeGreaterThan(0);
  expect(playSeed(5, loaded)).toEqual(first);
}, 120_000);

it('a worker that ran on while its node was out of sight, and crashes later, is noticed', () => {
  const without = ['usurpers', 'meddling', 'strict-policy', 'other-processes', 'F-1', 'F-2', 'F-4'];
  expect(playSeed(143, loaded, without).livenessBroken).toEqual([]);
}, 120_000);

it('a process whose journal another one wrote to is fenced', () => {
  const file = sharedJournal();
  const stale = file.open(calm);
  file.open(calm).append(1, [controlRecord('resumed', 1, '')]);
  expect(() => stale.append(2, [])).toThrow('JOURNAL_FENCED');
});

it('a node that was lost in a time ahead, before the clock was set back, takes no later crash with it', () => {
  const others = ['stalls', 'pauses', 'meddling', 'objections', 'strict-policy', 'crashes'];
  const without = [...others, 'F-1', 'F-2', 'F-3'];
  expect(playSeed(747, loaded, without).livenessBroken).toEqual([]);
}, 120_000);

it('a lease that is given away while it is held is noticed', () => {
  const broken: string[] = [];
  const careless = { ...memoryLease(), acquire: () => ({ epoch: 1, expiresAtMs: 100 }) };
  const lease = watchedLease(careless, (what) => broken.push(what));
  lease.acquire('one', 100, 0);
  lease.acquire('two', 100, 50);
  expect(broken).toEqual([
    'the lease went to another holder under epoch 1 again',
    'the lease was given away while it was held',
  ]);
});
