import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryLease } from '../../../agent/knowledge/lease-memory.ts';
import { openSqliteLease } from '../../../agent/knowledge/lease-sqlite.ts';
import type { Lease } from '../../../agent/ports.ts';
import { scratchDir } from './records.ts';

const stores: readonly (readonly [string, () => { readonly a: Lease; readonly b: Lease }])[] = [
  [
    'in memory',
    () => {
      const lease = memoryLease();
      return { a: lease, b: lease };
    },
  ],
  [
    'on SQLite, through two connections',
    () => {
      const path = join(scratchDir(), 'lease.db');
      return { a: openSqliteLease(path), b: openSqliteLease(path) };
    },
  ],
];

describe.each(stores)('a lease %s', (_name, open) => {
  test('is given to one holder at a time and renewed without a new epoch', () => {
    const { a, b } = open();
    expect(a.acquire('a', 10_000, 0)).toEqual({ epoch: 1, expiresAtMs: 10_000 });
    expect(b.acquire('b', 10_000, 9_999)).toBeNull();
    expect(a.acquire('a', 10_000, 5_000)).toEqual({ epoch: 1, expiresAtMs: 15_000 });
    expect(b.current('b', 5_000)).toBeNull();
    expect(b.current('a', 5_000)).toEqual({ epoch: 1, expiresAtMs: 15_000 });
  });

  test('passes on at its end, with a higher epoch', () => {
    const { a, b } = open();
    a.acquire('a', 10_000, 0);
    expect(a.current('a', 10_000)).toBeNull();
    expect(b.acquire('b', 10_000, 10_000)).toEqual({ epoch: 2, expiresAtMs: 20_000 });
    expect(a.current('a', 10_001)).toBeNull();
    expect(a.acquire('a', 10_000, 20_000)?.epoch).toBe(3);
  });

  test('passes on at once when it is given back', () => {
    const { a, b } = open();
    a.acquire('a', 10_000, 0);
    b.release('b');
    expect(b.acquire('b', 10_000, 1)).toBeNull();
    a.release('a');
    expect(b.acquire('b', 10_000, 1)?.epoch).toBe(2);
  });

  test('gives the same holder a new epoch after its time ran out', () => {
    const { a } = open();
    a.acquire('a', 10_000, 0);
    expect(a.acquire('a', 10_000, 10_000)?.epoch).toBe(2);
  });

  test('is not shortened by a clock that steps back', () => {
    const { a } = open();
    a.acquire('a', 10_000, 100_000);
    expect(a.acquire('a', 10_000, 50_000)?.expiresAtMs).toBe(110_000);
  });
});

test('epochs survive a restart', () => {
  const path = join(scratchDir(), 'lease.db');
  const first = openSqliteLease(path);
  first.acquire('a', 10, 0);
  first.close();
  const second = openSqliteLease(path);
  expect(second.acquire('b', 10, 100)?.epoch).toBe(2);
  second.close();
});

test('whatever the order of calls, an epoch never belongs to two holders and never falls', () => {
  const calls = fc.array(
    fc.record({
      holder: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('acquire', 'release', 'current'),
      stepMs: fc.integer({ min: -50, max: 200 }),
    }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(calls, (steps) => {
      const lease = memoryLease();
      const holderOf = new Map<number, string>();
      let nowMs = 1_000;
      let highest = 0;
      for (const { holder, what, stepMs } of steps) {
        nowMs += stepMs;
        if (what === 'release') lease.release(holder);
        const grant = what === 'acquire' ? lease.acquire(holder, 100, nowMs) : lease.current(holder, nowMs);
        if (grant === null) continue;
        expect(grant.epoch).toBeGreaterThanOrEqual(highest);
        highest = grant.epoch;
        expect(holderOf.get(grant.epoch) ?? holder).toBe(holder);
        holderOf.set(grant.epoch, holder);
      }
    }),
  );
});

describe('a lease on disk that fails', () => {
  test('names the file, and what failed inside a call leaves nothing behind', () => {
    const dir = scratchDir();
    expect(() => openSqliteLease(dir)).toThrow(`JOURNAL_IO: the disk under the journal failed (${dir}`);
    const path = join(dir, 'lease.db');
    const lease = openSqliteLease(path);
    expect(() => lease.acquire(undefined as unknown as string, 1_000, 5)).toThrow(`(${path}: `);
    expect(lease.acquire('agent-a', 1_000, 5)).toMatchObject({ epoch: 1 });
    lease.close();
    expect(() => lease.acquire('agent-a', 1_000, 5)).toThrow(`(${path}: `);
  });

  test('waits no longer than it must for a file that somebody else has locked', () => {
    const path = join(scratchDir(), 'lease.db');
    const lease = openSqliteLease(path);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => lease.acquire('agent-a', 1_000, 5)).toThrow('JOURNAL_BUSY');
    other.exec('ROLLBACK');
    other.close();
    expect(lease.acquire('agent-a', 1_000, 5)).toMatchObject({ epoch: 1 });
    lease.close();
  });
});
