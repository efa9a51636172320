import { describe, expect, test } from 'vitest';
import { dockerActuator } from '../../actuators/docker/docker-actuator.ts';
import type { ActionAnswer, ActionCall } from '../../agent/ports.ts';
import { dockerCollector } from '../../collectors/docker/docker-collector.ts';
import type { ActionSpec } from '../../model/actions.ts';
import type { ClusterEvent, Observation } from '../../model/observation.ts';
import { type ContractCluster, docker, systemClock, systemTimer } from './docker-cluster.ts';
import { answerOf, lastPart, watch } from './observed.ts';

const state = (id: string): string => docker('inspect', '-f', '{{.State.Status}}', id);
const startedAt = (id: string): string => docker('inspect', '-f', '{{.State.StartedAt}}', id);
const events = (observations: readonly Observation[]): ClusterEvent[] =>
  observations.filter((observation) => observation.kind === 'event');

/** What the hands on Docker do beyond the contract of every actuator, each ending read from Docker itself. */
export function dockerHands(running: () => ContractCluster): void {
  describe('the hands on Docker', () => {
    const hands = handsOn(running);
    processTests(hands);
    networkTests(hands);
    workloadTests(hands);
    memoryTests(hands);
  });
}

type Hands = ReturnType<typeof handsOn>;

function handsOn(running: () => ContractCluster) {
  let last = 0;
  return {
    running,
    act(spec: ActionSpec, lastAddressOf: (id: string) => string | null = () => null) {
      last += 1;
      const call: ActionCall = { actionId: `D-2.${last}`, spec, epoch: 1, generation: null, timeoutMs: 30_000 };
      const actuator = dockerActuator({ label: running().label, lastAddressOf });
      return answerOf<ActionAnswer>(null, (done) => actuator.apply(call, done));
    },
    instance: (shortName: string) => ({ kind: 'instance', id: running().id(shortName) }) as const,
  };
}

function processTests({ act, instance }: Hands): void {
  test('starts a dead instance when it is told to restart it', async () => {
    const target = instance('worker-1');
    docker('kill', target.id);
    expect(await act({ name: 'instance.restart', target, params: { graceMs: 1_000 } })).toMatchObject({
      status: 'ok',
    });
    expect(state(target.id)).toBe('running');
  });

  test('restarts a paused instance without waiting for its grace, and it runs thawed', async () => {
    const target = instance('worker-1');
    const before = startedAt(target.id);
    docker('pause', target.id);
    expect(await act({ name: 'instance.restart', target, params: { graceMs: 25_000 } })).toMatchObject({
      status: 'ok',
    });
    expect(state(target.id)).toBe('running');
    expect(startedAt(target.id)).not.toBe(before);
  });

  test('stops and starts an instance, and changes nothing the second time', async () => {
    const target = instance('worker-1');
    const stop = { name: 'instance.stop', target, params: { graceMs: 1_000 } } as const;
    expect(await act(stop)).toMatchObject({ status: 'ok' });
    expect(await act(stop)).toMatchObject({ status: 'ok' });
    expect(state(target.id)).toBe('exited');
    const start = { name: 'instance.start', target, params: {} } as const;
    expect(await act(start)).toMatchObject({ status: 'ok' });
    const since = startedAt(target.id);
    expect(await act(start)).toMatchObject({ status: 'ok' });
    expect(startedAt(target.id)).toBe(since);
  });
}

function networkTests({ act, instance, running }: Hands): void {
  test('reattaches a broker to its network at the address where the collector last saw it', async () => {
    const target = instance('broker-2');
    const address = () =>
      docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', target.id);
    const before = address();
    const collector = dockerCollector({ label: running().label, clock: systemClock, timer: systemTimer });
    const { observations, until } = watch(collector, null);
    const attached = () => lastPart(observations)?.instances?.find(({ id }) => id === target.id)?.networkAttached;
    await until(() => attached() === true);
    const network = docker('inspect', '-f', '{{.HostConfig.NetworkMode}}', target.id);
    docker('network', 'disconnect', network, target.id);
    await until(() => attached() === false);
    expect(events(observations).map(({ name }) => name)).toContain('network.disconnected');
    const spec = { name: 'instance.reconnect-network', target, params: {} } as const;
    expect(await act(spec, collector.lastAddressOf)).toMatchObject({ status: 'ok' });
    collector.stop();
    expect(address()).toBe(before);
  });
}

function workloadTests({ act, running }: Hands): void {
  const workload = { kind: 'workload', id: 'worker' } as const;

  test('scales up by clones that work, and down again by removing only those', async () => {
    const to = (count: number) => ({ name: 'workload.scale', target: workload, params: { to: count } }) as const;
    const clone = running().id('worker-3');
    expect(await act(to(3))).toMatchObject({ status: 'ok' });
    expect(state(clone)).toBe('running');
    expect(docker('inspect', '-f', '{{.Config.Hostname}}', clone)).toBe(clone);
    expect(await act(to(1))).toMatchObject({ status: 'refused' });
    expect(await act(to(2))).toMatchObject({ status: 'ok' });
    expect(docker('ps', '-aq', '--filter', `name=^${clone}$`)).toBe('');
    expect(state(running().id('worker-2'))).toBe('running');
  });

  test('changes the limits of a whole workload, and leaves all as they were when the engine refuses', async () => {
    const limits = (memoryBytes: number) =>
      ({ name: 'workload.set-resources', target: workload, params: { cpuCores: null, memoryBytes } }) as const;
    const memory = () =>
      ['worker-1', 'worker-2'].map((name) => docker('inspect', '-f', '{{.HostConfig.Memory}}', running().id(name)));
    expect(await act(limits(256 * 2 ** 20))).toMatchObject({ status: 'ok' });
    expect(memory()).toEqual([String(256 * 2 ** 20), String(256 * 2 ** 20)]);
    expect(await act(limits(4 * 2 ** 20))).toMatchObject({ status: 'refused' });
    expect(memory()).toEqual([String(256 * 2 ** 20), String(256 * 2 ** 20)]);
  });
}

function memoryTests({ instance, running }: Hands): void {
  test('sees that the kernel killed a worker for memory, and not after it was started again', async () => {
    const target = instance('worker-2');
    const collector = dockerCollector({ label: running().label, clock: systemClock, timer: systemTimer });
    const { observations, until } = watch(collector, null);
    const seen = () => lastPart(observations)?.instances?.find(({ id }) => id === target.id);
    await until(() => seen()?.state === 'running');
    // The worker's own leak would take minutes: a string that doubles inside its process group takes a second.
    docker('exec', '-d', target.id, 'sh', '-c', 'x=aaaaaaaa; while :; do x=$x$x; done');
    await until(() => events(observations).some(({ name }) => name === 'instance.killed-for-memory'));
    docker('kill', target.id);
    await until(() => seen()?.state === 'stopped');
    expect(seen()?.killedForMemory).toBe(true);
    expect(seen()?.exitCode).toBe(137);
    docker('start', target.id);
    await until(() => seen()?.state === 'running' || seen()?.state === 'starting');
    expect(seen()?.killedForMemory).toBe(false);
    expect(seen()?.restarts).toBe(1);
    collector.stop();
  });
}
