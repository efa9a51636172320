import type { FailurePrediction, Forecast } from '../../model/forecast.ts';
import type { ModelCard, ModelChange } from '../../model/model-card.ts';
import type { Signal } from '../../model/signal.ts';
import type { Slo, SloStatus } from '../../model/slo.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { takeTouched } from '../monitor/series-store.ts';
import { topologyOf } from '../monitor/topology.ts';
import { findBacklogs } from './live/backlog.ts';
import type { LeaderHistory } from './live/cluster-state.ts';
import { findChanges, findLeaderFlapping, findNodesDown, findQuorumAtRisk } from './live/cluster-state.ts';
import { type CurrentLevels, createCurrentLevels, updateLevels } from './live/current-level.ts';
import { findCollapse, findFrozenData, findImplausible, findStaleData, findUnitChanges } from './live/data-quality.ts';
import { createHazards, type Hazards, updateHazards } from './live/hazards.ts';
import type { KnownInstances } from './live/instance-state.ts';
import { findInstanceStates } from './live/instance-state.ts';
import { createJointState, findJoint, type JointState } from './live/joint.ts';
import type { LevelState } from './live/levels.ts';
import { findLevels, numbersBy } from './live/levels.ts';
import { findLogLines } from './live/log-lines.ts';
import { createLogStreams, type LogStreams } from './live/log-streams.ts';
import type { PeerState } from './live/peers.ts';
import { createPeerState, findPeerOutliers } from './live/peers.ts';
import { findHung } from './live/progress.ts';
import type { SloState } from './live/slo.ts';
import { assessSlos, createSloState, findSloBurn } from './live/slo.ts';
import type { TrendState } from './live/trends.ts';
import { createTrendState, findTrends, fitTrends, writeForecasts } from './live/trends.ts';
import {
  createLiveForecasts,
  type KeptState,
  type LiveForecasts,
  updateForecasts,
  writeServed,
} from './models/live-forecasts.ts';
import type { Finding, Scene } from './signals/finding.ts';
import type { SignalTracks } from './signals/lifecycle.ts';
import { raisedSignals, trackFindings } from './signals/lifecycle.ts';

/** Everything that detectors remember from tick to tick. Owned by the loop. */
export interface Analysis {
  readonly tracks: SignalTracks;
  readonly known: KnownInstances;
  readonly leaders: LeaderHistory;
  readonly current: CurrentLevels;
  readonly levels: LevelState;
  readonly joint: JointState;
  readonly peers: PeerState;
  readonly trends: TrendState;
  readonly slo: SloState;
  readonly logs: LogStreams;
  readonly hazards: Hazards;
  readonly forecasts: LiveForecasts;
  scene: Scene | null;
}

export interface AnalysisResult {
  /** Signals that were raised, changed meaningfully or cleared. */
  readonly changed: readonly Signal[];
  readonly forecasts: readonly Forecast[];
  readonly predictions: readonly FailurePrediction[];
  readonly slos: readonly SloStatus[];
  readonly models: readonly (ModelChange | ModelCard)[];
  /** A learned state that should outlive the process, null in most ticks. */
  readonly keep: KeptState | null;
}

export function createAnalysis(): Analysis {
  return {
    tracks: new Map(),
    known: new Map(),
    leaders: new Map(),
    current: createCurrentLevels(),
    levels: new Map(),
    joint: createJointState(),
    peers: createPeerState(),
    trends: createTrendState(),
    slo: createSloState(),
    logs: createLogStreams(),
    hazards: createHazards(),
    forecasts: createLiveForecasts(),
    scene: null,
  };
}

const nothingSeen: AnalysisResult = { changed: [], forecasts: [], predictions: [], slos: [], models: [], keep: null };

/** One tick over what the monitor holds. Causal: nothing after `nowMs` exists for it. */
export function analyze(analysis: Analysis, monitor: Monitor, slos: readonly Slo[], nowMs: number): AnalysisResult {
  const touched = takeTouched(monitor.series);
  updateLevels(analysis.current, monitor.series, touched);
  if (monitor.inventory === null) return nothingSeen;
  const scene: Scene = { monitor, inventory: monitor.inventory, topology: topologyOf(monitor.inventory), slos, nowMs };
  analysis.scene = scene;
  fitTrends(scene, analysis.trends);
  const statuses = assessSlos(scene, analysis.slo);
  const sight = { scene, levels: analysis.current, models: analysis.forecasts.bySeries };
  const numbersOf = numbersBy(sight, analysis.levels);
  const findings: Finding[] = [
    ...findInstanceStates(scene, analysis.known),
    ...findHung(scene),
    ...findNodesDown(scene),
    ...findQuorumAtRisk(scene),
    ...findLeaderFlapping(scene, analysis.leaders),
    ...findChanges(scene),
    ...findLevels(sight, analysis.levels, touched),
    ...findJoint(scene, analysis.joint, analysis.levels, { touched, tracks: analysis.tracks }),
    ...(touched.length > 0 ? findPeerOutliers(scene, analysis.peers, analysis.current) : analysis.peers.findings),
    ...findTrends(scene, analysis.trends, numbersOf),
    ...findBacklogs(scene, numbersOf),
    ...findSloBurn(scene, analysis.slo, statuses, numbersOf),
    ...findLogLines(scene, analysis.logs),
    ...findStaleData(scene),
    ...findUnitChanges(scene),
    ...findFrozenData(scene),
    ...findImplausible(scene),
    ...findCollapse(scene),
  ];
  const changed = trackFindings(analysis.tracks, findings, nowMs);
  const raised = new Set(analysis.tracks.keys());
  const { records: models, keep } = updateForecasts(scene, analysis.forecasts);
  const trends = writeForecasts(scene, analysis.trends, raised);
  const forecasts = [...trends.forecasts, ...writeServed(scene, analysis.forecasts, raised)];
  const hazards = updateHazards(scene, analysis.hazards);
  const predictions = [...trends.predictions, ...hazards.predictions];
  return { changed, forecasts, predictions, slos: statuses, models: [...models, ...hazards.cards], keep };
}

export function activeSignals(analysis: Analysis): Signal[] {
  return raisedSignals(analysis.tracks);
}
