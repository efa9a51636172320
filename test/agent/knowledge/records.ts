import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { StoredRow } from '../../../agent/knowledge/chain.ts';
import { emptyHead, sealRows } from '../../../agent/knowledge/chain.ts';
import type { ControlRecord } from '../../../model/record.ts';

export function controlOf(why: string, over: Partial<ControlRecord> = {}): ControlRecord {
  return {
    type: 'control',
    atMs: 1,
    event: 'paused',
    person: null,
    entity: null,
    decisionId: null,
    incidentId: null,
    mode: null,
    untilMs: null,
    why,
    ...over,
  };
}

/** A chain of `count` rows that say `row 1`, `row 2`... */
export function chainOf(count: number, from = emptyHead, word = 'row'): readonly StoredRow[] {
  const records = Array.from({ length: count }, (_, i) => controlOf(`${word} ${from.seq + i + 1}`));
  return sealRows(from, 1_000, records).map(({ stored }) => stored);
}

/** A directory of its own for one test, removed when the test has finished. */
export function scratchDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'homeostat-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
