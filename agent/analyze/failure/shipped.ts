import type { ModelCard } from '../../../model/model-card.ts';
import { parseFailureModel } from './parse-model.ts';

/** What the registry says of the disk model that comes with the product; null where its file cannot be read. */
export function diskModelCard(modelText: string, atMs: number): ModelCard | null {
  const parsed = parseFailureModel(modelText);
  if (!parsed.ok) return null;
  const { trees, horizonHours, alarmScore, unseen } = parsed.model;
  return {
    type: 'model-card',
    atMs,
    task: 'failure',
    series: 'disks',
    champion: 'boosted-trees',
    former: null,
    pinned: false,
    drifts: 0,
    contenders: [
      {
        model: 'boosted-trees',
        state: 'serves',
        scored: 0,
        errorRatio: null,
        skillRatio: null,
        lineage: {
          version: 1,
          fittedAtMs: null,
          dataFromMs: null,
          dataToMs: null,
          samples: null,
          parameters: { trees: trees.trees.length, horizonHours, alarmScore, ...unseen },
          backtestRatio: null,
        },
      },
    ],
  };
}
