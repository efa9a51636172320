import { type ModelsView, modelsView } from '../../agent/views/models.ts';
import { isoTime, percentText } from '../../agent/views/text.ts';
import type { Contender, ModelCard } from '../../model/model-card.ts';
import { loadConfig } from '../config-file.ts';
import { tellDaemon } from '../daemon.ts';
import { exitCodes, type Io, notFoundError, type Options, print, requiredOption } from '../io.ts';
import { readView } from '../source.ts';
import { tableText } from '../table.ts';

/** `homeostat models ls`: which model serves which series; of one series, all that compete for it. */
export async function listModels(io: Io, args: readonly string[]): Promise<number> {
  const series = args[0] ?? null;
  const path = `/v1/models${series === null ? '' : `?series=${encodeURIComponent(series)}`}`;
  const view = await readView(io, loadConfig(io), path, (knowledge) => modelsView(knowledge, series));
  if (series !== null && view.models.length === 0) {
    throw notFoundError('<series>', `no models compete for ${series}`, 'homeostat models ls names the series');
  }
  print(io, view, (shown) => (series === null ? modelsText(shown) : contendersText(shown)));
  return exitCodes.done;
}

/** `homeostat models pin`. The model `auto` gives the throne back to whoever wins it. */
export function pinModel(io: Io, args: readonly string[], options: Options): Promise<number> {
  const [series, model] = args as readonly [string, string];
  const why = requiredOption(options, 'why');
  return model === 'auto'
    ? tell(io, '/v1/models/unpin', { series, why })
    : tell(io, '/v1/models/pin', { series, model, why });
}

/** `homeostat models rollback`. */
export function rollBackModel(io: Io, args: readonly string[], options: Options): Promise<number> {
  return tell(io, '/v1/models/rollback', { series: args[0]!, why: requiredOption(options, 'why') });
}

async function tell(io: Io, path: string, body: object): Promise<number> {
  const { message } = await tellDaemon(loadConfig(io), path, body);
  print(io, { message }, () => message);
  return exitCodes.done;
}

const changesShown = 20;

function modelsText({ models, changes }: ModelsView): string {
  if (models.length === 0) return 'no model has served long enough to be in the registry';
  const table = tableText(
    ['TASK', 'SERIES', 'SERVES', 'ERROR', 'OF STANDING STILL', 'BACK-TEST', 'PINNED', 'DRIFTS'],
    models.map(modelRow),
  );
  return [table, ...changeLines(changes)].join('\n');
}

function modelRow(card: ModelCard): (string | number | null)[] {
  const { task, series, champion, pinned, drifts, contenders } = card;
  const serving = contenders.find(({ model }) => model === champion);
  return [task, series, champion, ...scoreCells(serving), pinned ? 'yes' : 'no', drifts];
}

function contendersText({ models, changes }: ModelsView): string {
  const tables = models.map(({ series, task, champion, pinned, former, contenders }) => {
    const rows = contenders.map((one) => [
      one.model,
      one.state,
      one.scored,
      ...scoreCells(one),
      lineageText(one.lineage),
    ]);
    const head = `${task} ${series}: ${champion}${pinned ? ' (pinned)' : ''}, before it ${former ?? 'none'}`;
    return [
      head,
      tableText(['MODEL', 'STATE', 'SCORED', 'ERROR', 'OF STANDING STILL', 'BACK-TEST', 'FITTED'], rows),
    ].join('\n');
  });
  return [...tables, ...changeLines(changes)].join('\n');
}

function scoreCells(one: Contender | undefined): (string | null)[] {
  const percent = (ratio: number | null | undefined) => (ratio == null ? null : percentText(ratio));
  return [percent(one?.errorRatio), percent(one?.skillRatio), percent(one?.lineage?.backtestRatio)];
}

function lineageText(lineage: Contender['lineage']): string | null {
  if (lineage === null) return null;
  const { version, fittedAtMs, samples, parameters } = lineage;
  const values = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  const when = fittedAtMs === null ? 'comes with the product' : `${isoTime(fittedAtMs)}, ${samples} samples`;
  return `v${version} ${when}${values.length === 0 ? '' : `, ${values.join(' ')}`}`;
}

function changeLines(changes: ModelsView['changes']): string[] {
  return changes.slice(-changesShown).map(({ atMs, series, change, from, to, person, why }) => {
    const by = person === null ? '' : ` by ${person.id}`;
    return `  ${isoTime(atMs)} ${series}: ${change}${by}, ${from ?? 'none'} -> ${to}: ${why}`;
  });
}
