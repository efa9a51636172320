import type { EntityRef } from '../../model/entity.ts';

/** Names and values that came from outside, already as text. */
export type Attributes = ReadonlyMap<string, string>;

/**
 * Which attribute names which kind of entity, the narrowest first. The names are those of the OpenTelemetry semantic
 * conventions (https://opentelemetry.io/docs/specs/semconv/resource/) and, for alerts, the usual Prometheus labels.
 */
const entityAttributes: readonly (readonly [attribute: string, kind: EntityRef['kind']])[] = [
  ['messaging.destination.name', 'queue'],
  ['queue', 'queue'],
  ['service.instance.id', 'instance'],
  ['container.name', 'instance'],
  ['k8s.pod.name', 'instance'],
  ['instance_id', 'instance'],
  ['container', 'instance'],
  ['pod', 'instance'],
  ['host.name', 'node'],
  ['k8s.node.name', 'node'],
  ['node', 'node'],
  ['service.name', 'workload'],
  ['workload', 'workload'],
  ['job', 'workload'],
];

/** The entity that attributes are about; the whole cluster where they name none. */
export function entityOf(attributes: Attributes, clusterId: string): EntityRef {
  for (const [attribute, kind] of entityAttributes) {
    const id = attributes.get(attribute);
    if (id) return { kind, id };
  }
  return { kind: 'cluster', id: clusterId };
}
