import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Instance, render } from 'ink';
import { createElement, type FunctionComponent } from 'react';
import { median } from '../agent/analyze/live/statistics.ts';
import { HandSource, recordedPicture, viewOf } from '../test/tui/pictures.ts';
import type { AppProps } from '../tui/components/app.tsx';
import { themeOf } from '../tui/theme.ts';
import type { BenchRow } from './pair.ts';

const pairs = 11;
const framesPerRun = 20;
const secondMs = 1_000;

/** A terminal that counts what is written to it. */
class CountingTerminal extends EventEmitter {
  readonly columns = 100;
  readonly rows = 30;
  readonly isTTY = true;
  bytes = 0;
  write(text: string, done?: () => void): boolean {
    this.bytes += Buffer.byteLength(text);
    done?.();
    return true;
  }
}

class SilentKeyboard extends EventEmitter {
  readonly isTTY = true;
  setRawMode(): void {}
  setEncoding(): void {}
  resume(): void {}
  pause(): void {}
  ref(): void {}
  unref(): void {}
  read(): null {
    return null;
  }
}

/**
 * Bytes that one frame of the overview takes at steady state (one second passed: clock, data age, time left), at
 * 100x30; the reference is the same screen repainted whole, as Ink does without `incrementalRendering`.
 */
export async function benchTui(): Promise<readonly BenchRow[]> {
  const App = await compiledApp();
  const candidates: number[] = [];
  const references: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    candidates.push(await bytesPerFrame(App, true));
    references.push(await bytesPerFrame(App, false));
  }
  const ratios = candidates.map((bytes, index) => bytes / references[index]!);
  return [
    {
      name: 'tui-bytes-per-frame',
      candidate: median(candidates),
      reference: median(references),
      unit: 'bytes',
      ratioMedian: median(ratios),
      ratioMin: Math.min(...ratios),
      ratioMax: Math.max(...ratios),
      referenceSpread: (Math.max(...references) - Math.min(...references)) / median(references),
      pairs,
    },
  ];
}

/** Node strips types but does not know JSX, so the component comes from the build. */
async function compiledApp(): Promise<FunctionComponent<AppProps>> {
  const file = join(import.meta.dirname, '..', 'dist', 'tui', 'components', 'app.js');
  return ((await import(pathToFileURL(file).href)) as { App: FunctionComponent<AppProps> }).App;
}

async function bytesPerFrame(App: FunctionComponent<AppProps>, incrementalRendering: boolean): Promise<number> {
  const source = new HandSource(recordedPicture());
  const terminal = new CountingTerminal();
  const props: AppProps = { source, theme: themeOf('dark', undefined), look: viewOf() };
  const app: Instance = render(createElement(App, props), {
    stdout: terminal as never,
    stdin: new SilentKeyboard() as never,
    interactive: true,
    incrementalRendering,
    maxFps: secondMs,
    patchConsole: false,
  });
  await app.waitUntilRenderFlush();
  terminal.bytes = 0;
  for (let frame = 0; frame < framesPerRun; frame += 1) {
    source.show({ ...source.shown, nowMs: source.shown.nowMs + secondMs });
    await app.waitUntilRenderFlush();
  }
  const { bytes } = terminal;
  app.unmount();
  return bytes / framesPerRun;
}

if (import.meta.main) for (const row of await benchTui()) console.log(JSON.stringify(row));
