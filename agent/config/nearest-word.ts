/** Largest edit distance at which a word is still taken for a slip of another. */
const slipsMax = 2;

/** The known word that a mistyped one most likely meant, or null when none is near. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = slipsMax + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The known words, those most like a mistyped one first; words that are alike to it keep their order. */
export function byNearness(word: string, known: readonly string[]): string[] {
  const distances = new Map(known.map((one) => [one, editDistance(word.toLowerCase(), one.toLowerCase())]));
  return known.toSorted((a, b) => distances.get(a)! - distances.get(b)!);
}

/** Levenshtein distance by the two-row dynamic programme of Wagner and Fischer (1974). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
