/** `140 MiB`, `4.1 s`, `23 %`: a number as a person reads it, by its UCUM unit. */
export function inWords(value: number, unit: string): string {
  switch (unit) {
    case 'By':
      return `${round(value / 1_048_576)} MiB`;
    case 'ms':
      return durationInWords(value);
    case '1':
      return `${round(value * 100)} %`;
    case 'Cel':
      return `${round(value)} °C`;
    default:
      return unit.startsWith('{') ? round(value) : `${round(value)} ${unit}`;
  }
}

export function durationInWords(ms: number): string {
  if (Math.abs(ms) < 1_000) return `${round(ms)} ms`;
  if (Math.abs(ms) < 120_000) return `${round(ms / 1_000)} s`;
  if (Math.abs(ms) < 7_200_000) return `${round(ms / 60_000)} min`;
  return `${round(ms / 3_600_000)} h`;
}

function round(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return String(Number(value.toFixed(1)));
  return String(Number(value.toPrecision(2)));
}
