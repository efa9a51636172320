import { closeSync, constants, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { contentHashOf, type Head } from './chain.ts';

/** Two slots of one sector each, written in turn: a torn write leaves the other slot whole. */
const slotBytes = 512;

/** The head of a journal, kept in a second place. */
export interface AnchorFile {
  /** The newest head that is whole; null where there is none. */
  read(): Head | null;
  write(head: Head): void;
  close(): void;
}

/**
 * Opens or creates the anchor of one journal. A write is not synced by itself: after a power cut the anchor may be a
 * few rows behind, which proves less but never accuses a true journal; a crash of the process loses nothing.
 */
export function openAnchor(path: string): AnchorFile {
  const slots = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  const [first, second] = [readSlot(slots, 0), readSlot(slots, 1)];
  let turn = (first?.seq ?? -1) > (second?.seq ?? -1) ? 1 : 0;
  return {
    read: () => newest(slots),
    write(head) {
      writeSync(slots, encode(head), 0, slotBytes, turn * slotBytes);
      turn = 1 - turn;
    },
    close() {
      fsyncSync(slots);
      closeSync(slots);
    },
  };
}

/** Reads an anchor that another process writes. @throws where the file cannot be opened */
export function readAnchor(path: string): Head | null {
  const slots = openSync(path, 'r');
  try {
    return newest(slots);
  } finally {
    closeSync(slots);
  }
}

function newest(slots: number): Head | null {
  const heads = [readSlot(slots, 0), readSlot(slots, 1)].filter((head) => head !== null);
  return heads.reduce<Head | null>((best, head) => (best === null || head.seq > best.seq ? head : best), null);
}

function readSlot(slots: number, index: number): Head | null {
  const bytes = Buffer.alloc(slotBytes);
  if (readSync(slots, bytes, 0, slotBytes, index * slotBytes) < slotBytes) return null;
  const [seq = '', hash = '', check = ''] = bytes.toString('latin1').trim().split(' ');
  return check === checkOf(seq, hash) ? { seq: Number(seq), hash } : null;
}

function encode({ seq, hash }: Head): Buffer {
  return Buffer.from(`${seq} ${hash} ${checkOf(`${seq}`, hash)}`.padEnd(slotBytes), 'latin1');
}

function checkOf(seq: string, hash: string): string {
  return contentHashOf(`${seq} ${hash}`);
}
