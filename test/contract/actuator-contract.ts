import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ActionAnswer, ActionCall, Actuator, Clock } from '../../agent/ports.ts';
import type { ActionSpec } from '../../model/actions.ts';
import type { ActionId } from '../../model/entity.ts';
import { answerOf, type PassTime } from './observed.ts';

type Awaitable<Value> = Value | Promise<Value>;

/** One action that an actuator can do, with the way to see from the engine itself how often it happened. */
export interface ActuatorFixture {
  readonly actuator: Actuator;
  readonly clock: Clock;
  readonly passTime: PassTime;
  /** An action that takes effect when it is done now. */
  effective(): Awaitable<ActionSpec>;
  /** The same kind of action on a target that does not exist. */
  readonly onUnknownTarget: ActionSpec;
  /** An action that this actuator cannot do. */
  readonly unsupported: ActionSpec;
  /** The generation of the effective action's target, as a caller sees it now. */
  generation(): Awaitable<string>;
  /** Something that differs after every effect on the target, read from the engine. */
  mark(): Awaitable<string>;
  close(): void;
}

let lastAction = 0;
const nextId = (): ActionId => {
  lastAction += 1;
  return `D-1.${lastAction}`;
};

/** What every actuator must do, whatever it moves. */
export function actuatorContract(name: string, open: () => ActuatorFixture): void {
  describe(`the ${name} actuator`, () => {
    let fixture: ActuatorFixture;
    const callOf = (spec: ActionSpec, generation: string | null): ActionCall => ({
      actionId: nextId(),
      spec,
      epoch: 1,
      generation,
      timeoutMs: 15_000,
    });
    const apply = (call: ActionCall) =>
      answerOf<ActionAnswer>(fixture.passTime, (done) => fixture.actuator.apply(call, done));
    const readBack = (call: ActionCall, intendedAtMs: number) =>
      answerOf<ActionAnswer>(fixture.passTime, (done) => fixture.actuator.readBack(call, intendedAtMs, done));

    beforeAll(() => {
      fixture = open();
    });
    afterAll(() => fixture.close());

    test('declares what it can do', async () => {
      expect(fixture.actuator.actions.has((await fixture.effective()).name)).toBe(true);
      expect(fixture.actuator.actions.has(fixture.unsupported.name)).toBe(false);
    });

    test('answers from the engine whether a call took effect: not before it, and after it', async () => {
      const call = callOf(await fixture.effective(), await fixture.generation());
      const intendedAtMs = fixture.clock.nowMs();
      const before = await fixture.mark();
      expect(await readBack(call, intendedAtMs)).toMatchObject({ status: 'refused' });
      expect(await fixture.mark()).toBe(before);
      expect(await apply(call)).toMatchObject({ status: 'ok' });
      expect(await fixture.mark()).not.toBe(before);
      expect(await readBack(call, intendedAtMs)).toMatchObject({ status: 'ok' });
    });

    test('carries a repeated action out once and gives the same answer', async () => {
      const call = callOf(await fixture.effective(), await fixture.generation());
      const first = await apply(call);
      const after = await fixture.mark();
      expect(await apply(call)).toEqual(first);
      expect(await fixture.mark()).toBe(after);
    });

    test('refuses a target of another generation and changes nothing', async () => {
      const before = await fixture.mark();
      const answer = await apply(callOf(await fixture.effective(), `not-${await fixture.generation()}`));
      expect(answer).toMatchObject({ status: 'refused', detail: expect.stringMatching(/\S/) });
      expect(await fixture.mark()).toBe(before);
    });

    test('refuses an unknown target in words', async () => {
      const answer = await apply(callOf(fixture.onUnknownTarget, null));
      expect(answer).toMatchObject({ status: 'refused', detail: expect.stringMatching(/\S/) });
    });

    test('refuses an action that it did not declare', async () => {
      const before = await fixture.mark();
      expect(await apply(callOf(fixture.unsupported, null))).toMatchObject({ status: 'refused' });
      expect(await fixture.mark()).toBe(before);
    });
  });
}
