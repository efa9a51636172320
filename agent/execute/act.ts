import type { Action } from '../../model/action.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import { reasonCodes } from '../../model/reason-codes.ts';
import type { JournalRow } from '../../model/record.ts';
import type { ActionAnswer, ActionCall, Actuator, Clock, Journal, KillSwitch, Lease } from '../ports.ts';

export interface ActPorts {
  readonly journal: Journal;
  readonly lease: Lease;
  readonly killSwitch: KillSwitch;
  readonly actuators: readonly Actuator[];
  readonly clock: Clock;
  readonly holder: string;
}

/**
 * The only place from which the cluster is changed. All in one synchronous turn: kill switch; lease, its epoch and
 * its remaining time, read from the store; the intent, durable in a commit of its own; both brakes once more, because
 * a slow disk may have eaten the lease; the call.
 *
 * @param action in state `intended`; its id is the idempotency key at the engine
 * @param timeoutMs limit of the call; the lease must last at least as long
 * @param done gets the answer once. A refusal of our own is given before this function returns: callers queue it.
 * @returns the journalled intent; nothing where the refusal came before it
 * @throws what the journal throws: an intent that is not durable stops the agent
 */
export function performAct(
  action: Action,
  timeoutMs: number,
  ports: ActPorts,
  done: (answer: ActionAnswer) => void,
): readonly JournalRow[] {
  const actuator = actuatorFor(action, ports.actuators);
  if (actuator === undefined) {
    done(refuse('GUARD_UNSUPPORTED_ACTION', action.spec.name));
    return [];
  }
  const early = brake(action, timeoutMs, ports);
  if (early !== null) {
    done(early);
    return [];
  }
  const rows = ports.journal.append(ports.clock.nowMs(), [action]);
  const late = brake(action, timeoutMs, ports);
  if (late !== null) done(late);
  else call(actuator, action, timeoutMs, done);
  return rows;
}

/** Asks the engine whether an earlier call took effect. It changes nothing, so STOP and lease do not matter. */
export function readBackAct(
  action: Action,
  timeoutMs: number,
  ports: ActPorts,
  done: (answer: ActionAnswer) => void,
): void {
  const actuator = actuatorFor(action, ports.actuators);
  if (actuator === undefined) done({ status: 'unknown', detail: `no actuator can read back ${action.spec.name}` });
  else actuator.readBack(callOf(action, timeoutMs), action.atMs, done);
}

function call(actuator: Actuator, action: Action, timeoutMs: number, done: (answer: ActionAnswer) => void): void {
  try {
    actuator.apply(callOf(action, timeoutMs), done);
  } catch (error) {
    // The request may have left before the adapter failed, so this is not a refusal.
    done({ status: 'unknown', detail: `${actuator.name} failed: ${(error as Error).message}` });
  }
}

function callOf(action: Action, timeoutMs: number): ActionCall {
  const { id, spec, epoch, generation, startedAtMs } = action;
  return { actionId: id, spec, epoch, generation, startedAtMs, timeoutMs };
}

function actuatorFor(action: Action, actuators: readonly Actuator[]): Actuator | undefined {
  return actuators.find((actuator) => actuator.actions.has(action.spec.name));
}

/** The reason not to send, or null. */
function brake(action: Action, timeoutMs: number, ports: ActPorts): ActionAnswer | null {
  const stop = ports.killSwitch.engaged();
  if (stop !== null) return refuse('GUARD_STOP', stop);
  const nowMs = ports.clock.nowMs();
  const grant = ports.lease.current(ports.holder, nowMs);
  if (grant === null) return refuse('GUARD_LEASE', 'not held');
  if (grant.epoch !== action.epoch) return refuse('GUARD_LEASE', `epoch ${grant.epoch}, planned in ${action.epoch}`);
  const leftMs = grant.expiresAtMs - nowMs;
  if (leftMs < timeoutMs) return refuse('GUARD_LEASE', `${leftMs} ms left, the call may take ${timeoutMs} ms`);
  return null;
}

function refuse(code: ReasonCode, detail: string): ActionAnswer {
  return { status: 'refused', detail: `${code}: ${reasonCodes[code]} (${detail})` };
}
