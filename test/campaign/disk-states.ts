import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskOperation } from './disk-trace.ts';

/** How a trace names the directory itself; its sync makes removals durable. */
const directory = '';

/** Disks write whole sectors; a write that was not synced may have reached any of its sectors, in any order. */
const sectorBytes = 512;

/** `all`: the process died, the kernel lives. `synced`: power was cut, nothing unsynced arrived. `some`: any part of it did. */
export type Survival = 'all' | 'synced' | 'some';

/** What was promised before the cut: rows confirmed, effects sent, the epoch given out. */
export interface Promises {
  readonly confirmedSeq: number;
  readonly effects: readonly string[];
  readonly epoch: number;
}

export function promisesOf(operations: readonly DiskOperation[]): Promises {
  let confirmedSeq = 0;
  let epoch = 0;
  const effects: string[] = [];
  for (const operation of operations) {
    if (operation.type !== 'mark') continue;
    const [what, value = ''] = operation.text.split(' ');
    if (what === 'confirmed') confirmedSeq = Number(value);
    if (what === 'epoch') epoch = Number(value);
    if (what === 'effect') effects.push(value);
  }
  return { confirmedSeq, effects, epoch };
}

/**
 * Writes into `dir` what the disk may hold after the first operations of a trace. Names of new files are taken as
 * durable at once, which ext4 and XFS give; a removal is durable once the directory was synced.
 */
export function writeDiskState(
  dir: string,
  operations: readonly DiskOperation[],
  survival: Survival,
  next: () => number,
): void {
  const lastSync = new Map<string, number>();
  operations.forEach((operation, i) => {
    if (operation.type === 'sync') lastSync.set(operation.file, i);
  });
  const files = new Map<string, Buffer>();
  operations.forEach((operation, i) => {
    if (operation.type === 'mark' || operation.type === 'sync') return;
    const syncedBy = operation.type === 'remove' ? directory : operation.file;
    const isDurable = survival === 'all' || i < (lastSync.get(syncedBy) ?? -1);
    if (operation.type === 'write') {
      const old = files.get(operation.file) ?? Buffer.alloc(0);
      files.set(operation.file, isDurable ? overwrite(old, operation) : partly(old, operation, survival, next));
    } else if (isDurable || (survival === 'some' && next() < 0.5)) {
      if (operation.type === 'remove') files.delete(operation.file);
      else files.set(operation.file, resized(files.get(operation.file), operation.size));
    }
  });
  for (const [file, bytes] of files) if (!file.endsWith('-shm')) writeFileSync(join(dir, file), bytes);
}

type Write = Extract<DiskOperation, { type: 'write' }>;

function overwrite(old: Buffer, { offset, bytes }: Pick<Write, 'offset' | 'bytes'>): Buffer {
  const file = resized(old, Math.max(old.length, offset + bytes.length));
  bytes.copy(file, offset);
  return file;
}

/** Any of the sectors of a write, each by chance; what is not written keeps its old content, or zeros past the end. */
function partly(old: Buffer, { offset, bytes }: Write, survival: Survival, next: () => number): Buffer {
  if (survival === 'synced') return old;
  let file = old;
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + sectorBytes - ((offset + from) % sectorBytes));
    if (next() < 0.5) file = overwrite(file, { offset: offset + from, bytes: bytes.subarray(from, to) });
    from = to;
  }
  return file;
}

function resized(file: Buffer | undefined, size: number): Buffer {
  const copy = Buffer.alloc(size);
  file?.copy(copy, 0, 0, Math.min(size, file.length));
  return copy;
}
