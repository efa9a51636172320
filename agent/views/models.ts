import type { ModelCard, ModelChange } from '../../model/model-card.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { escapeDeep } from './text.ts';

/** The model registry and what happened in it. */
export interface ModelsView {
  readonly models: readonly ModelCard[];
  readonly changes: readonly ModelChange[];
}

/** @param series only this one */
export function modelsView(knowledge: Knowledge, series: string | null = null): ModelsView {
  const about = (record: ModelCard | ModelChange) => series === null || record.series === series;
  return escapeDeep<ModelsView>({
    models: [...knowledge.models.values()]
      .filter(about)
      .toSorted((a, b) => a.task.localeCompare(b.task) || a.series.localeCompare(b.series)),
    changes: knowledge.modelChanges.filter(about),
  });
}
