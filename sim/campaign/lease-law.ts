import type { Lease, LeaseGrant } from '../../agent/ports.ts';

/**
 * A lease that is held to its promise by somebody who only sees its answers: an epoch belongs to one holder, a later
 * holder gets a higher one, and nobody gets it while it was granted to another beyond the time that the asker reads.
 */
export function watchedLease(lease: Lease, broken: (what: string) => void): Lease {
  let last: (LeaseGrant & { readonly holder: string }) | null = null;
  return {
    acquire(holder, ttlMs, nowMs) {
      const grant = lease.acquire(holder, ttlMs, nowMs);
      if (grant === null) return null;
      if (last !== null && last.holder !== holder) {
        if (grant.epoch <= last.epoch) broken(`the lease went to another holder under epoch ${grant.epoch} again`);
        if (last.expiresAtMs > nowMs) broken('the lease was given away while it was held');
      }
      last = { ...grant, holder };
      return grant;
    },
    current: (holder, nowMs) => lease.current(holder, nowMs),
    release(holder) {
      if (last?.holder === holder) last = { ...last, expiresAtMs: 0 };
      lease.release(holder);
    },
  };
}
