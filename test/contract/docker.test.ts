import { afterAll, beforeAll, describe } from 'vitest';
import { dockerActuator } from '../../actuators/docker/docker-actuator.ts';
import { natsActuator } from '../../actuators/nats/nats-actuator.ts';
import type { Collector, FactsAnswer } from '../../agent/ports.ts';
import { dockerCollector } from '../../collectors/docker/docker-collector.ts';
import type { BrokerAddress } from '../../collectors/nats/monitoring.ts';
import { natsCollector } from '../../collectors/nats/nats-collector.ts';
import type { InventoryPart } from '../../model/inventory.ts';
import { canRun } from '../servers/availability.ts';
import { actuatorContract } from './actuator-contract.ts';
import { collectorContract } from './collector-contract.ts';
import { type ContractCluster, docker, startContractCluster, systemClock, systemTimer } from './docker-cluster.ts';
import { dockerHands } from './docker-hands.ts';
import { answerOf, lastPart } from './observed.ts';

/** Faster than in service, so that the suite waits less. */
const time = { clock: systemClock, timer: systemTimer, intervalMs: 500 };
/** A port on which nothing listens. */
const nowhere = 'http://127.0.0.1:59997';

describe.runIf(canRun('docker', 'nats-server', 'example-image'))('on a real Docker cluster', () => {
  let cluster: ContractCluster;
  beforeAll(() => {
    cluster = startContractCluster('ports', '172.28.77');
  });
  afterAll(() => cluster?.down());

  const running = () => cluster;
  dockerContracts(running);
  dockerHands(running);
  natsContracts(running);
});

const brokersAt = (monitor: Readonly<Record<string, string>>) => (): BrokerAddress[] =>
  Object.entries(monitor).map(([instanceId, url]) => ({ instanceId, url, replicaGroup: 'orders' }));

/** What a test does to one container. */
const hurt = (name: string) => ({
  kill: () => docker('kill', name),
  pause: () => docker('pause', name),
  revive: () => {
    const paused = docker('inspect', '-f', '{{.State.Paused}}', name) === 'true';
    docker(paused ? 'unpause' : 'start', name);
  },
});

function dockerContracts(cluster: () => ContractCluster): void {
  collectorContract('docker', () => {
    const workerId = cluster().id('worker-1');
    const worker = (part: InventoryPart) => part.instances?.find(({ id }) => id === workerId);
    const { label } = cluster();
    return {
      clock: systemClock,
      passTime: null,
      collector: () => dockerCollector({ label, ...time }),
      cutOffCollector: () => dockerCollector({ label, ...time, address: { socketPath: '/nowhere/docker.sock' } }),
      measured: { kind: 'instance', id: workerId },
      ...hurt(workerId),
      looksDown: (part) => worker(part)?.state !== 'running',
      looksWell: (part) => worker(part)?.state === 'running' && worker(part)?.ready === true,
      close: () => {},
    };
  });

  actuatorContract('docker', () => {
    const id = cluster().id('worker-2');
    const watcher = dockerCollector({ label: cluster().label, ...time });
    return {
      actuator: dockerActuator({ label: cluster().label }),
      clock: systemClock,
      passTime: null,
      effective: () => ({ name: 'instance.restart', target: { kind: 'instance', id }, params: { graceMs: 1_000 } }),
      onUnknownTarget: {
        name: 'instance.restart',
        target: { kind: 'instance', id: cluster().id('worker-99') },
        params: { graceMs: 1_000 },
      },
      unsupported: { name: 'node.drain', target: { kind: 'node', id: 'any' }, params: { graceMs: 1_000 } },
      generation: async () => {
        const worker = (await readPart(watcher)).instances?.find((instance) => instance.id === id);
        return String(worker?.generation);
      },
      mark: () => docker('inspect', '-f', '{{.State.StartedAt}}', id),
      close: () => {},
    };
  });
}

function natsContracts(cluster: () => ContractCluster): void {
  collectorContract('nats', () => {
    const brokerId = cluster().id('broker-1');
    const member = (part: InventoryPart) =>
      part.replicaGroups?.[0]?.members.find(({ instanceId }) => instanceId === brokerId);
    return {
      clock: systemClock,
      passTime: null,
      collector: () => natsCollector({ brokers: brokersAt(cluster().monitor), ...time }),
      cutOffCollector: () => natsCollector({ brokers: brokersAt({ [brokerId]: nowhere }), ...time }),
      measured: { kind: 'queue', id: 'orders' },
      ...hurt(brokerId),
      looksDown: (part) => member(part)?.online === false,
      looksWell: (part) => member(part)?.online === true && member(part)?.inSync === true,
      close: () => {},
    };
  });

  actuatorContract('nats', () => {
    const brokers = brokersAt(cluster().monitor);
    const watcher = natsCollector({ brokers, ...time });
    const leader = async (): Promise<string> => (await readPart(watcher)).replicaGroups?.[0]?.leaderId ?? 'no leader';
    const target = { kind: 'replica-group', id: 'orders' } as const;
    const transferFrom = (from: string) =>
      ({ name: 'replica.transfer-leader', target, params: { from, to: null } }) as const;
    return {
      actuator: natsActuator({ brokers }),
      clock: systemClock,
      passTime: null,
      effective: async () => transferFrom(await leader()),
      onUnknownTarget: { ...transferFrom('nobody'), target: { kind: 'replica-group', id: 'nowhere' } },
      unsupported: { name: 'replica.rebalance', target, params: {} },
      generation: leader,
      mark: leader,
      close: () => {},
    };
  });
}

async function readPart(collector: Collector): Promise<InventoryPart> {
  const answer = await answerOf<FactsAnswer>(null, (done) =>
    collector.readFacts({ entities: [], timeoutMs: 5_000 }, done),
  );
  if (!answer.ok) throw new Error(answer.message);
  return lastPart(answer.observations)!;
}
