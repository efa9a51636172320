/** Entries kept; a full table begins anew. A power of two, several times the forms of a busy system. */
const slots = 1 << 14;
/** A place is looked for in this many slots; beyond them the first is given up. */
const mostProbes = 8;

const zero = 48;
const nine = 57;

/**
 * Finds the handle of an earlier line that differs from this one in its numbers alone, without building a string.
 * A digit counts as any other digit unless it belongs to a word (`ssh2`) or stands before an x (`0x1f`): there
 * digits may be part of a name. Lines are compared in full, so equal hashes never mix two kinds of line.
 */
export class DigitBlindIndex {
  readonly #lines = new Array<string | undefined>(slots);
  readonly #hashes = new Int32Array(slots);
  readonly #handles = new Int32Array(slots);

  /** @returns the handle, or -1 where no such line is kept */
  find(line: string): number {
    const hash = hashOf(line);
    for (let probe = 0; probe < mostProbes; probe++) {
      const slot = (hash + probe) & (slots - 1);
      const kept = this.#lines[slot];
      if (kept === undefined) return -1;
      if (this.#hashes[slot] === hash && sameButNumbers(kept, line)) return this.#handles[slot]!;
    }
    return -1;
  }

  keep(line: string, handle: number): void {
    const hash = hashOf(line);
    let slot = hash & (slots - 1);
    for (let probe = 0; probe < mostProbes; probe++) {
      const at = (hash + probe) & (slots - 1);
      if (this.#lines[at] !== undefined) continue;
      slot = at;
      break;
    }
    this.#lines[slot] = line;
    this.#hashes[slot] = hash;
    this.#handles[slot] = handle;
  }
}

/** Whether a masked line still holds a number that is no part of a word: then numbers tell kinds of line apart. */
export function numbersMatter(masked: string): boolean {
  return /(?<![A-Za-z\d\u0080-\uffff])\d/.test(masked);
}

/** FNV-1a (Fowler, Noll and Vo) with numbers read as zeros. */
function hashOf(line: string): number {
  let hash = 0x811c9dc5 | 0;
  let inWord = false;
  for (let i = 0; i < line.length; i++) {
    let code = line.charCodeAt(i);
    if (isDigit(code)) {
      if (!inWord && line.charCodeAt(i + 1) !== 120) code = zero;
    } else {
      inWord = isLetter(code);
    }
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return hash ^ (hash >>> 15);
}

function sameButNumbers(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let inWord = false;
  for (let i = 0; i < a.length; i++) {
    const code = a.charCodeAt(i);
    const other = b.charCodeAt(i);
    if (isDigit(code)) {
      const literal = inWord || a.charCodeAt(i + 1) === 120;
      if (literal ? other !== code : !isDigit(other)) return false;
    } else {
      if (code !== other) return false;
      inWord = isLetter(code);
    }
  }
  return true;
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

function isLetter(code: number): boolean {
  return ((code | 32) >= 97 && (code | 32) <= 122) || code > 127;
}
