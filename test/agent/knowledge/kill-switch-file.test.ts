import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileKillSwitch, memoryKillSwitch } from '../../../agent/knowledge/kill-switch-file.ts';
import { scratchDir } from './records.ts';

describe('the STOP file', () => {
  test('is engaged by its being there, even empty', () => {
    const dir = scratchDir();
    const killSwitch = fileKillSwitch(dir);
    expect(killSwitch.engaged()).toBeNull();
    writeFileSync(join(dir, 'STOP'), '');
    expect(killSwitch.engaged()).toContain('STOP');
  });

  test('carries the reason and is released by name', () => {
    const dir = scratchDir();
    const killSwitch = fileKillSwitch(dir);
    killSwitch.engage('db move');
    expect(readFileSync(join(dir, 'STOP'), 'utf8')).toBe('db move\n');
    expect(killSwitch.engaged()).toBe('db move');
    killSwitch.release();
    killSwitch.release();
    expect(killSwitch.engaged()).toBeNull();
    expect(existsSync(join(dir, 'STOP'))).toBe(false);
  });

  test('counts as engaged where it cannot be read', () => {
    const dir = scratchDir();
    mkdirSync(join(dir, 'STOP'));
    expect(fileKillSwitch(dir).engaged()).toContain('cannot be read');
  });

  test('counts as engaged where the state directory is gone or is no directory', () => {
    const dir = join(scratchDir(), 'state');
    expect(fileKillSwitch(dir).engaged()).toContain('cannot be read');
    mkdirSync(dir);
    expect(fileKillSwitch(dir).engaged()).toBeNull();
    rmSync(dir, { recursive: true });
    writeFileSync(dir, 'a file');
    expect(fileKillSwitch(dir).engaged()).toContain('cannot be read');
  });
});

test('the kill switch of simulations is engaged until it is released', () => {
  const killSwitch = memoryKillSwitch();
  expect(killSwitch.engaged()).toBeNull();
  killSwitch.engage('why');
  expect(killSwitch.engaged()).toBe('why');
  killSwitch.release();
  expect(killSwitch.engaged()).toBeNull();
});
