import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import type { EntityRef } from '../../model/entity.ts';
import { canRun } from '../servers/availability.ts';
import { type Agent, createSite, startAgent } from './fixture/agent.ts';
import { type Cluster, startCluster } from './fixture/cluster.ts';
import { containerState, docker, memoryMiB } from './fixture/docker.ts';
import { until } from './fixture/until.ts';

/*
 * Faults injected with plain Docker commands into one cluster, each into another container, and one agent with the
 * example's own policy. What happened is read from Docker itself and from the journal.
 */
describe.runIf(canRun('docker', 'example-image'))('faults on a real cluster', () => {
  let cluster: Cluster;
  let agent: Agent;

  beforeAll(async () => {
    cluster = startCluster({ name: 'faults', subnet: '172.28.101', workers: 6 });
    agent = await startAgent(await createSite(cluster));
    await agent.untilReady();
    // It ends in the last test: a leak needs about two minutes to be sure of, and the other faults do not mind it.
    docker('kill', '--signal', 'USR2', cluster.container('worker-6'));
  });

  afterEach(() => onTestFailed(() => console.error(agent.story())));

  afterAll(async () => {
    await agent?.stop();
    cluster?.down();
  });

  /** Actions on one instance that reached the engine, one entry per action. */
  function effectsOn(shortName: string) {
    const of = ({ id }: EntityRef) => id === cluster.container(shortName);
    return agent.records('action').filter(({ spec, state }) => of(spec.target) && state === 'intended');
  }

  /** One action, one outcome, and both of one decision. */
  async function expectOneRepair(shortName: string): Promise<void> {
    const { decisionId } = await until(`an action on ${shortName}`, 60_000, () => effectsOn(shortName)[0] ?? null);
    const outcome = await agent.untilRecord('outcome', 120_000, (found) => found.decisionId === decisionId);
    expect(outcome).toMatchObject({ result: 'succeeded' });
    expect(effectsOn(shortName)).toHaveLength(1);
    expect(agent.records('outcome').filter((found) => found.decisionId === decisionId)).toHaveLength(1);
  }

  test('a killed worker is back within 60 s with one action, one outcome and one decision', async () => {
    const killedAtMs = Date.now();
    docker('kill', cluster.container('worker-1'));
    await until('worker-1 runs', 60_000, () => cluster.running('worker-1'), agent.story);
    await expectOneRepair('worker-1');
    await cluster.untilHealthy('worker-1', 30_000);
    expect(cluster.starts('worker-1', killedAtMs)).toBe(1);
  });

  test('a paused worker works again', async () => {
    docker('pause', cluster.container('worker-2'));
    await until('worker-2 runs', 120_000, () => cluster.running('worker-2'), agent.story);
    await expectOneRepair('worker-2');
    await cluster.untilHealthy('worker-2', 30_000);
  });

  test('a worker that was killed for memory is started again', async () => {
    const name = cluster.container('worker-3');
    // So little room that the leak ends in a few seconds, long before anybody could call it a trend.
    const limit = `${Math.ceil(memoryMiB(name)) + 6}m`;
    docker('update', '--memory', limit, '--memory-swap', limit, name);
    docker('kill', '--signal', 'USR2', name);
    await until('worker-3 is out of memory', 60_000, () => cluster.sawOutOfMemory('worker-3'));
    await until('worker-3 runs', 60_000, () => cluster.running('worker-3'), agent.story);
    await expectOneRepair('worker-3');
  });

  test('a killed broker is back and no other broker was touched', async () => {
    const others = ['broker-1', 'broker-3'];
    const startedAt = () => others.map((name) => containerState(cluster.container(name)).startedAt);
    const before = startedAt();
    docker('kill', cluster.container('broker-2'));
    await until('broker-2 runs', 120_000, () => cluster.running('broker-2'), agent.story);
    await expectOneRepair('broker-2');
    await cluster.untilHealthy('broker-2', 60_000);
    expect(startedAt()).toEqual(before);
    expect(others.flatMap(effectsOn)).toEqual([]);
  });

  test('a worker that was cut off from the network is connected again', async () => {
    const name = cluster.container('worker-4');
    const networks = () =>
      Object.keys(JSON.parse(docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', name)));
    const [network] = networks();
    docker('network', 'disconnect', network!, name);
    await until('worker-4 is connected', 120_000, () => networks().length > 0, agent.story);
    await expectOneRepair('worker-4');
  });

  test('a leaking worker is restarted before its limit', async () => {
    const name = cluster.container('worker-6');
    await until('worker-6 is restarted', 240_000, () => effectsOn('worker-6').length > 0, agent.story);
    await expectOneRepair('worker-6');
    await cluster.untilHealthy('worker-6', 30_000);
    expect(containerState(name).killedForMemory).toBe(false);
    expect(cluster.sawOutOfMemory('worker-6')).toBe(false);
  });

  test('every action on an instance so far had its own fault', () => {
    const targets = agent
      .records('action')
      .filter(({ state, spec }) => state === 'intended' && spec.target.kind === 'instance')
      .map(({ spec }) => spec.target.id);
    const expected = ['worker-1', 'worker-2', 'worker-3', 'worker-4', 'broker-2', 'worker-6'].map(cluster.container);
    expect(targets.sort()).toEqual(expected.sort());
  });

  test('a leader whose disk is full is restarted, and no other broker is touched', async () => {
    const names = ['broker-1', 'broker-2', 'broker-3'];
    const before = new Map(names.map((shortName) => [shortName, effectsOn(shortName).length]));
    const leader = leaderOf(cluster);
    const fill = 'dd if=/dev/zero of=/data/fill bs=1M count=200 2>/dev/null; true';
    docker('exec', cluster.container(leader), 'sh', '-c', fill);
    const acted = (shortName: string) => effectsOn(shortName).length > before.get(shortName)!;
    await until(`${leader} is restarted`, 180_000, () => acted(leader), agent.story);
    await cluster.untilHealthy(leader, 120_000);
    expect(names.filter(acted)).toEqual([leader]);
  });
});

/** The stream's leader as the brokers' monitoring pages tell it, by its short name. */
function leaderOf(cluster: Cluster): string {
  const address = docker(
    'inspect',
    '--format',
    '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
    cluster.container('broker-1'),
  );
  const page = JSON.parse(execFileSync('curl', ['-sf', `http://${address}:8222/jsz?streams=1`], { encoding: 'utf8' }));
  const { leader } = page.account_details[0].stream_detail[0].cluster;
  const shortName = ['broker-1', 'broker-2', 'broker-3'].find((name) => cluster.container(name) === leader);
  if (shortName === undefined) throw new Error(`the leader is ${leader}`);
  return shortName;
}
