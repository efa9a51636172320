import { EventEmitter } from 'node:events';
import { render } from 'ink';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { App } from '../../tui/components/app.tsx';
import { type ThemeName, themeOf } from '../../tui/theme.ts';
import type { View } from '../../tui/view-model/glyphs.ts';
import { HandSource, recordedPicture, viewOf } from './pictures.ts';

// Read by chalk, which Ink paints with, when it loads.
vi.hoisted(() => {
  process.env.FORCE_COLOR = '3';
});

class Terminal extends EventEmitter {
  columns = 100;
  rows = 30;
  isTTY = true;
  written = '';
  write(text: string, done?: () => void): boolean {
    this.written += text;
    done?.();
    return true;
  }
}

class Keyboard extends EventEmitter {
  isTTY = true;
  #waiting: string[] = [];
  setRawMode(): void {}
  setEncoding(): void {}
  resume(): void {}
  pause(): void {}
  ref(): void {}
  unref(): void {}
  read(): string | null {
    return this.#waiting.shift() ?? null;
  }
  type(text: string): void {
    this.#waiting.push(text);
    this.emit('readable');
    this.emit('data', text);
  }
}

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

function open(theme: ThemeName = 'dark', noColor?: string, look: View = viewOf()) {
  const source = new HandSource(recordedPicture());
  const [stdout, stdin] = [new Terminal(), new Keyboard()];
  const app = render(<App source={source} theme={themeOf(theme, noColor)} look={look} />, {
    stdout: stdout as never,
    stdin: stdin as never,
    interactive: true,
    incrementalRendering: true,
    maxFps: 1_000,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  ended.push(() => app.unmount());
  return { source, stdout, stdin, app };
}

describe('on a terminal', () => {
  test('a question is approved by its number and not before', async () => {
    const { source, stdin, stdout, app } = open();
    for (const key of ['a', '\t', '\r', '0003']) {
      stdin.type(key);
      await app.waitUntilRenderFlush();
    }
    expect(source.sent).toEqual([]);
    stdin.type('\r');
    await app.waitUntilRenderFlush();
    expect(source.sent).toMatchObject([{ type: 'answer', answer: 'approve' }]);
    expect(stdout.written).toContain('Type 0003 to approve');
  });

  test('keys that arrive together count one by one, also those that are no letters', async () => {
    const { source, stdin, stdout, app } = open();
    stdin.type('a\t\r00x\b03\r');
    await app.waitUntilRenderFlush();
    expect(stdout.written).toContain('Not now');
    expect(source.sent).toMatchObject([{ type: 'answer', answer: 'approve' }]);
  });

  test('q leaves, but not out of a dialog', async () => {
    const { stdin, app } = open();
    let left = false;
    void app.waitUntilExit().then(() => {
      left = true;
    });
    stdin.type('a');
    stdin.type('q');
    await app.waitUntilRenderFlush();
    expect(left).toBe(false);
    stdin.type('\t');
    await app.waitUntilRenderFlush();
    stdin.type('\u001b[Z');
    stdin.type('\r');
    await app.waitUntilRenderFlush();
    stdin.type('q');
    await app.waitUntilExit();
  });

  test('colours are there by default, and NO_COLOR takes every look away', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence is what is looked for
    const looks = /\u001b\[[\d;]*m/;
    expect(open('dark').stdout.written).toMatch(looks);
    expect(open('dark', '1').stdout.written).not.toMatch(looks);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    expect(open('mono').stdout.written).not.toMatch(/\u001b\[(3|4|9|10)\d/);
  });

  test('a frozen screen keeps its picture while the world goes on', async () => {
    const { source, stdin, stdout, app } = open();
    stdin.type('f');
    await app.waitUntilRenderFlush();
    stdout.written = '';
    source.show({ ...source.shown, nowMs: source.shown.nowMs + 3_600_000 });
    await app.waitUntilRenderFlush();
    expect(stdout.written).not.toContain('09:10:55');
    stdin.type('f');
    await app.waitUntilRenderFlush();
    expect(stdout.written).toContain('9:10:55');
  });
});
