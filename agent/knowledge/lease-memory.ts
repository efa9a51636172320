import type { Lease, LeaseGrant } from '../ports.ts';

interface Holding {
  readonly holder: string;
  readonly epoch: number;
  readonly expiresAtMs: number;
}

/** What a store of leases keeps: who has it, under which epoch, until when. */
export interface LeaseStore {
  read(): Holding | null;
  write(holding: Holding): void;
}

/** A lease over one place in memory: several agents of one simulation share the returned object. */
export function memoryLease(): Lease {
  let held: Holding | null = null;
  return leaseOver({
    read: () => held,
    write: (holding) => {
      held = holding;
    },
  });
}

/**
 * The rules of a lease with fencing tokens, over any store that reads and writes atomically within one call.
 * The epoch grows with every change of holder and also when the same holder comes back after its time ran out: in
 * between, somebody else may have looked at the cluster and drawn conclusions from its being free
 * (M. Kleppmann, "How to do distributed locking", 2016).
 */
export function leaseOver(store: LeaseStore): Lease {
  return {
    acquire(holder, ttlMs, nowMs) {
      const held = store.read();
      const alive = held !== null && held.expiresAtMs > nowMs;
      if (alive && held.holder !== holder) return null;
      const epoch = alive ? held.epoch : (held?.epoch ?? 0) + 1;
      // A renewal never shortens: a clock that stepped back must not take time away from a call in flight.
      const expiresAtMs = Math.max(nowMs + ttlMs, alive ? held.expiresAtMs : 0);
      store.write({ holder, epoch, expiresAtMs });
      return { epoch, expiresAtMs };
    },
    current(holder, nowMs): LeaseGrant | null {
      const held = store.read();
      if (held === null || held.holder !== holder || held.expiresAtMs <= nowMs) return null;
      return { epoch: held.epoch, expiresAtMs: held.expiresAtMs };
    },
    release(holder) {
      const held = store.read();
      if (held?.holder === holder) store.write({ ...held, expiresAtMs: 0 });
    },
  };
}
