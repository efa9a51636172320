import type { EntityKind } from '../../model/entity.ts';
import type { PresetName } from '../presets/presets.ts';
import { valueText } from '../scenario/param-text.ts';
import type { FaultEntry } from './catalogue.ts';

/** Something of each kind in the preset `stream-small`; the site is the edge of the preset `edge`. */
const targets: Readonly<Partial<Record<EntityKind, string>>> = {
  instance: 'worker-3',
  node: 'node-4',
  zone: 'zone-b',
  workload: 'worker',
  queue: 'orders',
  'replica-group': 'orders',
  site: 'edge',
};

/** Where the example of a fault can be played. */
export function presetOfExample({ targets: kinds }: FaultEntry): PresetName {
  return kinds[0] === 'site' ? 'edge' : 'stream-small';
}

/** One line of `faults:` with the fault's own parameters at what they are otherwise. */
export function exampleOf({ kind, targets: kinds, params }: FaultEntry): string {
  const given = Object.entries(params)
    .filter(([name, spec]) => !['ramp', 'period'].includes(name) && spec.fallback !== '' && spec.fallback !== -1)
    .map(([name, spec]) => `, ${name}: ${valueText(spec.unit, spec.fallback)}`);
  const own = kind === 'human-action' ? ', action: instance.restart, by: maria' : given.slice(0, 2).join('');
  return `- { at: 5m, kind: ${kind}, target: ${targets[kinds[0]!]}${own}, lasts: 10m }`;
}
