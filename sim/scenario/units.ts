/** Readers of the units that scenario files use. Each returns null for a text that it cannot read. */

const sizeBytes = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;

/** `512MiB`, `20GiB` -> bytes. */
export function parseBytes(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB|TiB)$/.exec(text);
  return match === null ? null : Number(match[1]) * sizeBytes[match[2] as keyof typeof sizeBytes];
}

/** `20MiB/min`, `1GiB/h` -> bytes per ms. */
export function parseBytesPerMs(text: string): number | null {
  const match = /^(.+)\/(s|min|h)$/.exec(text);
  if (match === null) return null;
  const bytes = parseBytes(match[1]!);
  return bytes === null ? null : bytes / { s: 1000, min: 60_000, h: 3_600_000 }[match[2] as 's' | 'min' | 'h'];
}

/** `12 %`, `12%` -> 0.12. */
export function parseRatio(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) ?%$/.exec(text);
  return match === null ? null : Number(match[1]) / 100;
}
