import { knowledgeFromFile } from '../../agent/views/journal-file.ts';
import { entityName, escapeDeep, isoTime } from '../../agent/views/text.ts';
import type { Forecast } from '../../model/forecast.ts';
import type { ModelChange } from '../../model/record.ts';
import { loadConfig } from '../config-file.ts';
import { exitCodes, type Io, print } from '../io.ts';
import { fromJournal } from '../journal.ts';
import { tableText } from '../table.ts';

interface ServingModel {
  readonly series: string;
  readonly model: string;
  readonly pastErrorRatio: Forecast['pastErrorRatio'];
}

interface ModelsView {
  readonly serving: readonly ServingModel[];
  readonly changes: readonly ModelChange[];
}

/** `homeostat models ls`. */
export function listModels(io: Io): number {
  const knowledge = fromJournal(loadConfig(io), knowledgeFromFile);
  const serving = [...knowledge.forecasts.values()].map(({ entity, metric, model, pastErrorRatio }) => ({
    series: `${entityName(entity)} ${metric}`,
    model,
    pastErrorRatio,
  }));
  print(io, escapeDeep<ModelsView>({ serving, changes: knowledge.modelChanges }), modelsText);
  return exitCodes.done;
}

function modelsText({ serving, changes }: ModelsView): string {
  const models = tableText(
    ['SERIES', 'MODEL', 'PAST ERROR'],
    serving.map((row) => [
      row.series,
      row.model,
      row.pastErrorRatio === null ? null : `${(row.pastErrorRatio * 100).toFixed(1)}%`,
    ]),
  );
  const history = changes.map(
    (row) => `  ${isoTime(row.atMs)} ${row.series}: ${row.change} ${row.from ?? 'none'} -> ${row.to}, ${row.why}`,
  );
  return [serving.length === 0 ? 'no model serves a forecast yet' : models, ...history].join('\n');
}
