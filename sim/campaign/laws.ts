import { findBreaks } from '../../agent/knowledge/audit.ts';
import type { Decision, Knowledge } from '../../agent/knowledge/knowledge.ts';
import { restoreKnowledge } from '../../agent/knowledge/restore.ts';
import type { ActionCall, Note } from '../../agent/ports.ts';
import type { Action } from '../../model/action.ts';
import { type ActionName, type ActionSpec, actionCatalogue } from '../../model/actions.ts';
import { entityKey } from '../../model/entity.ts';
import type { JournalRow } from '../../model/record.ts';
import type { Mode } from '../../model/verdict.ts';
import type { World } from '../world.ts';
import { entitiesAround } from './around.ts';
import { takesTooMuch } from './capacity-law.ts';
import type { Member, Stage } from './member.ts';
import { slip } from './people.ts';

/*
 * The safety invariants, judged at the effect site from the durable journal, the lease store and the true cluster,
 * never from what the agent believes. Their numbers are those of the safety case.
 */

/** A restart may tell an incident once more. */
const repeatsAtMost = 10;

interface SentCall {
  readonly call: ActionCall;
  readonly action: Action;
  readonly atMs: number;
}

export class Laws {
  readonly broken = new Set<string>();
  readonly #stage: Stage;
  /** Whether the clocks of the processes agree: budgets over time are only counted then. */
  readonly #clocksAgree: boolean;
  readonly #sent: SentCall[] = [];

  constructor(stage: Stage, clocksAgree: boolean) {
    this.#stage = stage;
    this.#clocksAgree = clocksAgree;
  }

  get calls(): number {
    return this.#sent.length;
  }

  note(invariant: string, what: string): void {
    this.broken.add(`${invariant}: ${what}`);
  }

  /** Every law about a call that is about to reach the engine. */
  judgeCall(member: Member, call: ActionCall): void {
    if (JSON.stringify(call).includes(slip)) this.note('I11', `${call.actionId} carries what a person let slip`);
    const knowledge = restoreKnowledge(this.#stage.journal.rows());
    const label = `${call.actionId} ${call.spec.name} ${call.spec.target.id}`;
    this.#leaseHolds(member, call, label);
    const reason = this.#stage.killSwitch.engaged();
    if (reason !== null) this.note('I14', `${label} left although STOP was engaged`);
    const decision = decisionOf(knowledge, call);
    const action = decision?.actions.get(call.actionId);
    if (decision === undefined || action === undefined || action.state !== 'intended' || !sameSpec(action, call)) {
      this.note('I5', `${label} left without a durable intent`);
      return;
    }
    this.#isNew(call, action, decision, label);
    if (action.purpose === 'apply') {
      this.#isAllowed(call, decision, knowledge, member, label);
      this.#isAlone(decision, knowledge, label);
    }
    this.#clusterBears(call.spec, label);
    this.#sent.push({ call, action, atMs: this.#stage.world.clock.nowMs() });
    this.#withinBudgets(action, label);
  }

  /** I2: the lease is this process's, in this epoch, for as long as the call may take. */
  #leaseHolds(member: Member, call: ActionCall, label: string): void {
    const nowMs = member.clock.nowMs();
    const grant = this.#stage.lease.current(member.holder, nowMs);
    if (grant === null || grant.epoch !== call.epoch) this.note('I2', `${label} left without the lease`);
    else if (grant.expiresAtMs - nowMs < call.timeoutMs) this.note('I2', `${label} may outlive its lease`);
  }

  /** I3: no call goes out twice, no step is repeated unless it was refused, nothing goes on after its outcome. */
  #isNew(call: ActionCall, action: Action, decision: Decision, label: string): void {
    if (this.#sent.some((sent) => sent.call.actionId === call.actionId)) this.note('I3', `${label} was sent twice`);
    const before = this.#sent.filter(
      ({ action: other }) =>
        other.decisionId === action.decisionId && other.stepId === action.stepId && other.purpose === action.purpose,
    );
    const settled = before.every(({ action: other }) => decision.actions.get(other.id)?.state === 'refused');
    if (!settled) this.note('I3', `${label} repeats a step that may have taken effect`);
    if (decision.outcome !== null) this.note('I3', `${label} left after the outcome of ${decision.id}`);
  }

  /** I8, I9: what the policy says in plain words, and the answers that are in the journal. */
  #isAllowed(call: ActionCall, decision: Decision, knowledge: Knowledge, member: Member, label: string): void {
    const { drawn } = this.#stage;
    const { name, target } = call.spec;
    if (decision.verdict?.effect !== 'auto') this.note('I8', `${label} left without a verdict that lets it`);
    const effect = drawn.effects.get(name) ?? 'deny';
    if (effect === 'deny') this.note('I8', `${label} left although the policy denies it`);
    if (drawn.mode === 'observe') this.note('I8', `${label} left in mode observe`);
    if (effect === 'ask' || !mayActAlone(drawn.mode, name)) this.#isApproved(decision, label);
    if (knowledge.paused !== null) this.note('I14', `${label} left although paused`);
    for (const entity of entitiesAround(this.#stage.world.state, target)) {
      const hold = knowledge.holds.get(entityKey(entity));
      const isHeld = hold !== undefined && hold.untilMs > member.clock.nowMs();
      if (isHeld) this.note('I14', `${label} left although ${entityKey(entity)} is held`);
    }
    if (name !== 'person.page' && inventoryIsGone(this.#stage.world)) this.note('I7', `${label} left half blind`);
  }

  #isApproved({ approval, plan }: Decision, label: string): void {
    const approvers = new Set(
      approval?.answers.filter(({ answer }) => answer === 'approve').map(({ person }) => person.id),
    );
    const enough = approvers.size >= this.#stage.drawn.approversNeeded;
    if (approval?.state !== 'approved' || !enough) this.note('I9', `${label} left without its approval`);
    else if (approval.planHash !== plan.planHash) this.note('I9', `${label} was approved as another plan`);
  }

  /** I1: one plan at a time, over all processes: no other may have sent anything and be without its outcome. */
  #isAlone(decision: Decision, knowledge: Knowledge, label: string): void {
    const other = this.#sent.find(
      ({ action }) =>
        action.purpose === 'apply' &&
        action.decisionId !== decision.id &&
        (knowledge.decisions.get(action.decisionId)?.outcome ?? null) === null,
    );
    if (other !== undefined) this.note('I1', `${label} left while ${other.action.decisionId} was in flight`);
  }

  /** I6: on the true cluster, where neither the view was false nor anything broke in the last moment. */
  #clusterBears(spec: ActionSpec, label: string): void {
    const why = takesTooMuch(this.#stage.world, spec);
    if (why !== null) this.note('I6', `${label} ${why}`);
  }

  /** I1: changes are counted where they leave, over all processes and decisions. */
  #withinBudgets(leaving: Action, label: string): void {
    if (!this.#clocksAgree) return;
    const { perCluster, perTarget } = this.#stage.drawn;
    const changes = this.#sent.filter(
      ({ action }) =>
        action.purpose === 'apply' &&
        action.spec.name !== 'person.page' &&
        (action.id === leaving.id || this.#tookEffect(action)),
    );
    // A step that was sent again because the first call never arrived is one change.
    const count = new Set(changes.map(({ action }) => `${action.decisionId}/${action.stepId}`)).size;
    if (count > perCluster) this.note('I1', `${label} is change ${count} of ${perCluster}`);
    const byTarget = new Map<string, Set<string>>();
    for (const { action } of changes) {
      const key = entityKey(action.spec.target);
      byTarget.set(key, (byTarget.get(key) ?? new Set()).add(action.decisionId));
    }
    for (const [key, decisions] of byTarget)
      if (decisions.size > perTarget)
        this.note('I1', `${label}: ${decisions.size} plans changed ${key} of ${perTarget}`);
  }

  #tookEffect({ id, spec }: Action): boolean {
    const decisionId = id.slice(0, id.lastIndexOf('.'));
    return this.#stage.world.truth.actions.some(
      (done) =>
        done.decisionId === decisionId &&
        done.status !== 'refused' &&
        done.spec.name === spec.name &&
        done.spec.target.id === spec.target.id,
    );
  }

  /** I11: nothing that people let slip is told outside. */
  judgeNote(note: Note): string {
    if (JSON.stringify(note).includes(slip)) this.note('I11', `the note "${note.title}" tells what a person let slip`);
    return 'heard';
  }

  /** The laws about the whole journal, once it is over. */
  judgeJournal(): void {
    const rows = this.#stage.journal.rows();
    for (const finding of findBreaks(rows.map(stored), { seq: 0, hash: '0'.repeat(64) }).findings)
      this.note('I5', finding.why);
    const minutes = (this.#stage.world.clock.nowMs() - this.#stage.world.startMs) / 60_000;
    if (rows.length > 400 * minutes) this.note('I13', `${rows.length} journal rows in ${Math.round(minutes)} minutes`);
    this.#saysNews(rows);
    for (const { seq, record } of rows) {
      if (JSON.stringify(record).includes(slip)) this.note('I11', `row ${seq} holds what a person let slip`);
    }
    for (const decision of restoreKnowledge(rows).decisions.values()) {
      if (decision.outcome?.result !== 'failed' || decision.outcome.undone !== 'not-needed') continue;
      const undoable = decision.plan.steps.some((step) => step.undo !== null);
      if (undoable) this.note('I10', `${decision.id} failed and was not undone`);
    }
  }

  /** I13: an incident is not told again and again with nothing new about it. */
  #saysNews(rows: readonly JournalRow[]): void {
    const last = new Map<string, string>();
    const repeats = new Map<string, number>();
    for (const { record } of rows) {
      if (record.type !== 'incident') continue;
      const content = JSON.stringify({ ...record, atMs: 0 });
      if (last.get(record.id) === content) repeats.set(record.id, (repeats.get(record.id) ?? 0) + 1);
      last.set(record.id, content);
    }
    for (const [id, count] of repeats)
      if (count > repeatsAtMost) this.note('I13', `${id} was told ${count} times with nothing new`);
  }
}

/** Whether the mode lets an action go without a person. */
function mayActAlone(mode: Mode, name: ActionName): boolean {
  return mode === 'autonomous' || (mode === 'guarded' && actionCatalogue[name].reversible);
}

function stored({ seq, atMs, record, hash }: JournalRow) {
  return { seq, atMs, recordJson: JSON.stringify(record), contentHash: null, hash };
}

function decisionOf(knowledge: Knowledge, call: ActionCall): Decision | undefined {
  return knowledge.decisions.get(call.actionId.slice(0, call.actionId.lastIndexOf('.')) as Decision['id']);
}

function sameSpec(action: Action, call: ActionCall): boolean {
  return JSON.stringify(action.spec) === JSON.stringify(call.spec) && action.epoch === call.epoch;
}

/** Whether the engine has listed less than half of what is there for long enough that anybody must have seen it. */
function inventoryIsGone({ truth, clock, state }: World): boolean {
  const seenByMs = clock.nowMs() - 5_000;
  return truth.faults.some(
    ({ fault, state: stands }) =>
      fault.kind === 'telemetry-lost' &&
      Number(fault.params.inventoryLost) > 0.5 &&
      fault.atMs < seenByMs &&
      stands === 'live' &&
      state.effects.holds({ kind: 'cluster', id: state.id }, 'inventoryLost', fault.id),
  );
}
