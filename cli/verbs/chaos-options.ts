import { type Io, type Options, textOption, usageError } from '../io.ts';

/** `A..B`, both ends included, or one seed; seed 1 without the option. */
export function seedsOption(options: Options): number[] {
  const text = textOption(options, 'seeds') ?? '1';
  const match = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (match === null || last < first) throw usageError('--seeds', `"${text}" is not a range of seeds`, 'such as 1..20');
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Tells how far it is at every tenth of the work, and whatever is worth a line of its own at once. */
export function progressOf(io: Io, total: number, unit: string): (news: string | null) => void {
  let done = 0;
  const every = Math.max(1, Math.floor(total / 10));
  return (news) => {
    done += 1;
    if (news !== null) io.log(news);
    if (done % every === 0 && total > 1) io.log(`${done} of ${total} ${unit}`);
  };
}
