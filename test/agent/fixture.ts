import { join } from 'node:path';
import type { Command, CommandResult } from '../../agent/commands.ts';
import { loadAgentFiles, packageRoot } from '../../agent/files.ts';
import { parsePolicy } from '../../agent/guard/policy.ts';
import { memoryJournal } from '../../agent/knowledge/journal-memory.ts';
import { type Playbook, parsePlaybook } from '../../agent/plan/playbook.ts';
import type { Note } from '../../agent/ports.ts';
import type { Shell } from '../../agent/shell.ts';
import type { ActionName } from '../../model/actions.ts';
import type { AgentRecord, JournalRow } from '../../model/record.ts';
import type { Effect, Mode } from '../../model/verdict.ts';
import { type AttachOptions, attachAgent } from '../../sim/run.ts';
import { parseScenario } from '../../sim/scenario.ts';
import { createWorld, type World } from '../../sim/world.ts';

type Adviser = NonNullable<AttachOptions['adviser']>;

export interface Setup {
  readonly mode?: Mode;
  /** What the policy says of a dead worker's restart. */
  readonly restart?: Effect;
  /** What the policy asks for besides. */
  readonly asks?: readonly ActionName[];
  readonly faults?: string;
  /** A second playbook for a dead instance, so that there is something to choose. */
  readonly secondPlaybook?: boolean;
}

const startDeadInstance = `
version: 1
playbook: start-dead-instance
summary: Start an instance whose process has ended
params: { dead: { type: instance, from: cause } }
trigger: { causes: [instance-crash], roles: [worker], cooldown: 10m }
diagnose: { require: 1, of: ['instance.state(target) == "stopped"'] }
checks: ['instance.state(target) == "stopped"']
steps: [{ id: start, each: dead, action: instance.start, params: {}, timeout: 60s }]
verify: { after: 5s, within: 2m, expect: ['instance.ready(target)'] }
undo: { reason: "the process was down before" }
`;

const crash = '[{ at: 2m, kind: instance-crash, target: worker-3 }]';

function policyText({ mode = 'autonomous', restart = 'auto', asks = [] }: Setup): string {
  return `
version: 1
name: test
mode: ${mode}
timezone: UTC
people: { oncall: { users: ["unix:maria"] }, admins: { users: ["unix:root"], role: admin } }
approval: { from: [oncall], need: 1, expires: 3m }
rules:
  - { id: workers, effect: ${restart}, actions: [instance.restart, instance.start], why: "workers are replaceable" }
${asks.map((name) => `  - { id: ${name.replace('.', '-')}, effect: ask, actions: [${name}], why: "a person decides" }`).join('\n')}
  - { id: page, effect: auto, actions: [person.page], why: "a page changes nothing" }
`;
}

/** The real agent on a small simulated cluster in which one worker dies after two minutes, unless told otherwise. */
export function startAgent(setup: Setup = {}, adviserOf?: (world: World) => Adviser) {
  const scenario = parseScenario(
    `{ version: 1, name: t, duration: 20m, cluster: { preset: stream-small }, faults: ${setup.faults ?? crash}, people: [] }`,
    't.yaml',
  );
  if (!scenario.ok) throw new Error(JSON.stringify(scenario.errors));
  const policy = parsePolicy(policyText(setup), 'policy.yaml');
  if (!policy.ok) throw new Error(JSON.stringify(policy.problems));
  const files = loadAgentFiles({ policy: join(packageRoot(), 'sim', 'policy.yaml'), playbooks: [] });
  if (!files.ok) throw new Error(JSON.stringify(files.problems));
  const world = createWorld({ scenario: scenario.scenario, seed: 7 });
  const records: AgentRecord[] = [];
  const journal = memoryJournal();
  const notes: Note[] = [];
  const options: AttachOptions = {
    notifiers: [{ name: 'test', notify: (note) => notes.push(note) }],
    policy: policy.policy,
    playbooks: [...files.files.playbooks, ...(setup.secondPlaybook ? [secondPlaybook()] : [])],
    someoneCanAnswer: true,
    ...(adviserOf === undefined ? {} : { adviser: adviserOf(world) }),
    onRow: ({ record }) => records.push(record),
    journal,
  };
  return new RunningAgent(world, options, records, notes);
}

function secondPlaybook(): Playbook {
  const parsed = parsePlaybook(startDeadInstance, 'start-dead-instance.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.playbook;
}

export class RunningAgent {
  readonly world: World;
  readonly records: AgentRecord[];
  /** What was told outside. */
  readonly notes: readonly Note[];
  readonly #options: AttachOptions;
  #shell: Shell;
  #keys = 0;

  constructor(world: World, options: AttachOptions, records: AgentRecord[], notes: readonly Note[]) {
    this.world = world;
    this.records = records;
    this.notes = notes;
    this.#options = options;
    this.#shell = attachAgent(world, options);
  }

  get shell(): Shell {
    return this.#shell;
  }

  /** Ends the agent and starts another one from its journal, `awayMs` later. */
  restart(awayMs: number): void {
    this.#shell.stop();
    this.runForMs(awayMs);
    this.#shell = attachAgent(this.world, this.#options);
  }

  runForMs(ms: number): void {
    this.world.runUntilMs(this.world.clock.nowMs() + ms);
  }

  /** Says something as a person and lets the agent take it in. */
  say(personId: string, command: Command, idempotencyKey = `key-${++this.#keys}`): CommandResult {
    let result: CommandResult | null = null;
    const person = { id: personId, via: 'cli' as const };
    this.shell.submit({ idempotencyKey, person, command }, (answer) => {
      result = answer;
    });
    this.runForMs(1_000);
    if (result === null) throw new Error('the agent gave no answer');
    return result;
  }

  ofType<Type extends AgentRecord['type']>(type: Type): Extract<AgentRecord, { type: Type }>[] {
    return this.records.filter((record): record is Extract<AgentRecord, { type: Type }> => record.type === type);
  }

  /** The journal, as an agent that takes it up would read it. */
  rows(): Iterable<JournalRow> {
    return this.#options.journal!.read(1);
  }

  /** What really reached the cluster, as `instance.restart worker-3`. */
  effects(): string[] {
    return this.world.truth.actions.map(({ spec }) => `${spec.name} ${spec.target.id}`);
  }
}
