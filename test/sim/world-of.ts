import { parseScenario, type Scenario } from '../../sim/scenario.ts';
import { createWorld, type World } from '../../sim/world.ts';

export interface WorldOptions {
  readonly seed?: number;
  readonly preset?: string;
  readonly load?: string;
  readonly duration?: string;
  /** Entries of `faults`, as YAML flow mappings without their braces. */
  readonly faults?: readonly string[];
}

export function scenarioOf(options: WorldOptions): Scenario {
  const lines = [
    'version: 1',
    'name: under-test',
    `duration: ${options.duration ?? '1h'}`,
    `cluster: { preset: ${options.preset ?? 'stream-small'} }`,
    `load: ${options.load ?? '{ pattern: steady }'}`,
    ...(options.faults?.length ? ['faults:', ...options.faults.map((fault) => `  - { ${fault} }`)] : []),
  ];
  const parsed = parseScenario(lines.join('\n'), 'under-test.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.scenario;
}

/** A world of the real simulator; nothing has run yet. */
export function worldOf(options: WorldOptions = {}): World {
  return createWorld({ scenario: scenarioOf(options), seed: options.seed ?? 1 });
}

export function runMinutes(world: World, minutes: number): void {
  world.runUntilMs(world.clock.nowMs() + minutes * 60_000);
}
