import type { Person } from '../../../model/approval.ts';
import type { ModelCard, ModelChange } from '../../../model/model-card.ts';
import { cardOf } from './card.ts';
import { crown } from './champion.ts';
import { modelNames } from './families.ts';
import type { LiveForecasts } from './live-forecasts.ts';

/** What a person wants of the models of one series. */
export type ModelOrder =
  | { readonly type: 'pin-model'; readonly series: string; readonly model: string; readonly why: string }
  | { readonly type: 'unpin-model'; readonly series: string; readonly why: string }
  | { readonly type: 'roll-back-model'; readonly series: string; readonly why: string };

export type OrderResult =
  | { readonly ok: true; readonly records: readonly (ModelChange | ModelCard)[]; readonly message: string }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint: string };

/**
 * Puts a model where a person wants it; it stays there whatever the scores say, until a person unpins it. A rollback is
 * a pin on the model that served before.
 */
export function ordain(state: LiveForecasts, order: ModelOrder, person: Person, nowMs: number): OrderResult {
  const models = state.byKey.get(order.series);
  if (models === undefined) {
    const message = `no models compete for ${order.series}`;
    return { ok: false, code: 'MODEL_SERIES_UNKNOWN', message, hint: 'homeostat models ls names the series' };
  }
  const { throne } = models;
  const to = order.type === 'pin-model' ? order.model : order.type === 'unpin-model' ? throne.champion : throne.former;
  if (to === null) {
    const message = `nothing served ${order.series} before ${throne.champion}`;
    return { ok: false, code: 'MODEL_NO_FORMER', message, hint: 'homeostat models pin names the model itself' };
  }
  if (!modelNames.includes(to)) {
    const message = `there is no model ${to}`;
    return { ok: false, code: 'MODEL_UNKNOWN', message, hint: `one of ${modelNames.join(', ')}` };
  }
  const event = crown(throne, changes[order.type], to, order.why);
  throne.pinned = order.type !== 'unpin-model';
  models.cardAtMs = nowMs;
  const change: ModelChange = {
    type: 'model-change',
    atMs: nowMs,
    task: 'forecast',
    series: order.series,
    person,
    ...event,
  };
  const message = `${to} serves ${order.series}${throne.pinned ? ' until it is unpinned' : ', and challengers may win again'}`;
  return { ok: true, records: [change, cardOf(models, nowMs)], message };
}

const changes = { 'pin-model': 'pinned', 'unpin-model': 'unpinned', 'roll-back-model': 'rolled-back' } as const;
