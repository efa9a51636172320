import type { Command } from '../../agent/commands.ts';
import type { KillSwitch } from '../../agent/ports.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { JournalRow } from '../../model/record.ts';
import type { World } from '../world.ts';
import { entitiesAround } from './around.ts';
import type { Member } from './member.ts';

const chief = { id: 'unix:chief', via: 'scenario' } as const;
/** What people let slip where they say why. It must stay out of everything that is kept or told (law I11). */
export const slip = 'canary-of-the-chief';
const why = `drill; password=${slip}`;
const approvers = ['unix:olga', 'unix:omar'] as const;

/** What is in reach of people. */
export interface PeoplesStage {
  readonly world: World;
  readonly killSwitch: KillSwitch;
  readonly acting: () => Member | null;
}

/** People who meddle: pause, hold, stop everything, and take it back when the trouble is over. */
export function scheduleMeddling({ world, killSwitch, acting }: PeoplesStage, atMost: number): void {
  const random = world.streams.of('campaign/people');
  const wrongs = world.truth.faults.slice(0, -1);
  const meddlings = wrongs.length === 0 ? 0 : random.below(atMost + 1);
  for (let index = 0; index < meddlings; index++) {
    // People meddle where something is wrong, a moment before the agent knows or a moment after.
    const { fault } = wrongs[random.below(wrongs.length)]!;
    const entity: EntityRef =
      fault.target.kind === 'instance' ? fault.target : { kind: 'instance', id: `worker-${1 + random.below(3)}` };
    const draw = random.below(5);
    const forMs = 20_000 + random.below(180_000);
    const atMs = fault.atMs + random.below(30_000) - 15_000;
    world.timer.setAt(atMs, () => {
      if (draw === 0) tell(acting(), { type: 'pause', why, now: false });
      else if (draw === 1) tell(acting(), { type: 'pause', why, now: true });
      else if (draw === 2) killSwitch.engage(why);
      else tell(acting(), { type: 'hold', entity, forMs, why });
    });
    if (draw < 3) world.timer.setAt(atMs + forMs, () => tell(acting(), { type: 'resume', why }));
  }
}

/** Somebody sees a plan and does not want it now: they hold what it is about, pause the agent or stop everything. */
export function objectToPlan(
  { world, killSwitch, acting }: PeoplesStage,
  { record }: JournalRow,
  chance: number,
): void {
  if (record.type !== 'plan') return;
  const { name, target } = record.steps[0]!.action;
  if (name === 'person.page') return;
  const random = world.streams.of('campaign/objections');
  const objects = random.next() < chance;
  const draw = random.below(5);
  const forMs = 20_000 + random.below(240_000);
  const around = entitiesAround(world.state, target);
  const entity = around[random.below(around.length)]!;
  // Most plans leave within two seconds, so who is slower than that objects too late.
  const atMs = world.clock.nowMs() + random.below(3_000);
  if (!objects) return;
  world.timer.setAt(atMs, () => {
    if (draw === 0) tell(acting(), { type: 'pause', why: 'not now', now: false });
    else if (draw === 1) killSwitch.engage('a person touched the file');
    else tell(acting(), { type: 'hold', entity, forMs, why: 'not this one' });
  });
  if (draw < 2) world.timer.setAt(atMs + forMs, () => tell(acting(), { type: 'resume', why: 'go on' }));
}

/** Says it to whoever acts now; nobody hears it where nobody does. */
export function tell(member: Member | null, command: Command): void {
  if (member === null) return;
  const idempotencyKey = `chief/${command.type}/${member.clock.nowMs()}`;
  member.shell?.submit({ idempotencyKey, person: chief, command }, () => {});
}

/** Everybody of the scenario answers a question after their own time. */
export function answerQuestion({ world, acting }: PeoplesStage, { record }: JournalRow): void {
  if (record.type !== 'approval' || record.state !== 'requested' || record.answers.length > 0) return;
  const { id: decisionId, planHash } = record;
  for (const [index, { afterMs, answer }] of world.scenario.people.entries()) {
    world.timer.setAt(world.clock.nowMs() + afterMs, () => {
      const person = { id: approvers[index % approvers.length]!, via: 'scenario' as const };
      const command: Command = { type: 'answer', decisionId, planHash, answer, reason: null };
      acting()?.shell?.submit({ idempotencyKey: `${decisionId}/${index}`, person, command }, () => {});
    });
  }
}
