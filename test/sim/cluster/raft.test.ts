import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tickMs } from '../../../sim/cluster/cluster.ts';
import { bringUp, takeDown } from '../../../sim/cluster/instances.ts';
import { appendEntries, lastIndex, transferLeader } from '../../../sim/cluster/raft.ts';
import type { RaftMember, SimGroup } from '../../../sim/cluster/state.ts';
import type { World } from '../../../sim/world.ts';
import { runMinutes, worldOf } from '../world-of.ts';

const groupOf = (world: World): SimGroup => world.state.groups.get('orders')!;

/** Term of the entry at `index`. */
const termAt = (member: RaftMember, index: number): number | undefined =>
  member.log.find((run) => index <= run.end)?.term;

/** Checks the safety properties of the Raft paper (figure 3) over the whole life of one group. */
class SafetyWatch {
  readonly #leaderOfTerm = new Map<number, string>();
  readonly #committed = new Map<number, number>();
  #highest = 0;

  look(group: SimGroup): void {
    for (const member of group.members) {
      if (member.role !== 'leader') continue;
      const known = this.#leaderOfTerm.get(member.term);
      if (known !== undefined && known !== member.instanceId)
        throw new Error(`two leaders of term ${member.term}: ${known} and ${member.instanceId}`);
      this.#leaderOfTerm.set(member.term, member.instanceId);
    }
    for (const member of group.members) this.#lookAtCommits(member);
    const leader = group.members.find((member) => member.instanceId === group.leaderId);
    if (leader !== undefined && lastIndex(leader) < this.#highest)
      throw new Error(`${leader.instanceId} leads without ${this.#highest - lastIndex(leader)} committed entries`);
  }

  #lookAtCommits(member: RaftMember): void {
    // Runs make it enough to look at their ends and at the commit index itself.
    for (const index of [...member.log.map((run) => run.end), member.commit]) {
      if (index === 0 || index > member.commit) continue;
      const term = termAt(member, index)!;
      const known = this.#committed.get(index);
      if (known !== undefined && known !== term)
        throw new Error(`entry ${index} was committed in ${known} and in ${term}`);
      this.#committed.set(index, term);
    }
    this.#highest = Math.max(this.#highest, member.commit);
  }
}

/** Moves of an adversary: crash, start, cut off, rejoin, write, or let time pass. */
const move = fc.oneof(
  fc.record({ do: fc.constantFrom('crash', 'start', 'cut', 'join', 'mute', 'hear', 'transfer'), who: fc.nat(2) }),
  fc.record({ do: fc.constant('write'), who: fc.nat(5000) }),
  fc.record({ do: fc.constant('wait'), who: fc.nat(12) }),
);

function apply(world: World, group: SimGroup, step: { readonly do: string; readonly who: number }): number {
  const member = group.members[step.who % 3]!;
  const instance = world.state.instances.get(member.instanceId)!;
  const node = { kind: 'node', id: instance.nodeId } as const;
  const { effects } = world.state;
  if (step.do === 'crash') takeDown(world.state, instance, { exitCode: 137 });
  else if (step.do === 'start' && instance.state === 'stopped') bringUp(world.state, instance);
  else if (step.do === 'cut') effects.set(node, 'isolated', 'F-1', 2 ** step.who);
  else if (step.do === 'join') effects.clear(node, 'isolated', 'F-1');
  else if (step.do === 'mute') effects.set(node, 'muted', 'F-2', 1);
  else if (step.do === 'hear') effects.clear(node, 'muted', 'F-2');
  else if (step.do === 'transfer') transferLeader(world.state, group, member);
  else if (step.do === 'write' && group.writable) appendEntries(group, step.who);
  return step.do === 'wait' ? step.who : 1;
}

test('one leader per term, and nothing committed is ever lost, whatever fails', () => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 20, maxLength: 80 }), fc.nat(1000), (steps, seed) => {
      const world = worldOf({ seed });
      const group = groupOf(world);
      const watch = new SafetyWatch();
      for (const step of steps) {
        const ticks = apply(world, group, step);
        for (let i = 0; i < ticks; i++) {
          world.runUntilMs(world.clock.nowMs() + tickMs);
          watch.look(group);
        }
      }
    }),
    { numRuns: 40, seed: 20_260_105 },
  );
}, 60_000);

test('a killed leader is replaced within seconds, and writing goes on', () => {
  const world = worldOf();
  runMinutes(world, 1);
  const group = groupOf(world);
  takeDown(world.state, world.state.instances.get(group.leaderId!)!, { exitCode: 137 });
  world.runUntilMs(world.clock.nowMs() + 2000);
  expect(group.leaderId).toBeNull();
  world.runUntilMs(world.clock.nowMs() + 12_000);
  expect(group.leaderId).toMatch(/broker-[23]/);
  expect(group.writable).toBe(true);
});

test('without a quorum there is no leader and nothing is written', () => {
  const world = worldOf();
  runMinutes(world, 1);
  for (const id of ['broker-2', 'broker-3']) takeDown(world.state, world.state.instances.get(id)!, { exitCode: 137 });
  runMinutes(world, 2);
  const group = groupOf(world);
  const end = lastIndex(group.members[0]!);
  runMinutes(world, 2);
  expect(group.leaderId).toBeNull();
  expect(group.writable).toBe(false);
  expect(lastIndex(group.members[0]!)).toBe(end);
  expect(world.truth.breaches).toMatchObject([{ what: 'quorum', action: null }, { what: 'minimum-capacity' }]);
});

test('a member that comes back catches up before it is in sync', () => {
  const world = worldOf({ load: '{ pattern: steady, peak: 1.2 }' });
  runMinutes(world, 1);
  const broker = world.state.instances.get('broker-3')!;
  takeDown(world.state, broker, { exitCode: 1 });
  runMinutes(world, 10);
  const group = groupOf(world);
  const behind = lastIndex(group.members[0]!) - lastIndex(group.members[2]!);
  expect(behind).toBeGreaterThan(300_000);
  bringUp(world.state, broker);
  world.runUntilMs(world.clock.nowMs() + 5000);
  expect(group.inSync.has('broker-3')).toBe(false);
  expect(group.catchUpEntries).toBeGreaterThan(10_000);
  runMinutes(world, 1);
  expect(group.inSync.has('broker-3')).toBe(true);
});

test('a planned change of leader takes no election timeout', () => {
  const world = worldOf();
  runMinutes(world, 1);
  const group = groupOf(world);
  expect(transferLeader(world.state, group, group.members[1]!)).toBe(true);
  expect(group.leaderId).toBe('broker-2');
  expect(group.writable).toBe(true);
});

test('a member that was cut off does not unseat the leader when it returns', () => {
  const world = worldOf({ faults: ['at: 1m, kind: partition, target: node-3, lasts: 3m'] });
  runMinutes(world, 8);
  expect(groupOf(world)).toMatchObject({ leaderId: 'broker-1', elections: 0 });
});
