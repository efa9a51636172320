import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError, exitCodes, type Io, notFoundError } from './io.ts';

const separators = [';', '\t', ','] as const;
type Separator = (typeof separators)[number];

/** What one string of the runtime holds, in bytes of ASCII. */
const bytesMax = 0x1fff_ffe8;

/** Lines of a text file in UTF-8, or in UTF-16 with its mark, without the empty ones. @throws CliError */
export function readLines(io: Io, file: string): string[] {
  const path = resolve(io.workDir, file);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true) throw notFoundError('<file>', `${file} is no file`);
  if (found.size > bytesMax) {
    const message = `has ${(found.size / 1e6).toFixed(0)} MB, more than can be read at once`;
    const hint = 'cut it into files of at most 500 MB, for instance with split -l';
    throw new CliError(exitCodes.usage, { code: 'FILE_TOO_LARGE', message, where: file, hint });
  }
  const bytes = readFileSync(path);
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const text = bytes.toString(isUtf16 ? 'utf16le' : 'utf8').replace(/^\uFEFF/, '');
  return text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
}

/**
 * Cells of a text table by RFC 4180, but for line ends within quotes: trimmed, without their quotes, one list per line that
 * is not empty. The first line shows what separates them: `;`, a tab or a comma. Where it is `;`, `4,1` is 4.1.
 */
export function readCsv(io: Io, file: string): string[][] {
  const lines = readLines(io, file);
  const separator = separators.find((each) => (lines[0] ?? '').includes(each)) ?? ',';
  if (separator !== ';') return lines.map((line) => cellsOf(line, separator));
  return lines.map((line) =>
    cellsOf(line, separator).map((cell) => (decimalComma.test(cell) ? withPoint(cell) : cell)),
  );
}

const decimalComma = /^[-+]?[\d.]*,\d+([eE][-+]?\d+)?%?$/;

function withPoint(cell: string): string {
  return cell.replaceAll('.', '').replace(',', '.');
}

function cellsOf(line: string, separator: Separator): string[] {
  if (!line.includes('"')) return line.split(separator).map((cell) => cell.trim());
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (character === '"' && isQuoted && line[i + 1] === '"') cell += line[++i]!;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  return [...cells, cell.trim()];
}

const thousands = /^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/;

/** NaN where a cell is empty or no number; `1,234.5` and `12 %` are numbers. */
export function numberOf(cell: string): number {
  const text = cell.trim().replace(/\s*%$/, '');
  if (text === '') return Number.NaN;
  return Number(thousands.test(text) ? text.replaceAll(',', '') : text);
}

const isoWithoutZone = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)$/;
/** Otherwise the runtime takes `node-1` for a date. */
const likeDate = /^(\d|[A-Za-z]{3},? ).*[-/:]/;

/**
 * Unix ms of a date, in UTC where it names no zone, or of seconds or milliseconds since 1970: no cluster was measured
 * before 1973, so large numbers are ms. NaN where the cell is no time.
 */
export function instantOf(cell: string): number {
  const asNumber = numberOf(cell);
  if (Number.isFinite(asNumber)) return asNumber > 1e11 ? asNumber : asNumber * 1_000;
  const text = cell.trim();
  const iso = isoWithoutZone.exec(text);
  if (iso !== null) return Date.parse(`${iso[1]}T${iso[2]!.replace(',', '.')}Z`);
  return likeDate.test(text) ? Date.parse(text) : Number.NaN;
}
