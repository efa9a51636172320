import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsePlaybook } from '../../../agent/plan/playbook.ts';
import { runPlaybookTests } from '../../../agent/plan/playbook-tests.ts';
import { parseScenario } from '../../../sim/scenario.ts';

const root = join(import.meta.dirname, '../../../playbooks');

describe.each(readdirSync(root))('playbook %s', (name) => {
  const file = join(root, name, 'playbook.yaml');
  const parsed = parsePlaybook(readFileSync(file, 'utf8'), file);

  test('loads, and is named like its folder', () => {
    expect(parsed.ok ? parsed.playbook.name : parsed.problems).toBe(name);
  });

  test('says what it does, when it must not run and its worst case', () => {
    const readme = readFileSync(join(root, name, 'README.md'), 'utf8');
    for (const fact of ['What it does', 'When it must not run', 'Worst-case blast radius'])
      expect(readme).toContain(fact);
  });

  test('has a drill that the simulator understands, if it names one', () => {
    if (!parsed.ok || parsed.playbook.drill === null)
      return expect(existsSync(join(root, name, 'drill.yaml'))).toBe(false);
    const drill = join(root, name, parsed.playbook.drill.scenario);
    expect(parseScenario(readFileSync(drill, 'utf8'), drill).ok).toBe(true);
  });

  test('passes its own tests', () => {
    if (!parsed.ok) throw new Error('did not load');
    const results = runPlaybookTests(parsed.playbook, (fixture) => readFileSync(join(root, name, fixture), 'utf8'));
    expect(results.filter((result) => !result.ok)).toEqual([]);
  });
});
