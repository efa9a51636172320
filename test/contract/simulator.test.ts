import type { InventoryPart } from '../../model/inventory.ts';
import { simActuator } from '../../sim/adapters/actuator.ts';
import { simCollector } from '../../sim/adapters/collector.ts';
import { takeDown } from '../../sim/cluster/instances.ts';
import { parseScenario } from '../../sim/scenario.ts';
import { createWorld, type World } from '../../sim/world.ts';
import { actuatorContract } from './actuator-contract.ts';
import { collectorContract } from './collector-contract.ts';

const workerId = 'worker-3';

function quietWorld(): World {
  const text = 'version: 1\nname: contract\nduration: 60m\ncluster: { preset: stream-small }\nexpect: { causes: [] }\n';
  const parsed = parseScenario(text, 'contract.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const world = createWorld({ scenario: parsed.scenario, seed: 7 });
  // Everything starts in the first instant; a start must be told from an intent that comes later.
  world.runUntilMs(world.startMs + 60_000);
  return world;
}

const workerIn = (part: InventoryPart) => part.instances?.find(({ id }) => id === workerId);

collectorContract(
  'simulator',
  () => {
    const world = quietWorld();
    const worker = () => world.state.instances.get(workerId)!;
    const person = { name: 'test', isPerson: true, decisionId: null };
    const target = { kind: 'instance', id: workerId } as const;
    return {
      clock: world.clock,
      passTime: (ms) => world.runUntilMs(world.clock.nowMs() + ms),
      collector: () => simCollector(world),
      measured: target,
      kill: () => takeDown(world.state, worker(), { exitCode: 137 }),
      pause: () => {
        worker().state = 'paused';
      },
      revive: () => world.act(person, { name: 'instance.restart', target, params: { graceMs: 0 } }, () => {}),
      looksDown: (part) => workerIn(part)?.state !== 'running',
      looksWell: (part) => workerIn(part)?.state === 'running' && workerIn(part)?.ready === true,
      close: () => {},
    };
  },
  { canFail: false },
);

actuatorContract('simulator', () => {
  const world = quietWorld();
  const worker = () => world.state.instances.get(workerId)!;
  return {
    actuator: simActuator(world, 'sim', new Set(['instance.restart'])),
    clock: world.clock,
    passTime: (ms) => world.runUntilMs(world.clock.nowMs() + ms),
    effective: () => ({
      name: 'instance.restart',
      target: { kind: 'instance', id: workerId },
      params: { graceMs: 1_000 },
    }),
    onUnknownTarget: {
      name: 'instance.restart',
      target: { kind: 'instance', id: 'worker-99' },
      params: { graceMs: 1_000 },
    },
    unsupported: { name: 'workload.scale', target: { kind: 'workload', id: 'worker' }, params: { to: 7 } },
    generation: () => String(worker().generation),
    mark: () => String(worker().startedAtMs),
    close: () => {},
  };
});
