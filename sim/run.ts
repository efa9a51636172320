import { listedApprovers } from '../agent/guard/people.ts';
import type { Policy } from '../agent/guard/policy.ts';
import { memoryJournal } from '../agent/knowledge/journal-memory.ts';
import { memoryKillSwitch } from '../agent/knowledge/kill-switch-file.ts';
import { memoryLease } from '../agent/knowledge/lease-memory.ts';
import { type LiveFace, liveFace } from '../agent/live-face.ts';
import type { AdviceOptions } from '../agent/plan/advise/advise.ts';
import type { Playbook } from '../agent/plan/playbook.ts';
import type { Journal, LanguageModel, Notifier } from '../agent/ports.ts';
import { resumeAgent } from '../agent/resume.ts';
import { createShell, type Shell } from '../agent/shell.ts';
import type { AgentFace } from '../agent/views/face.ts';
import type { JournalRow } from '../model/record.ts';
import { simActuator } from './adapters/actuator.ts';
import { simCollector } from './adapters/collector.ts';
import type { Scenario } from './scenario.ts';
import { inlineTwin } from './twin/inline-twin.ts';
import { createWorld, type World } from './world.ts';

/** The real agent in virtual time: the same loop, shell, guard, executor and journal as on a real cluster. */

const tickMs = 1_000;
const leaseTtlMs = 30_000;
/** How long the world may run on after a scenario's end, so that work in flight gets its outcome. */
const graceMs = 15 * 60_000;

export interface AttachOptions {
  readonly policy: Policy;
  readonly playbooks: readonly Playbook[];
  readonly onRow?: (row: JournalRow) => void;
  /** What an agent before this one has written, to be taken up; an empty journal unless given. */
  readonly journal?: Journal;
  /** Whether somebody may answer questions; the people of the scenario unless told otherwise. */
  readonly someoneCanAnswer?: boolean;
  /** An adviser, with the limits on its use; none unless given. */
  readonly adviser?: { readonly model: LanguageModel; readonly options: AdviceOptions };
  /** Who is told outside; nobody unless given. */
  readonly notifiers?: readonly Notifier[];
}

/** Attaches an agent to a simulated world and starts it. */
export function attachAgent(world: World, options: AttachOptions): Shell {
  const { policy, playbooks, onRow = () => {}, someoneCanAnswer = world.scenario.people.length > 0 } = options;
  const { model = null, options: advice = null } = options.adviser ?? {};
  const { journal = memoryJournal() } = options;
  const actuator = simActuator(world);
  const agent = resumeAgent(
    {
      clusterId: world.clusterId,
      slos: world.slos,
      playbooks,
      supportedActions: actuator.actions,
      someoneCanAnswer,
      rehearses: true,
      advice,
    },
    policy,
    journal.read(1),
  );
  const shell = createShell(
    agent,
    {
      clock: world.clock,
      timer: world.timer,
      collectors: [simCollector(world)],
      actuators: [actuator],
      journal,
      lease: memoryLease(),
      killSwitch: memoryKillSwitch(),
      notifiers: options.notifiers ?? [],
      twin: inlineTwin(world.clock, world.timer, world.streams.of('twin')),
      model,
      models: null,
    },
    {
      holder: 'sim',
      tickMs,
      leaseTtlMs,
      onRow: (row) => {
        onRow(row);
        answerAsPeople(world, shell, row);
      },
      onLeaseLost: () => {},
      onProblem: () => {},
    },
  );
  shell.start();
  return shell;
}

/** People of the scenario answer every question after their own time; without people nobody does. */
function answerAsPeople(world: World, shell: Shell, { record }: JournalRow): void {
  if (record.type !== 'approval' || record.state !== 'requested' || record.answers.length > 0) return;
  const approvers = listedApprovers(record.need.from, shell.agent.policy);
  if (approvers.length === 0) return;
  for (const [index, person] of world.scenario.people.entries()) {
    const request = {
      idempotencyKey: `${record.id}/${index}`,
      person: { id: approvers[index % approvers.length]!, via: 'scenario' as const },
      command: {
        type: 'answer' as const,
        decisionId: record.id,
        planHash: record.planHash,
        answer: person.answer,
        reason: null,
      },
    };
    world.timer.setAt(world.clock.nowMs() + person.afterMs, () => shell.submit(request, () => {}));
  }
}

export interface FinishedRun {
  readonly world: World;
  readonly shell: Shell | null;
  readonly rows: readonly JournalRow[];
}

/** What is in flight at the end is waited for in stretches of this, ms. */
const afterEndMs = 10_000;

/** Runs one scenario from one seed to its end; with an agent, on until its work in flight has ended. */
export function simulate(scenario: Scenario, seed: number, attach: AttachOptions | null): FinishedRun {
  const world = createWorld({ scenario, seed });
  const rows: JournalRow[] = [];
  const onRow = (row: JournalRow) => {
    rows.push(row);
    attach?.onRow?.(row);
  };
  const shell = attach === null ? null : attachAgent(world, { ...attach, onRow });
  world.runUntilMs(world.endMs);
  const deadlineMs = world.endMs + graceMs;
  while (shell !== null && hasWorkInFlight(shell) && world.clock.nowMs() < deadlineMs) {
    world.runUntilMs(world.clock.nowMs() + afterEndMs);
  }
  shell?.stop();
  return { world, shell, rows };
}

/** A run that somebody else drives through virtual time, with the face that screens see of its agent. */
export interface SteppedRun {
  readonly face: AgentFace;
  readonly startMs: number;
  readonly endMs: number;
  nowMs(): number;
  advanceTo(toMs: number): void;
  /** Whether the scenario has ended and no work is in flight. */
  isOver(): boolean;
  /** Runs to the end and stops the agent. */
  finish(): FinishedRun;
}

/** The same run as `simulate`, in the caller's own steps. */
export function stepped(scenario: Scenario, seed: number, attach: AttachOptions): SteppedRun {
  const world = createWorld({ scenario, seed });
  const rows: JournalRow[] = [];
  const tell = (row: JournalRow) => {
    rows.push(row);
    attach.onRow?.(row);
    face?.tell(row);
  };
  let face: LiveFace | null = null;
  const shell = attachAgent(world, { ...attach, onRow: tell });
  face = liveFace(shell.agent, world.clock);
  face.become(shell, {
    read: (fromSeq) => rows.filter((row) => row.seq >= fromSeq),
    head: () => ({ seq: rows.at(-1)?.seq ?? 0 }),
  });
  const nowMs = () => world.clock.nowMs();
  const isOver = () => nowMs() >= world.endMs && (!hasWorkInFlight(shell) || nowMs() >= world.endMs + graceMs);
  // It ends at the same moment however it is advanced: at the end of the day, or whole stretches after it.
  const advanceTo = (toMs: number) =>
    world.runUntilMs(nowMs() < world.endMs ? Math.min(toMs, world.endMs) : nowMs() + afterEndMs);
  return {
    face,
    startMs: world.startMs,
    endMs: world.endMs,
    nowMs,
    advanceTo,
    isOver,
    finish() {
      while (!isOver()) advanceTo(world.endMs);
      shell.stop();
      return { world, shell, rows };
    },
  };
}

function hasWorkInFlight(shell: Shell): boolean {
  return [...shell.agent.knowledge.decisions.values()].some(
    (decision) => decision.actions.size > 0 && decision.outcome === null,
  );
}
