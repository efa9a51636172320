import type { Rhythm, SignalNumbers } from '../../../model/signal.ts';

const rhythmInWords: Readonly<Record<Rhythm, string>> = {
  recent: '',
  'hour-of-day': ' at this hour',
  'hour-of-week': ' at this hour of the week',
};

/** `work.duration 4.1 s, usual 200 ms to 400 ms at this hour; its 5 peers 200 ms`: the numbers behind a signal. */
export function numbersInWords(metric: string, numbers: SignalNumbers): string {
  return `${metric} ${inWords(numbers.value, numbers.unit)}${usualInWords(numbers)}`;
}

/** `, usual 200 ms to 400 ms at this hour; its 5 peers 200 ms`; empty where neither is known. */
export function usualInWords({ unit, usual, peers }: SignalNumbers): string {
  const band =
    usual === null
      ? ''
      : `, usual ${inWords(usual.low, unit)} to ${inWords(usual.high, unit)}${rhythmInWords[usual.of]}`;
  const others = peers === null ? '' : `; its ${peers.count} peers ${inWords(peers.median, unit)}`;
  return `${band}${others}`;
}

/** `140 MiB`, `4.1 s`, `23 %`: a number as a person reads it, by its UCUM unit; a rate (`By/s`) as `140 MiB a second`. */
export function inWords(value: number, unit: string): string {
  if (unit.endsWith('/s')) return `${inWords(value, unit.slice(0, -2))} a second`;
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
