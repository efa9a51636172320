import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgentState } from '../../agent/agent-state.ts';
import { loadAgentFiles, packageRoot } from '../../agent/files.ts';
import { parsePolicy } from '../../agent/guard/policy.ts';
import { createKnowledge } from '../../agent/knowledge/knowledge.ts';
import { liveFace } from '../../agent/live-face.ts';
import { type SlackBot, type SlackBotOptions, startSlackBot } from '../../chatops/slack/slack-bot.ts';
import type { JournalRow } from '../../model/record.ts';
import { attachAgent } from '../../sim/run.ts';
import { parseScenario } from '../../sim/scenario.ts';
import { createWorld } from '../../sim/world.ts';
import { appToken, botToken, channel, type FakeMessage, FakeSlack, wordsOf } from '../fixtures/slack/fake-slack.ts';

export const maria = { id: 'U0MARIA', username: 'maria', name: 'maria' };
export const ivo = { id: 'U0IVO', username: 'ivo', name: 'ivo' };
export const lena = { id: 'U0LENA', username: 'lena', name: 'lena' };
export const signingSecret = 'secret-of-the-test';

/** Somebody in no group, who calls herself like somebody who is. */
export const outsider = { id: 'U0OUTSIDER', username: 'maria', name: 'maria' };

export interface Setup {
  readonly faults?: string;
  readonly need?: number;
  readonly effect?: 'ask' | 'auto';
}

const crash = '[{ at: 2m, kind: instance-crash, target: worker-3 }]';

function policyText({ need = 1, effect = 'ask' }: Setup): string {
  return `
version: 1
name: test
mode: autonomous
timezone: UTC
people: { oncall: { users: ["slack:U0MARIA", "slack:U0IVO"], slackGroup: S0ONCALL } }
approval: { from: [oncall], need: ${need}, expires: 4m }
rules:
  - { id: workers, effect: ${effect}, actions: [instance.restart, instance.start], why: "workers are replaceable" }
  - { id: page, effect: auto, actions: [person.page], why: "a page changes nothing" }
`;
}

/** The real agent on a small simulated cluster, the real bot over Bolt, and a local Slack between it and people. */
export async function startChat(setup: Setup = {}) {
  const scenario = parseScenario(
    `{ version: 1, name: t, duration: 60m, cluster: { preset: stream-small }, faults: ${setup.faults ?? crash}, people: [] }`,
    't.yaml',
  );
  if (!scenario.ok) throw new Error(JSON.stringify(scenario.errors));
  const policy = parsePolicy(policyText(setup), 'policy.yaml');
  if (!policy.ok) throw new Error(JSON.stringify(policy.problems));
  const files = loadAgentFiles({ policy: join(packageRoot(), 'sim', 'policy.yaml'), playbooks: [] });
  if (!files.ok) throw new Error(JSON.stringify(files.problems));
  const { playbooks } = files.files;
  const world = createWorld({ scenario: scenario.scenario, seed: 7 });
  const rows: JournalRow[] = [];
  const options = { clusterId: world.clusterId, slos: [], playbooks, supportedActions: new Set<never>() };
  const rest = { someoneCanAnswer: true, rehearses: false, advice: null };
  const face = liveFace(createAgentState({ ...options, ...rest }, policy.policy, createKnowledge()), world.clock);
  const onRow = (row: JournalRow) => {
    rows.push(row);
    face.tell(row);
  };
  const shell = attachAgent(world, { policy: policy.policy, playbooks, someoneCanAnswer: true, onRow });
  face.become(shell, { read: (from) => rows.filter(({ seq }) => seq >= from), head: () => ({ seq: rows.length }) });
  /** What is said is taken in at once: no virtual time passes while the bot waits for its answer. */
  const prompt: typeof face = {
    ...face,
    submit: (request) => {
      const answered = face.submit(request);
      world.runUntilMs(world.clock.nowMs());
      return answered;
    },
  };
  const slack = await FakeSlack.start(() => world.clock.nowMs());
  slack.groups.set('S0ONCALL', []);
  return new Chat({ world, shell, rows, face: prompt, slack });
}

/** `0001` of the incident that a message shows. */
export function numberOf(text: string): string {
  return /INC-(\d+)/.exec(text)![1]!;
}

interface Parts {
  readonly world: ReturnType<typeof createWorld>;
  readonly shell: ReturnType<typeof attachAgent>;
  readonly rows: JournalRow[];
  readonly face: ReturnType<typeof liveFace>;
  readonly slack: FakeSlack;
}

export class Chat {
  readonly parts: Parts;
  readonly problems: string[] = [];
  /** Port for requests from Slack; null: Socket Mode. */
  httpPort: number | null = null;
  readonly #stateDir = mkdtempSync(join(tmpdir(), 'homeostat-chat-'));
  #bot: SlackBot | null = null;

  constructor(parts: Parts) {
    this.parts = parts;
    writeFileSync(join(this.#stateDir, 'bot-token'), botToken);
    writeFileSync(join(this.#stateDir, 'signing-secret'), signingSecret);
    writeFileSync(join(this.#stateDir, 'app-token'), `${appToken}\n`);
  }

  get slack(): FakeSlack {
    return this.parts.slack;
  }

  get nowMs(): number {
    return this.parts.world.clock.nowMs();
  }

  /** Starts the bot, or starts it anew on the same state. */
  async startBot(): Promise<void> {
    await this.#bot?.stop();
    this.#bot = await startSlackBot(this.#options());
    await this.#bot.idle();
  }

  /** Tries to keep a bot running with a token that Slack does not know, until it has failed twice. */
  async startWithWrongToken(keep: (options: SlackBotOptions) => () => Promise<void>) {
    writeFileSync(join(this.#stateDir, 'bot-token'), 'xoxb-revoked');
    const tries = () => this.problems.length;
    let failed = () => {};
    const stop = keep({
      ...this.#options(),
      onProblem: (problem) => {
        this.problems.push(problem);
        failed();
      },
    });
    const failure = (count: number) =>
      new Promise<void>((resolve) => {
        failed = () => (tries() >= count ? resolve() : undefined);
        failed();
      });
    await failure(1);
    this.parts.world.runUntilMs(this.nowMs + 30_000);
    await failure(2);
    await stop();
    return { problems: this.problems, tries: tries() };
  }

  #options(): SlackBotOptions {
    const { world, face, slack } = this.parts;
    const inState = (name: string) => join(this.#stateDir, name);
    return {
      config: {
        slackApiUrl: slack.url,
        botTokenFile: inState('bot-token'),
        appTokenFile: this.httpPort === null ? inState('app-token') : null,
        http: this.httpPort === null ? null : { port: this.httpPort, signingSecretFile: inState('signing-secret') },
        channel,
        writeChannels: [],
      },
      clusterId: world.clusterId,
      stateDir: this.#stateDir,
      face,
      clock: world.clock,
      timer: world.timer,
      userGroups: () => face.slackGroups(),
      onProblem: (problem) => this.problems.push(problem),
    };
  }

  /** Lets virtual time pass, in steps short enough for the bot to speak in between. */
  async runForMs(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    while (this.nowMs < endMs) {
      this.parts.world.runUntilMs(Math.min(endMs, this.nowMs + 3_000));
      await this.settled();
    }
  }

  async settled(): Promise<void> {
    await this.#bot?.idle();
  }

  /** Runs until so many questions wait for people. */
  async untilAsked(count = 1): Promise<void> {
    for (let step = 0; step < 400 && this.#openQuestions() < count; step++) await this.runForMs(3_000);
    if (this.#openQuestions() < count) throw new Error('nothing was asked');
    await this.runForMs(6_000);
  }

  #openQuestions(): number {
    const decisions = [...this.parts.face.knowledge().decisions.values()];
    return decisions.filter(({ approval }) => approval?.state === 'requested').length;
  }

  /** The message of the question that waits. */
  waiting(): FakeMessage {
    const card = this.slack.cards().find((message) => wordsOf(message).startsWith('WAITING'));
    if (card === undefined) throw new Error('no message waits for an answer');
    return card;
  }

  cardsOf(target: string): FakeMessage[] {
    return this.slack.cards().filter((message) => wordsOf(message).includes(target));
  }

  /** A person clicks, fills in the form and sends it. */
  async answer(verb: 'approve' | 'deny', card: FakeMessage, user: Record<string, unknown>): Promise<void> {
    await this.slack.click(card, verb, user);
    await this.settled();
    await this.slack.submit(user, { number: numberOf(card.text) });
    await this.settled();
  }

  /** What really reached the cluster, as `instance.restart worker-3`. */
  effects(): string[] {
    return this.parts.world.truth.actions.map(({ spec }) => `${spec.name} ${spec.target.id}`);
  }

  /** People whose answers the agent has written down. */
  answers(): string[] {
    return [...this.parts.face.knowledge().decisions.values()].flatMap(({ approval }) =>
      (approval?.answers ?? []).map(({ person, answer }) => `${answer} ${person.id}`),
    );
  }

  async stop(): Promise<void> {
    await this.#bot?.stop();
    this.parts.shell.stop();
    await this.slack.stop();
    rmSync(this.#stateDir, { recursive: true });
  }
}
