import type { Random } from '../../agent/ports.ts';

/** Hashes a text into four 32-bit words: FNV-1a per lane, finished with MurmurHash3's mixer (Appleby, 2011). */
function seedWords(text: string): [number, number, number, number] {
  const words: [number, number, number, number] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];
  for (let lane = 0; lane < 4; lane++) {
    let hash = words[lane]!;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
    words[lane] = (hash ^ (hash >>> 16)) >>> 0;
  }
  return words;
}

/** One stream of random numbers: sfc32 of Chris Doty-Humphrey's PractRand, 128 bits of state, period about 2^127. */
export class RandomStream implements Random {
  // Signed 32-bit words, never doubles: an engine keeps those within the object, and a big world has a stream per process.
  #a: number;
  #b: number;
  #c: number;
  #counter: number;
  /** Second half of the last pair of normals; NaN once it is taken. */
  #spareNormal = Number.NaN;

  constructor(seedText: string) {
    const [a, b, c, counter] = seedWords(seedText);
    [this.#a, this.#b, this.#c, this.#counter] = [a | 0, b | 0, c | 0, counter | 0];
    // sfc32 needs a dozen rounds before its words no longer show the seed.
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Uniform in [0, 1) with 32 bits. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Uniform integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** Standard normal by Marsaglia's polar method (1964). */
  normal(): number {
    const spare = this.#spareNormal;
    if (!Number.isNaN(spare)) {
      this.#spareNormal = Number.NaN;
      return spare;
    }
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spareNormal = v * scale;
      return u * scale;
    }
  }

  /** Poisson count: Knuth's product below a mean of 30, above it the normal approximation, whose error is then under 1 %. */
  poisson(mean: number): number {
    if (mean <= 0) return 0;
    if (mean >= 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > limit; product *= this.next()) count++;
    return count;
  }
}

/** Named random streams from one seed: what one part of the world draws never shifts what another part draws. */
export class Streams {
  readonly #seed: number;
  readonly #byName = new Map<string, RandomStream>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The stream of that name, such as `load/orders`; the same object at every call. */
  of(name: string): RandomStream {
    let stream = this.#byName.get(name);
    if (stream === undefined) {
      stream = new RandomStream(`${this.#seed}/${name}`);
      this.#byName.set(name, stream);
    }
    return stream;
  }
}
