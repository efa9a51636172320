import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import type { DecisionId, IncidentId } from '../../model/entity.ts';
import {
  appToken,
  botToken,
  buttonOf,
  channel,
  type FakeMessage,
  FakeSlack,
  wordsOf,
} from '../fixtures/slack/fake-slack.ts';
import { canRun } from '../servers/availability.ts';
import { type Agent, createSite, type Site, startAgent } from './fixture/agent.ts';
import { type Cluster, startCluster } from './fixture/cluster.ts';
import { docker } from './fixture/docker.ts';
import { openTerminal, type Terminal } from './fixture/terminal.ts';
import { until } from './fixture/until.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const maria = { id: 'U0MARIA', username: 'maria', name: 'maria' };

/** How long a face is waited for, ms: a deadline for giving up; how long it really took is printed. */
const faceDeadlineMs = 60_000;

interface Question {
  readonly decisionId: DecisionId;
  readonly incidentId: IncidentId;
  /** What people type to confirm: `0042` of `INC-0042`. */
  readonly number: string;
}

/** One way to see a question and to answer it. */
interface Face {
  readonly name: string;
  /** Who answers here, and through what, as the journal tells it. */
  readonly answersAs: { readonly id: string; readonly via: string };
  /** Waits until the question can be answered here. */
  readonly sees: (question: Question) => Promise<void>;
  readonly approve: (question: Question) => Promise<void>;
  /** Whether it offers the question no more, and names the person who answered. */
  readonly isClosed: (question: Question, personId: string) => boolean | Promise<boolean>;
}

/*
 * One agent of which every action asks, and three ways to answer beside each other: the terminal UI in a real
 * terminal, the bot in a local Slack, and the command line. The first valid answer wins and closes the others.
 */
describe.runIf(canRun('docker', 'example-image', 'tmux'))('faces of one agent on a real cluster', () => {
  let cluster: Cluster;
  let slack: FakeSlack;
  let site: Site;
  let agent: Agent;
  let terminal: Terminal;

  beforeAll(async () => {
    cluster = startCluster({ name: 'faces', subnet: '172.28.103', workers: 6 });
    slack = await FakeSlack.start(() => Date.now());
    site = await createSite(
      cluster,
      (policy) => {
        for (const rule of policy.rules) rule.effect = 'ask';
        policy.people.oncall = { users: ['token:local', `slack:${maria.id}`] };
      },
      (config, stateDir) => {
        const secret = (name: string, text: string) => {
          writeFileSync(join(stateDir, name), text);
          return join(stateDir, name);
        };
        const tokens = { botTokenFile: secret('bot-token', botToken), appTokenFile: secret('app-token', appToken) };
        config.chatops = { slack: { slackApiUrl: slack.url, channel, ...tokens } };
      },
    );
    await startAgentOnSite();
    const program = [process.execPath, join(root, 'bin/homeostat'), 'tui', '--config', site.config];
    terminal = openTerminal(cluster.id, program, root);
    await onScreen('NEEDS YOU');
  });

  // After a round that failed, the next one finds every worker alive.
  beforeEach(() => cluster.repair());

  afterAll(async () => {
    terminal?.close();
    await agent?.stop();
    await slack?.stop();
    cluster?.down();
  });

  async function startAgentOnSite(): Promise<void> {
    const connections = slack.connections;
    agent = await startAgent(site);
    await agent.untilReady();
    await until('the bot is connected', 60_000, () => slack.connections > connections, site.story);
  }

  const everything = () => [site.story(), terminal.screen(), ...slack.cards().map(({ text }) => text)].join('\n');

  /** Moves down until the cursor is on the row that begins with this. */
  const moveTo = (start: string) =>
    until(
      `the cursor is on ${start}`,
      60_000,
      () => {
        if (terminal.screen().includes(`▶ ${start}`)) return true;
        terminal.press('j');
        return false;
      },
      terminal.screen,
    );

  const onScreen = (text: string) =>
    until(`"${text}" on the screen`, 60_000, () => terminal.screen().includes(text), terminal.screen);

  function cardOf({ incidentId }: Question): FakeMessage | undefined {
    return slack.cards().find((card) => wordsOf(card).includes(incidentId));
  }

  const inTerminal: Face = {
    name: 'the terminal UI',
    answersAs: { id: 'token:local', via: 'tui' },
    async sees({ decisionId, number }) {
      terminal.press('1');
      await onScreen(`  ${number}  `);
      // Another question may be on top of the list.
      await moveTo(number);
      terminal.press('a');
      await onScreen('[> Not now <]');
      expect(terminal.screen()).toContain(decisionId);
    },
    async approve({ number }) {
      terminal.press('Tab', 'Enter');
      await onScreen(`Type ${number} to approve`);
      terminal.type('9999');
      terminal.press('Enter');
      await onScreen(`that is not ${number}; nothing was sent`);
      terminal.press('BSpace', 'BSpace', 'BSpace', 'BSpace');
      terminal.type(number);
      await onScreen(`to approve: ${number}_`);
      terminal.press('Enter');
    },
    isClosed({ decisionId }, personId) {
      const screen = terminal.screen();
      return screen.includes(`${decisionId} was approved by ${personId}`) && !screen.includes('Not now');
    },
  };

  const inSlack: Face = {
    name: 'Slack',
    answersAs: { id: `slack:${maria.id}`, via: 'slack' },
    async sees(question) {
      await until(
        'a button to approve',
        60_000,
        () => buttonOf(cardOf(question) ?? { blocks: [] }, 'approve') !== null,
        everything,
      );
    },
    async approve(question) {
      const opened = slack.views.length;
      await slack.click(cardOf(question)!, 'approve', maria);
      await until('the form', 60_000, () => slack.views.length > opened, everything);
      await slack.submit(maria, { number: question.number });
    },
    isClosed(question, personId) {
      const card = cardOf(question)!;
      return buttonOf(card, 'approve') === null && wordsOf(card).includes(personId.replace('slack:', '@'));
    },
  };

  const onCommandLine: Face = {
    name: 'the command line',
    answersAs: { id: 'token:local', via: 'cli' },
    async sees({ decisionId }) {
      expect((await site.cli('why', decisionId)).stdout).toContain('waiting-approval');
    },
    async approve({ decisionId }) {
      expect(await site.cli('approve', decisionId)).toMatchObject({ code: 0 });
    },
    async isClosed({ decisionId }, personId) {
      return (await site.cli('why', decisionId)).stdout.includes(personId);
    },
  };

  const faces = [inTerminal, inSlack, onCommandLine];

  async function untilAsked(victim: string, sinceMs: number): Promise<Question> {
    const target = cluster.container(victim);
    const isAbout = (decisionId: DecisionId) =>
      site
        .records('plan')
        .some(({ decisionId: id, steps }) => id === decisionId && steps[0]?.action.target.id === target);
    const { id: decisionId, incidentId } = await site.untilRecord(
      'approval',
      90_000,
      ({ id, state, atMs }) => state === 'requested' && atMs >= sinceMs && isAbout(id),
    );
    return { decisionId, incidentId, number: incidentId.slice('INC-'.length) };
  }

  /** Answers in one face while the others are watched, and prints how long after the answer each one closed. */
  async function approveIn(face: Face, question: Question): Promise<void> {
    const { id: personId, via } = face.answersAs;
    const closed = async (other: Face) => {
      const isClosed = () => other.isClosed(question, personId);
      await until(`${other.name} closes ${question.decisionId}`, faceDeadlineMs, isClosed, everything, 20);
      return { name: other.name, atMs: Date.now() };
    };
    const others = Promise.all(faces.filter((other) => other !== face).map(closed));
    // Where the answer itself fails, that is what is told.
    others.catch(() => {});
    await face.approve(question);
    const approved = await site.untilRecord(
      'approval',
      60_000,
      ({ id, state }) => id === question.decisionId && state === 'approved',
    );
    expect(approved.answers.map(({ person }) => person)).toEqual([{ id: personId, via }]);
    const delays = (await others).map(({ name, atMs }) => `${name} ${atMs - approved.atMs} ms`);
    console.info(`${question.decisionId} was answered in ${face.name}; closed after: ${delays.join(', ')}`);
    expect((await site.cli('approve', question.decisionId)).code).toBe(3);
  }

  test.each([
    { face: inTerminal, victim: 'worker-1', restarted: false, when: 'at once' },
    { face: inSlack, victim: 'worker-2', restarted: false, when: 'at once' },
    { face: onCommandLine, victim: 'worker-3', restarted: false, when: 'at once' },
    { face: inTerminal, victim: 'worker-4', restarted: true, when: 'after the agent was killed' },
    { face: inSlack, victim: 'worker-5', restarted: true, when: 'after the agent was killed' },
    { face: onCommandLine, victim: 'worker-6', restarted: true, when: 'after the agent was killed' },
  ])('$face.name approves $when: it runs once, and the others say who it was', async (round) => {
    const { face, victim, restarted } = round;
    onTestFailed(() => console.error(everything()));
    const killedAtMs = Date.now();
    docker('kill', cluster.container(victim));
    const question = await untilAsked(victim, killedAtMs);
    for (const each of faces) await each.sees(question);
    if (restarted) {
      await agent.kill();
      await onScreen('LOST');
      await startAgentOnSite();
      await until('the screen has found it again', 60_000, () => !terminal.screen().includes('LOST'), everything);
    }
    expect(cluster.running(victim)).toBe(false);

    await approveIn(face, question);

    const { decisionId } = question;
    const outcome = await site.untilRecord('outcome', 120_000, (found) => found.decisionId === decisionId);
    expect(outcome.result).toBe('succeeded');
    await cluster.untilHealthy(victim, 60_000);
    const effects = site.records('action').filter(({ spec }) => spec.target.id === cluster.container(victim));
    expect(effects.filter(({ state }) => state === 'intended')).toHaveLength(1);
    await until('Docker tells of the start', 30_000, () => cluster.starts(victim, killedAtMs) > 0);
    expect(cluster.starts(victim, killedAtMs)).toBe(1);
    await until(
      'the message says how it ended',
      30_000,
      () => wordsOf(cardOf(question)!).includes('SUCCEEDED'),
      everything,
    );
  });
});
