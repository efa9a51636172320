import type { Mistake } from '../../agent/config/document.ts';
import type { Readable } from '../../agent/config/readable.ts';
import { parseDurationMs } from '../../agent/config/units.ts';
import { actionCatalogue } from '../../model/actions.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { CauseKind } from '../../model/incident.ts';
import { faultKindOf } from '../faults/catalogue.ts';
import type { Fault } from '../faults/fault.ts';
import { personAction, personParams } from '../faults/person-params.ts';
import { findEntity } from './entities.ts';
import type { ScenarioFile } from './file.ts';
import { anyOf, dangling, invalid, knownHint, type Path, unknownEntity, withArticle } from './mistake.ts';
import { readParams } from './read-params.ts';
import type { Sketch } from './sketch.ts';

type File = Readable<ScenarioFile>;
type FaultText = NonNullable<NonNullable<File['faults']>[number]>;

/** What is wrong in the meaning of the faults, as far as they and the cluster could be read. */
export function faultMistakes(file: File, sketch: Sketch): Mistake[] {
  const faults = file.faults ?? [];
  return faults.flatMap((fault, i) =>
    fault === undefined
      ? []
      : [
          ...lateMistakes(fault.at, ['faults', i, 'at'], file),
          ...kindMistakes(fault, ['faults', i], file, sketch),
          ...repeated(fault, i, faults),
        ],
  );
}

function lateMistakes(at: string | undefined, path: Path, { duration }: File): Mistake[] {
  if (at === undefined || duration === undefined || parseDurationMs(at)! < parseDurationMs(duration)!) return [];
  const isLater = parseDurationMs(at)! > parseDurationMs(duration)!;
  const message = isLater ? `${at} is after the end of ${duration}` : `${at} is the end, and nothing comes after it`;
  return [invalid(path, message, 'lengthen `duration` or move the fault')];
}

function kindMistakes(fault: FaultText, path: Path, file: File, sketch: Sketch): Mistake[] {
  const { at: _at, kind: name, target, lasts: _lasts, ...given } = fault;
  if (name === undefined) return [];
  const kind = faultKindOf(name);
  const { params, mistakes: wrong } = readParams(kind, given);
  const mistakes = wrong.map(({ param, message, hint }) => invalid([...path, param], message, hint));
  if (target === undefined) return mistakes;
  const entity = findEntity(sketch.ids, target, kind.targets);
  if (entity === null) {
    if (kind.targets.some((one) => sketch.mayBe(one, target))) return mistakes;
    const about = { kinds: kind.targets, path: [...path, 'target'], who: `${name} befalls` };
    return [...mistakes, unknownEntity(target, about, sketch)];
  }
  const fitting = kind.targetsOf?.(params);
  if (wrong.length === 0 && fitting !== undefined && !fitting.includes(entity.kind)) {
    const message = `with these parameters it does not befall ${withArticle(entity.kind)}`;
    mistakes.push(invalid([...path, 'target'], message, `name ${withArticle(anyOf(fitting))}`));
  }
  if (name === 'human-action' && wrong.length === 0)
    mistakes.push(...personMistakes({ fault, params, entity }, path, file, sketch));
  return [...mistakes, ...silentMistakes(name, entity, path, sketch)];
}

/** Loads are stretched and shared out; of nothing that is nothing. */
function silentMistakes(name: CauseKind, { kind, id }: EntityRef, path: Path, { silentQueues }: Sketch): Mistake[] {
  const needsLoad = name === 'load-surge' || name === 'retry-storm' || name === 'hot-key';
  if (!needsLoad || kind !== 'queue' || !silentQueues.includes(id)) return [];
  const message = `no messages arrive in ${id}, so that ${name} changes nothing`;
  return [invalid([...path, 'target'], message, `give ${id} messagesPerS above 0, or name another queue`)];
}

/** The same again at the same moment adds nothing, or twice as much as is written. */
function repeated(fault: FaultText, i: number, faults: NonNullable<File['faults']>): Mistake[] {
  const { at, kind, target } = fault;
  if (at === undefined || kind === undefined || target === undefined) return [];
  const action = (one: FaultText) => (one as Readonly<Record<string, unknown>>).action;
  const first = faults.findIndex(
    (one) =>
      one?.at !== undefined &&
      parseDurationMs(one.at) === parseDurationMs(at) &&
      one.kind === kind &&
      one.target === target &&
      action(one) === action(fault),
  );
  if (first === i) return [];
  return [invalid(['faults', i], `faults[${first}] is the same on ${target} at the same time`, 'leave one out')];
}

interface PersonFault {
  readonly fault: FaultText;
  readonly params: Fault['params'];
  readonly entity: EntityRef;
}

function personMistakes({ fault, params, entity }: PersonFault, path: Path, file: File, sketch: Sketch): Mistake[] {
  const action = personAction(String(params.action), entity.kind)!;
  const { targetKind } = actionCatalogue[action];
  if (targetKind !== entity.kind)
    return [
      invalid(
        [...path, 'action'],
        `${action} does not act on ${withArticle(entity.kind)}`,
        `it acts on ${withArticle(targetKind)}`,
      ),
    ];
  const [to, toText] = [Number(params.to), String(params.toText)];
  const takes = personParams[action] ?? {};
  const mistakes: Mistake[] = [];
  const tell = (name: 'to' | 'toText', message: string, hint: string) =>
    mistakes.push(invalid([...path, name], message, hint));
  if (takes.to === undefined && 'to' in fault) tell('to', `${action} takes none`, 'leave it out');
  if (takes.toText === undefined && 'toText' in fault) tell('toText', `${action} takes none`, 'leave it out');
  if (takes.to !== undefined && to < 0 && takes.to.otherwise === null) tell('to', `${action} needs it`, takes.to.means);
  if (takes.to !== undefined && to >= 0 && !takes.to.fits(to)) tell('to', `${to} does not fit`, takes.to.means);
  if (takes.toText?.otherwise === null && toText === '') tell('toText', `${action} needs it`, takes.toText.means);
  if (action === 'workload.rollback' && toText === '' && !changedBefore(fault, file))
    tell('toText', `${fault.target} has no earlier version to go back to`, 'name a version, such as toText: v2');
  const member = action === 'replica.transfer-leader' ? toText : '';
  if (member !== '' && !sketch.ids.instance.includes(member) && !sketch.mayBe('instance', member))
    mistakes.push(
      dangling([...path, 'toText'], `there is no instance ${member}`, knownHint(member, sketch.ids.instance)),
    );
  return mistakes;
}

/** Whether a fault that is earlier gives the workload another version. */
function changedBefore({ at, target }: FaultText, { faults }: File): boolean {
  const own = at === undefined ? Number.POSITIVE_INFINITY : parseDurationMs(at)!;
  return (faults ?? []).some((one) => {
    if (one?.at === undefined || one.target !== target || parseDurationMs(one.at)! >= own) return false;
    const isRollback = (one as Readonly<Record<string, unknown>>).action === 'workload.rollback';
    return one.kind === 'bad-deploy' || one.kind === 'config-error' || isRollback;
  });
}
