import { expect, test } from 'vitest';
import { answerOfError, type Call, send } from '../../../actuators/docker/call.ts';

/** A call whose timer has not fired, as in a process that was stopped and woken. */
function callUntil(notAfterMs: number): Call {
  return { notAfterMs, signal: new AbortController().signal, sent: { count: 0 } } as unknown as Call;
}

test('a request leaves while the time of its call lasts', async () => {
  const call = callUntil(Date.now() + 60_000);
  expect(await send(call, async () => 'done')).toBe('done');
  expect(call.sent.count).toBe(1);
});

test('a process that was stopped sends nothing when it wakes after the time of its call, and says that nothing happened', async () => {
  const call = callUntil(Date.now() - 1);
  let left = false;
  const sending = send(call, async () => {
    left = true;
  });
  const error = await sending.catch((thrown: unknown) => thrown);
  expect(left).toBe(false);
  expect(answerOfError(error, call)).toMatchObject({ status: 'refused' });
});
