/** Deterministic noise in [0, 1): mulberry32 by Tommy Ettinger, public domain. */
export function seededNoise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A daily wave of 10 to 30 with noise, one value every five minutes. */
export function dailyWave(rows: number, seed: number): Float64Array {
  const noise = seededNoise(seed);
  return Float64Array.from({ length: rows }, (_, i) => 20 + 10 * Math.sin((2 * Math.PI * i) / 288) + noise());
}

export const fiveMinutesMs = 300_000;
