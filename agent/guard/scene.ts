import { type CauseKind, causeKinds } from '../../model/incident.ts';
import { type WorkloadRole, workloadRoles } from '../../model/inventory.ts';
import type { Plan } from '../../model/plan.ts';
import { type Mode, modes } from '../../model/verdict.ts';

/*
 * A made-up cluster around one action, for `policy explain` and for the tests inside a policy file: calm, healthy, large
 * enough that no limit binds, except where a fact was set. What it is asked about is judged by the guard itself.
 */

/** The facts of a scene that may be set, each with its calm value. */
export interface Scene {
  readonly atMs: number;
  readonly role: WorkloadRole | '';
  readonly workload: string;
  readonly node: string;
  readonly zone: string;
  readonly site: string;
  readonly healthy: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly cause: CauseKind;
  readonly confidence: number;
  readonly signals: number;
  readonly lastedMs: number;
  readonly playbook: string;
  readonly origin: Plan['origin'];
  readonly to: number | null;
  readonly change: number | null;
  readonly dataAgeMs: number;
  readonly unhealthyRatio: number;
  readonly errorBudgetRatio: number;
  readonly recordSucceeded: number;
  readonly recordLowerBound: number;
  readonly recordDemoted: boolean;
  readonly drillAgeMs: number;
  readonly recoversAlone: number | null;
  readonly usedOnTarget: number;
  readonly usedInCluster: number;
  readonly mode: Mode;
  readonly stop: boolean;
  readonly paused: boolean;
  readonly lease: boolean;
  readonly held: boolean;
  readonly someoneCanAnswer: boolean;
}

/** A calm scene at an instant. */
export function calmScene(mode: Mode, atMs: number): Scene {
  return {
    atMs,
    role: '',
    workload: 'example',
    node: 'node-0',
    zone: 'zone-a',
    site: 'site-a',
    healthy: true,
    labels: {},
    cause: 'instance-crash',
    confidence: 1,
    signals: 10,
    lastedMs: 86_400_000,
    playbook: 'example',
    origin: 'rules',
    to: null,
    change: null,
    dataAgeMs: 0,
    unhealthyRatio: 0,
    errorBudgetRatio: 1,
    recordSucceeded: 1_000,
    recordLowerBound: 0.99,
    recordDemoted: false,
    drillAgeMs: 0,
    recoversAlone: null,
    usedOnTarget: 0,
    usedInCluster: 0,
    mode,
    stop: false,
    paused: false,
    lease: true,
    held: false,
    someoneCanAnswer: true,
  };
}

type Value = string | number | boolean;
type Setter = (value: Value) => Partial<Scene> | string;

const text =
  (key: 'workload' | 'node' | 'zone' | 'site' | 'playbook'): Setter =>
  (value) => ({ [key]: String(value) });

type NumberKey = { [Key in keyof Scene]: number extends Scene[Key] ? Key : never }[keyof Scene];

const number =
  (key: NumberKey): Setter =>
  (value) => {
    const parsed = typeof value === 'boolean' || value === '' ? Number.NaN : Number(value);
    return Number.isNaN(parsed) ? `${value} is not a number` : { [key]: parsed };
  };

const truth =
  (key: 'healthy' | 'recordDemoted' | 'stop' | 'paused' | 'lease' | 'held' | 'someoneCanAnswer'): Setter =>
  (value) => {
    if (String(value) !== 'true' && String(value) !== 'false') return `${value} is neither true nor false`;
    return { [key]: String(value) === 'true' };
  };

const oneOf =
  (key: 'role' | 'cause' | 'origin' | 'mode', known: readonly string[]): Setter =>
  (value) =>
    known.includes(String(value)) ? { [key]: value } : `${value} is not one of: ${known.join(', ')}`;

/** Facts that `--set` and the tests of a policy may name. Those of conditions keep the names that conditions use. */
const setters: Readonly<Record<string, Setter>> = {
  'target.role': oneOf('role', workloadRoles),
  'target.workload': text('workload'),
  'target.node': text('node'),
  'target.zone': text('zone'),
  'target.site': text('site'),
  'target.healthy': truth('healthy'),
  'diagnosis.cause': oneOf('cause', causeKinds),
  'diagnosis.confidence': number('confidence'),
  'diagnosis.signals': number('signals'),
  'diagnosis.lastedMs': number('lastedMs'),
  'plan.playbook': text('playbook'),
  'plan.origin': oneOf('origin', ['rules', 'model', 'person']),
  'plan.to': number('to'),
  'plan.change': number('change'),
  'data.ageMs': number('dataAgeMs'),
  'cluster.unhealthyRatio': number('unhealthyRatio'),
  'errorBudget.ratio': number('errorBudgetRatio'),
  'record.succeeded': number('recordSucceeded'),
  'record.lowerBound': number('recordLowerBound'),
  'record.demoted': truth('recordDemoted'),
  'drill.ageMs': number('drillAgeMs'),
  'rehearsal.recoversAlone': number('recoversAlone'),
  'budget.usedOnTarget': number('usedOnTarget'),
  'budget.usedInCluster': number('usedInCluster'),
  mode: oneOf('mode', modes),
  stop: truth('stop'),
  paused: truth('paused'),
  lease: truth('lease'),
  held: truth('held'),
  someoneCanAnswer: truth('someoneCanAnswer'),
};

/** Names of all facts that may be set; labels come as `target.labels.NAME`. */
export const settableFacts: readonly string[] = Object.keys(setters);

/** `target.labels.NAME`, or as conditions write it, `target.labels["NAME"]`. */
const labelFact = /^target\.labels(?:\.(?<dotted>.+)|\["(?<quoted>[^"]+)"\])$/;

/** The scene with one fact set, or what is wrong with it. */
export function setFact(scene: Scene, name: string, value: Value): Scene | string {
  const label = labelFact.exec(name)?.groups;
  if (label !== undefined) {
    return { ...scene, labels: { ...scene.labels, [label.dotted ?? label.quoted!]: String(value) } };
  }
  const set = Object.hasOwn(setters, name) ? setters[name] : undefined;
  if (set === undefined) return `${name} is not a fact that can be set`;
  const changed = set(value);
  return typeof changed === 'string' ? `${name}: ${changed}` : { ...scene, ...changed };
}
