import type { ActionName } from '../../model/actions.ts';
import type { EntityKind } from '../../model/entity.ts';
import { type CauseKind, causeKinds } from '../../model/incident.ts';
import { badDeploy, configError, humanAction } from './change-faults.ts';
import type { FaultKind, ParamSpec } from './fault.ts';
import { instanceCrash, instanceHang, memoryLeak } from './instance-faults.ts';
import { hotKey, loadSurge, poisonMessage, retryStorm } from './load-faults.ts';
import { edgeLinkLoss, leaderFlapping, packetLoss, partition, partitionOneWay } from './network-faults.ts';
import { clockSkew, coolingFailure, diskErrors, diskFill, nodeCrash, slowNode, zoneLoss } from './node-faults.ts';
import { hostileText, telemetryFrozen, telemetryLost, telemetryLying } from './telemetry-faults.ts';

/** Every kind of fault, by its name; the type sees to it that none of the causes is missing. */
const byKind: Readonly<Record<CauseKind, FaultKind>> = {
  'instance-crash': instanceCrash,
  'instance-hang': instanceHang,
  'node-crash': nodeCrash,
  'slow-node': slowNode,
  'memory-leak': memoryLeak,
  'disk-fill': diskFill,
  'disk-errors': diskErrors,
  partition,
  'partition-one-way': partitionOneWay,
  'packet-loss': packetLoss,
  'clock-skew': clockSkew,
  'hot-key': hotKey,
  'poison-message': poisonMessage,
  'load-surge': loadSurge,
  'bad-deploy': badDeploy,
  'config-error': configError,
  'retry-storm': retryStorm,
  'leader-flapping': leaderFlapping,
  'zone-loss': zoneLoss,
  'edge-link-loss': edgeLinkLoss,
  'cooling-failure': coolingFailure,
  'telemetry-lost': telemetryLost,
  'telemetry-frozen': telemetryFrozen,
  'telemetry-lying': telemetryLying,
  'hostile-text': hostileText,
  'human-action': humanAction,
};

export function faultKindOf(kind: CauseKind): FaultKind {
  return byKind[kind];
}

/** One entry of the catalogue as `chaos faults` prints it. */
export interface FaultEntry {
  readonly kind: CauseKind;
  readonly means: string;
  readonly targets: readonly EntityKind[];
  readonly onset: FaultKind['onset'];
  readonly params: Readonly<Record<string, ParamSpec>>;
  readonly addressedBy: readonly ActionName[];
}

/** The catalogue as data, in the order of the causes. Ranges are in base units: ms, bytes per ms, shares, factors. */
export const faultCatalogue: readonly FaultEntry[] = causeKinds.map((name) => {
  const { kind, means, targets, onset, params, addressedBy } = byKind[name];
  return { kind, means, targets, onset, params, addressedBy };
});
