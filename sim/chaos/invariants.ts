import type { Action } from '../../model/action.ts';
import type { FinishedRun } from '../run.ts';

/** Invariants that every finished run must show, by the numbers of the safety case; each broken one as a sentence. */
export function brokenInvariants(run: FinishedRun): string[] {
  return [...repeatedEffects(run), ...effectsWithoutIntent(run), ...decisionsWithoutEnd(run), ...brokenQuorums(run)];
}

function actionsOf(run: FinishedRun): Action[] {
  return run.rows.map((row) => row.record).filter((record) => record.type === 'action');
}

/** I3: at most one effect per action. */
function repeatedEffects({ world }: FinishedRun): string[] {
  const seen = new Map<string, number>();
  for (const { byPerson, decisionId, spec, atMs } of world.truth.actions) {
    if (byPerson || decisionId === null) continue;
    const key = `${decisionId} ${spec.name} ${spec.target.id} ${atMs}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return [...seen].filter(([, count]) => count > 1).map(([key, count]) => `I3: ${key} took effect ${count} times`);
}

/** I4, I5: every effect had an intent that was journalled first. */
function effectsWithoutIntent(run: FinishedRun): string[] {
  const intents = actionsOf(run).filter((action) => action.state === 'intended');
  return run.world.truth.actions
    .filter((action) => !action.byPerson && action.decisionId !== null)
    .filter(
      (action) =>
        !intents.some(
          (intent) =>
            intent.decisionId === action.decisionId &&
            intent.spec.name === action.spec.name &&
            intent.spec.target.id === action.spec.target.id &&
            intent.atMs <= action.atMs,
        ),
    )
    .map((action) => `I5: ${action.spec.name} ${action.spec.target.id} has no intent`);
}

/** I4: nothing that began is without an outcome once the run and its grace are over. */
function decisionsWithoutEnd(run: FinishedRun): string[] {
  const acted = new Set(actionsOf(run).map((action) => action.decisionId));
  for (const { record } of run.rows) if (record.type === 'outcome') acted.delete(record.decisionId);
  return [...acted].map((id) => `I4: ${id} acted and has no outcome`);
}

/** I6: no action of the agent broke a quorum. */
function brokenQuorums({ world }: FinishedRun): string[] {
  const { breaches, actions } = world.truth;
  return breaches
    .filter(
      (breach) => breach.what === 'quorum' && breach.action !== null && actions[breach.action]?.byPerson === false,
    )
    .map((breach) => `I6: quorum of ${breach.entity.id} was broken by an action`);
}
