import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { canRun } from '../servers/availability.ts';
import { type Agent, createSite, type PolicyFile, type Site, startAgent } from './fixture/agent.ts';
import { type Cluster, startCluster } from './fixture/cluster.ts';
import { docker } from './fixture/docker.ts';
import { until } from './fixture/until.ts';

const twoSteps = fileURLToPath(new URL('fixture/playbooks', import.meta.url));

/** What comes between a decision and its effect, on a real cluster: each must end with no effect, or with exactly one. */
describe.runIf(canRun('docker', 'example-image'))('the guard on a real cluster', () => {
  const victim = 'worker-4';
  let cluster: Cluster;
  let agents: Agent[] = [];

  beforeAll(() => {
    cluster = startCluster({ name: 'guard', subnet: '172.28.107', workers: 4 });
  });

  beforeEach(() => cluster.repair());

  afterEach(async () => {
    for (const agent of agents) await agent.kill();
    agents = [];
  });

  afterAll(() => cluster?.down());

  /** The agent with eyes and hands that misbehave as `fixture/meddled-agent.ts` tells. */
  const meddle = (site: Site, moment: string) =>
    start(site, { program: ['test/e2e/fixture/meddled-agent.ts', moment] });

  async function start(site: Site, options: Parameters<typeof startAgent>[1]): Promise<Agent> {
    const agent = await startAgent(site, options);
    agents.push(agent);
    onTestFailed(() => console.error(agent.story()));
    return agent;
  }

  /** @returns when, Unix ms */
  function kill(): number {
    const atMs = Date.now();
    docker('kill', cluster.container(victim));
    return atMs;
  }

  const holding = (site: Site) =>
    until('the facts are held back', 60_000, () => existsSync(join(site.stateDir, 'holding')), site.story);
  const letGo = (site: Site) => writeFileSync(join(site.stateDir, 'go'), '');
  const outcomeOf = (site: Site, decisionId: string) =>
    site.untilRecord('outcome', 120_000, (outcome) => outcome.decisionId === decisionId);

  test('paused while it looks and woken after its lease, it does nothing under its old epoch', async () => {
    const site = await createSite(cluster);
    const first = await meddle(site, 'pause-looking');
    await first.untilReady();
    const killedAtMs = kill();
    await until('the first agent is paused', 60_000, first.paused, site.story);
    const second = await start(site, { standby: true });
    await second.untilReady();
    first.signal('SIGCONT');

    const outcome = await site.untilRecord('outcome', 120_000, () => true);
    expect(outcome.result).toBe('succeeded');
    await until('the first agent stands by', 30_000, async () => !(await first.ready()));
    expect(new Set(site.records('action').map(({ epoch }) => epoch))).toEqual(new Set([2]));
    expect(cluster.starts(victim, killedAtMs)).toBe(1);
  });

  test('paused as it acts and woken after its lease, its call never leaves', async () => {
    const site = await createSite(cluster);
    const first = await meddle(site, 'pause-acting');
    await first.untilReady();
    const killedAtMs = kill();
    await until('the first agent is paused', 60_000, first.paused, site.story);
    const second = await start(site, { standby: true });
    await second.untilReady();
    // The second one reads back what the first one had intended, and finds that it did not happen.
    await site.untilRecord('action', 60_000, ({ state }) => state === 'refused');
    first.signal('SIGCONT');

    const answered = join(site.stateDir, 'answer.json');
    await until('the call of the first agent ends', 60_000, () => existsSync(answered), site.story);
    expect(JSON.parse(readFileSync(answered, 'utf8'))).toMatchObject({ status: 'refused' });
    await until('the first agent stands by', 30_000, async () => !(await first.ready()));
    expect(cluster.starts(victim, killedAtMs)).toBe(0);
    expect(await site.cli('audit', 'verify')).toMatchObject({ code: 0 });
  });

  test('a policy that changes between two steps stops the second one', async () => {
    const alone = (policy: PolicyFile) => {
      policy.mode = 'autonomous';
    };
    const site = await createSite(cluster, alone, (config) => {
      config.playbooks = [twoSteps];
    });
    const agent = await meddle(site, 'hold-1');
    await agent.untilReady();
    const killedAtMs = kill();
    await holding(site);
    site.changePolicy(({ rules }) => {
      rules.push({ id: 'no-restarts', effect: 'deny', actions: ['instance.restart'], why: 'an audit is on' });
    });
    await site.untilRecord('control', 30_000, ({ event }) => event === 'policy-loaded');
    letGo(site);

    const outcome = await site.untilRecord('outcome', 60_000, () => true);
    expect(outcome.result).toBe('error');
    expect(outcome.why).toContain('no-restarts');
    expect(site.records('action').map(({ spec, state }) => [spec.name, state])).toEqual([
      ['instance.start', 'intended'],
      ['instance.start', 'answered'],
    ]);
    expect(cluster.starts(victim, killedAtMs)).toBe(1);
  });

  test('an approval is withdrawn when the facts change, before the click or after it', async () => {
    const site = await createSite(cluster, ({ rules }) => {
      for (const rule of rules) rule.effect = 'ask';
    });
    const agent = await meddle(site, 'hold-0');
    await agent.untilReady();
    kill();
    const asked = await site.untilRecord('approval', 60_000, ({ state }) => state === 'requested');
    // Other limits make it another instance as far as a plan is concerned; it stays dead.
    docker('update', '--memory', '200m', '--memory-swap', '200m', cluster.container(victim));
    const gone = await site.untilRecord(
      'approval',
      60_000,
      ({ id, state }) => id === asked.id && state !== 'requested',
    );
    expect(['withdrawn', 'superseded']).toContain(gone.state);
    expect((await site.cli('approve', asked.id)).code).not.toBe(0);

    const again = await site.untilRecord(
      'approval',
      60_000,
      ({ id, state }) => id !== asked.id && state === 'requested',
    );
    expect(await site.cli('approve', again.id)).toMatchObject({ code: 0 });
    await holding(site);
    docker('update', '--memory', '220m', '--memory-swap', '220m', cluster.container(victim));
    letGo(site);
    expect(await outcomeOf(site, again.id)).toMatchObject({ result: 'error' });
    await site.untilRecord('approval', 30_000, ({ id, state }) => id === again.id && state === 'withdrawn');
    expect(site.records('action')).toEqual([]);
    expect(cluster.running(victim)).toBe(false);
  });

  test('an effect whose answer was lost is read back and not repeated', async () => {
    const site = await createSite(cluster);
    const agent = await meddle(site, 'lose-answer');
    await agent.untilReady();
    const killedAtMs = kill();
    const outcome = await site.untilRecord('outcome', 180_000, () => true);
    expect(outcome.result).toBe('succeeded');
    expect(site.records('action').map(({ state }) => state)).toEqual(['intended', 'unknown', 'answered']);
    expect(cluster.starts(victim, killedAtMs)).toBe(1);
  });
});
