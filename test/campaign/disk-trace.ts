/** One thing that a process did to its files, as strace saw it. Paths are relative to the recorded directory, itself ''. */
export type DiskOperation =
  | { readonly type: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly type: 'truncate'; readonly file: string; readonly size: number }
  | { readonly type: 'sync'; readonly file: string }
  | { readonly type: 'remove'; readonly file: string }
  | { readonly type: 'mark'; readonly text: string };

/** The calls that `parseTrace` understands; `-y` names files, `-xx` gives every byte. */
export const straceOptions = [
  '-f',
  '-y',
  '-xx',
  '-s',
  '1000000',
  '-e',
  'trace=write,pwrite64,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2',
] as const;

const call = /^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)/;
const descriptor = /^\d+<((?:\\x[0-9a-f]{2})+)>/;
const quoted = /"((?:\\x[0-9a-f]{2})*)"/;

/** Reads a log of strace, keeping what concerns the directory and the files in it. */
export function parseTrace(log: string, dir: string): readonly DiskOperation[] {
  const operations: DiskOperation[] = [];
  for (const line of wholeLines(log)) {
    const [, name = '', args = '', result = '-1'] = call.exec(line) ?? [];
    if (Number(result) < 0) continue;
    const path = bytesOf((descriptor.exec(args) ?? quoted.exec(args))?.[1] ?? '').toString();
    if (path !== dir && !path.startsWith(`${dir}/`)) continue;
    operations.push(operationOf(name, args, path.slice(dir.length + 1), Number(result)));
  }
  return operations;
}

/** Joins a call that strace cut in two because another thread came in between. */
function* wholeLines(log: string): Generator<string> {
  const begun = new Map<string, string>();
  for (const line of log.split('\n')) {
    const thread = line.slice(0, line.indexOf(' '));
    if (line.endsWith('<unfinished ...>')) {
      begun.set(thread, line.slice(0, -'<unfinished ...>'.length).trimEnd());
      continue;
    }
    const [, rest] = /<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? [];
    yield rest === undefined ? line : `${begun.get(thread) ?? ''}${rest}`;
  }
}

function operationOf(name: string, args: string, file: string, result: number): DiskOperation {
  switch (name) {
    case 'write':
    case 'pwrite64': {
      const bytes = bytesOf(quoted.exec(args)?.[1] ?? '').subarray(0, result);
      if (file === 'marks') return { type: 'mark', text: bytes.toString().trim() };
      if (name === 'write') throw new Error(`${file} is written without an offset`);
      return { type: 'write', file, offset: Number(/, (\d+)$/.exec(args)?.[1]), bytes };
    }
    case 'ftruncate':
      return { type: 'truncate', file, size: Number(/, (\d+)$/.exec(args)?.[1]) };
    case 'fsync':
    case 'fdatasync':
      return { type: 'sync', file };
    case 'unlink':
    case 'unlinkat':
      return { type: 'remove', file };
    default:
      throw new Error(`no rule for ${name} of ${file}`);
  }
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}
