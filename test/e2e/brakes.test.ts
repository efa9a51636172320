import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { canRun } from '../servers/availability.ts';
import { type Agent, createSite, type PolicyFile, type Site, startAgent } from './fixture/agent.ts';
import { type Cluster, startCluster } from './fixture/cluster.ts';
import { docker } from './fixture/docker.ts';
import { until } from './fixture/until.ts';

/** Everything that must keep the agent's hands off, and crashes of the agent itself, on one small cluster. */
describe.runIf(canRun('docker', 'example-image'))('restraint on a real cluster', () => {
  const victim = 'worker-4';
  let cluster: Cluster;
  let agents: Agent[] = [];

  beforeAll(() => {
    cluster = startCluster({ name: 'brakes', subnet: '172.28.102', workers: 4 });
  });

  beforeEach(() => cluster.repair());

  afterEach(async () => {
    for (const agent of agents) await agent.kill();
    agents = [];
  });

  afterAll(() => cluster?.down());

  /** A fresh agent that watches the cluster. */
  async function watch(change?: (policy: PolicyFile) => void): Promise<Agent> {
    const agent = await start(await createSite(cluster, change));
    await agent.untilReady();
    return agent;
  }

  async function start(site: Site, options?: Parameters<typeof startAgent>[1]): Promise<Agent> {
    const agent = await startAgent(site, options);
    agents.push(agent);
    onTestFailed(() => console.error(agent.story()));
    return agent;
  }

  const kill = () => docker('kill', cluster.container(victim));

  function expectUntouched(agent: Agent): void {
    expect(agent.records('action')).toEqual([]);
    expect(cluster.running(victim)).toBe(false);
  }

  test('without a fault for two minutes nothing is done', async () => {
    const agent = await watch();
    // Here time itself is what is tested.
    await new Promise((resolve) => setTimeout(resolve, 120_000));
    expect(await agent.ready()).toBe(true);
    expect(agent.records('plan')).toEqual([]);
    expect(agent.records('action')).toEqual([]);
  });

  test('mode observe says what it would do and does nothing', async () => {
    const agent = await watch((policy) => {
      policy.mode = 'observe';
    });
    kill();
    const verdict = await agent.untilRecord('verdict', 60_000, ({ wouldEffect }) => wouldEffect === 'auto');
    expect(verdict.effect).not.toBe('auto');
    expectUntouched(agent);
  });

  test('an ask waits for a person, and then acts once', async () => {
    const agent = await watch((policy) => {
      for (const rule of policy.rules) rule.effect = 'ask';
    });
    const killedAtMs = Date.now();
    kill();
    const { id: decisionId } = await agent.untilRecord('approval', 60_000, ({ state }) => state === 'requested');
    expectUntouched(agent);
    const unanswered = await agent.cli('why', decisionId);
    expect(unanswered).toMatchObject({ code: 0 });

    expect(await agent.cli('approve', decisionId)).toMatchObject({ code: 0 });
    const outcome = await agent.untilRecord('outcome', 120_000, (found) => found.decisionId === decisionId);
    expect(outcome.result).toBe('succeeded');
    expect(cluster.starts(victim, killedAtMs)).toBe(1);
    expect((await agent.cli('approve', decisionId)).code).not.toBe(0);
  });

  test('a STOP file keeps every effect back', async () => {
    const agent = await watch();
    writeFileSync(join(agent.stateDir, 'STOP'), 'maintenance\n');
    kill();
    await agent.untilRecord('verdict', 60_000, ({ checks }) => checks.some(({ code }) => code === 'GUARD_STOP'));
    expectUntouched(agent);
  });

  test('a held worker that is killed stays as it is', async () => {
    const agent = await watch();
    const held = await agent.cli('hold', cluster.container(victim), '--for', '2h', '--why', 'a person looks at it');
    expect(held).toMatchObject({ code: 0 });
    // Another worker dies with it: once that one is repaired, the agent has had its chance with both.
    const other = cluster.container('worker-3');
    kill();
    docker('kill', other);
    const outcome = await agent.untilRecord('outcome', 150_000, () => true);
    expect(outcome.result).toBe('succeeded');
    expect(new Set(agent.records('action').map(({ spec }) => spec.target.id))).toEqual(new Set([other]));
    expect(cluster.running(victim)).toBe(false);
  });

  test.each([
    ['between intent and effect', 'after-intent'],
    ['between effect and outcome', 'after-effect'],
  ] as const)('killed %s, it reconciles on restart and never repeats the effect', async (_, moment) => {
    const site = await createSite(cluster);
    const crashing = await start(site, { program: ['test/e2e/fixture/meddled-agent.ts', moment] });
    await crashing.untilReady();
    const killedAtMs = Date.now();
    kill();
    await crashing.untilDead(90_000);
    expect(cluster.running(victim)).toBe(moment === 'after-effect');
    expect(site.records('action').map(({ state }) => state)).toEqual(['intended']);

    const agent = await start(site);
    await until('the worker runs', 180_000, () => cluster.running(victim), site.story);
    const [interrupted] = site.records('action');
    // Where nothing had been sent, that plan ends as an error and a later one mends the fault.
    await site.untilRecord('outcome', 150_000, ({ result }) => result !== 'error');
    expect(cluster.starts(victim, killedAtMs)).toBe(1);
    const settled = site.records('action').filter(({ id, state }) => id === interrupted!.id && state !== 'intended');
    expect(settled).not.toEqual([]);
    await cluster.untilHealthy(victim, 30_000);
    await agent.stop();
    expect((await site.cli('audit', 'verify')).code).toBe(0);
  });

  test('a second process stays passive until the lease of the first one ends', async () => {
    const first = await watch();
    const second = await start(first, { standby: true });
    kill();
    const outcome = await first.untilRecord('outcome', 150_000, () => true);
    expect(outcome.result).toBe('succeeded');
    expect(await second.ready()).toBe(false);
    const [one, ...more] = first.records('action').filter(({ state }) => state === 'intended');
    expect(more).toEqual([]);

    await first.kill();
    docker('kill', cluster.container('worker-3'));
    const isNext = (target: string) => target === cluster.container('worker-3');
    const next = await second.untilRecord('action', 120_000, ({ spec }) => isNext(spec.target.id));
    expect(next.epoch).toBeGreaterThan(one!.epoch);
    await cluster.untilHealthy('worker-3', 60_000);
  });
});
