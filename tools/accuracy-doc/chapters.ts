import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Places {
  readonly dataDir: string;
  readonly scoreDir: string;
  readonly predictionsDir: string;
}

export interface Measure {
  readonly name: string;
  /** Keys into what the scorer prints. */
  readonly at: readonly string[];
  /** What others reach, with their names. */
  readonly peers: string;
}

export interface Chapter {
  readonly title: string;
  readonly protocol: string;
  readonly scorer: string;
  /** Arguments besides `--pred` and `--threshold`. */
  readonly args: (places: Places) => readonly string[];
  /** File or folder below the predictions. */
  readonly predictions: string;
  /** File with the frozen threshold, where there is one. */
  readonly threshold?: string;
  readonly measures: readonly Measure[];
  /** Where a figure falls short of its goal: by how much, what was tried, and what the ceiling seems to be. */
  readonly shortfall?: string;
}

const labelsOf =
  (task: string, file = 'labels.json') =>
  (places: Places) => ['--labels', path.join(places.dataDir, task, 'labels', file)];
const dataOf = (task: string) => (places: Places) => ['--data', path.join(places.dataDir, task)];

function anomalies(title: string, task: string, protocol: string, vusPeers: string, f1Peers: string): Chapter {
  return {
    title,
    protocol,
    scorer: 'score_ad.py',
    args: labelsOf(task),
    predictions: `${task}.jsonl`,
    measures: [
      { name: 'VUS-PR, mean over series', at: ['vus_pr'], peers: vusPeers },
      { name: 'event F1 at own alerts', at: ['events@alerts', 'event_f1'], peers: f1Peers },
      { name: 'event recall at own alerts', at: ['events@alerts', 'event_recall'], peers: '' },
      { name: 'false alarms per series-day', at: ['events@alerts', 'false_alarms_per_day'], peers: '' },
    ],
  };
}

const nab: Chapter = {
  title: 'NAB: streaming detection on single series',
  protocol: '24 real files, 54 windows; one score per row, thresholds frozen per profile (Lavin & Ahmad, ICMLA 2015).',
  scorer: 'score_nab.py',
  args: (places) => [
    ...dataOf('nab')(places),
    '--thresholds-from',
    path.join(places.predictionsDir, 'nab-thresholds.json'),
  ],
  predictions: 'nab.jsonl',
  measures: [
    { name: 'standard', at: ['standard', 'fixed'], peers: 'ARTime 75.5, numenta 72.0, random cut forest 54.3' },
    { name: 'few false positives', at: ['reward_low_FP_rate', 'fixed'], peers: 'ARTime 67.2, contextOSE 67.0' },
    { name: 'few false negatives', at: ['reward_low_FN_rate', 'fixed'], peers: 'ARTime 80.6, numenta 76.1' },
  ],
  shortfall:
    'Short of the goals of 75, 67 and 81 by 0.5, 0.1 and 1.7. 48 of the 54 windows are hit with 0.5 false rows in a ' +
    'thousand; one window more is worth up to 1.9 points, so the gap is less than one window, and less than what choosing the ' +
    'threshold on the same files is worth (1.8). No threshold does better: the frozen one is the best one in hindsight for ' +
    'all three profiles. What is missing is evidence in the six windows in which no voice rises above it.',
};

const templates: Chapter = {
  title: 'loghub-2k: log templates',
  protocol: '8 systems of 2,000 lines, one configuration for all (peers are configured per system).',
  scorer: 'score_logparse.py',
  args: dataOf('loghub2k'),
  predictions: 'loghub2k',
  measures: [
    { name: 'GA, original labels', at: ['mean', 'GA_orig'], peers: 'Brain 0.985, Drain 0.875' },
    { name: 'GA, corrected labels', at: ['mean', 'GA'], peers: 'Drain 0.87, UniParser 0.87' },
    { name: 'FGA', at: ['mean', 'FGA'], peers: 'LogPPT 0.87, Drain 0.83' },
    { name: 'PA', at: ['mean', 'PA'], peers: 'UniParser 0.68, Drain 0.35' },
    { name: 'FTA', at: ['mean', 'FTA'], peers: 'LogPPT 0.54, Drain 0.30' },
  ],
  shortfall:
    'GA falls short of its goal of 0.985 by 0.024 on the original labels. Of the 16,000 lines 618 are grouped otherwise than ' +
    'labelled. 372 are one message of Linux, `authentication failure; ... user=root`, which both sets of labels split by the ' +
    'name of the user (root, guest, test) and which is one group here. 222 are of Android, nearly all where the original ' +
    'labels split a message by `true` or `false`; the corrected ones do not, and against them 27 are left. 13 are of Hadoop ' +
    '(`CONTAINER_REMOTE_LAUNCH` and `_CLEANUP` are one label) and 11 of Zookeeper. With those two conventions met GA would be ' +
    '0.997. Neither can be had from one rule: Linux leaves the user open in its 492 other ' +
    'lines that name one, and the corrected labels leave booleans open. So 0.961 seems to be what one consistent ' +
    'configuration reaches on the original labels, give or take the choice of one convention.',
};

function rootCauses(title: string, task: string, protocol: string, peers: readonly [string, string, string]): Chapter {
  return {
    title,
    protocol,
    scorer: 'score_rca.py',
    args: labelsOf(task),
    predictions: `${task}.json`,
    measures: [
      { name: 'AC@1', at: ['all', 'AC@1'], peers: peers[0] },
      { name: 'AC@3', at: ['all', 'AC@3'], peers: peers[1] },
      { name: 'specificity: silent when nothing is wrong', at: ['specificity'], peers: peers[2] },
    ],
  };
}

const m4: Chapter = {
  title: 'M4 hourly: forecasts',
  protocol: '207 of 414 hourly series, 48 steps ahead (Makridakis et al., 2020).',
  scorer: 'score_forecast.py',
  args: (places) => ['m4', ...dataOf('m4hourly')(places)],
  predictions: 'm4hourly.csv',
  measures: [
    { name: 'OWA', at: ['OWA'], peers: 'Doornik 0.410, ES-RNN 0.440, FFORMA 0.484, seasonal naive 0.627' },
    { name: 'sMAPE', at: ['sMAPE'], peers: 'Doornik 8.913, ES-RNN 9.328' },
    { name: 'MASE', at: ['MASE'], peers: 'Doornik 0.801, ES-RNN 0.893' },
  ],
};

const requests: Chapter = {
  title: 'Request rates: forecasts for scaling',
  protocol: '14 series, rolling origins, one day ahead. There is no published table; baselines instead.',
  scorer: 'score_forecast.py',
  args: (places) => ['reqrate', ...dataOf('reqrate')(places)],
  predictions: 'reqrate.jsonl',
  measures: [
    {
      name: 'relative MAE, first hour',
      at: ['short', 'rel_MAE_vs_seasonal_naive'],
      peers: 'seasonal mean and level 0.69',
    },
    { name: 'relative MAE, day', at: ['day', 'rel_MAE_vs_seasonal_naive'], peers: 'seasonal mean and level 0.86' },
    { name: 'weighted quantile loss, day', at: ['day', 'wQL'], peers: 'seasonal mean and level 0.293' },
    { name: 'coverage of the 80 % interval, day', at: ['day', 'coverage80'], peers: 'seasonal mean and level 0.68' },
  ],
};

const diskModel = path.join(import.meta.dirname, '..', '..', 'bench', 'accuracy', 'models', 'disk-failure.json');

function unseenDrives(): string {
  const { unseen } = JSON.parse(readFileSync(diskModel, 'utf8')) as {
    unseen?: { alarmedHealthy: number; detectedFailures: number };
  };
  if (unseen === undefined) return '';
  return `**${unseen.detectedFailures}** of the failures at ${unseen.alarmedHealthy} of the healthy drives alarmed`;
}

const disks: Chapter = {
  title: 'Backblaze: disks that will fail',
  protocol:
    '21,802 drives, 1,308 failed; an alarm has to come 1 to 30 days ahead and stays on once raised (worn disks do not ' +
    'heal), so one raised earlier counts as well and is listed apart. The shipped model has learned from these very ' +
    'drives, so the figures in the table flatter it. Judged by models that never saw the drive (three folds): ' +
    `${unseenDrives()}.`,
  scorer: 'score_failure.py',
  args: labelsOf('backblaze', 'labels.csv.gz'),
  predictions: 'backblaze.csv',
  threshold: 'backblaze-threshold.txt',
  measures: [
    {
      name: 'failures detected, frozen threshold',
      at: ['fixed', 'FDR'],
      peers: 'random forest 0.404 and sum of logs 0.405 at 1 % false',
    },
    { name: 'healthy drives alarmed', at: ['fixed', 'FAR'], peers: '' },
    { name: 'median lead, hours', at: ['fixed', 'median_lead_h'], peers: '' },
    { name: 'failed drives alarmed more than 30 days ahead', at: ['fixed', 'early'], peers: '' },
  ],
  shortfall:
    'On drives never seen the goal of 0.50 is missed by 0.04. 407 of the 1,308 failures (31 %) show none of the five warning ' +
    'attributes (SMART 5, 187, 188, 197, 198) a day before they come, so about 0.69 is the ceiling of anything that reads ' +
    'these. 44 % show none of the strong three (187, 197, 198), which 2.8 % of healthy drives show as well, and 8.4 % of the ' +
    'healthy ones show one of the five: some 1,730 drives, of which 205 may be alarmed, stand beside the 901 failures that ' +
    'show one. Two voters (boosted trees of different make) did better than one; a random forest on the same attributes ' +
    'reaches 0.404.',
};

const cloudShortfall =
  'Event F1 falls short of its goal of 0.65 by 0.04. The alert level is already the best in hindsight (2.5 to 5 tried, with ' +
  'alerts joined over 1 to 12 quiet rows): no shared level does better on this evidence. A level chosen for each series in ' +
  'hindsight would reach 0.79, so the loss lies in one level for all. Tried against it: a level that follows a quantile (from ' +
  '0.95 to 0.998) of what the series itself showed so far, as a floor, as a margin and with a cap. None beats the shared one: ' +
  'what experts call an event is no fixed share of the rows of a series. Keeping the days in step by the clock rather than ' +
  'by rows gained 0.002.';

export const chapters: readonly Chapter[] = [
  nab,
  anomalies(
    'SMD: server metrics',
    'smd',
    '8 machines of 38 metrics (Su et al., KDD 2019); event-wise, no point adjustment.',
    'LSTMAD 0.394, EIF 0.387, PCA 0.334 (6 machines, TSB-AD)',
    'frozen baselines 0.06 to 0.27',
  ),
  anomalies(
    'ASD: application servers',
    'asd',
    '6 entities of 19 metrics (Li et al., KDD 2021).',
    'PCA 0.289',
    '0.56 (oracle)',
  ),
  {
    ...anomalies(
      'Cloud monitoring: production telemetry',
      'cloudmon',
      '30 series with 140 events labelled by experts.',
      'seasonal naive 0.451, EWMA 0.307',
      '0.44 (oracle)',
    ),
    shortfall: cloudShortfall,
  },
  templates,
  rootCauses(
    'PetShop: root causes on a call graph',
    'petshop',
    '26 issues and 20 normal cases (Hardt et al., CLeaR 2024), scenario with low traffic.',
    ['authors 0.69', 'authors 0.77', 'authors 0.17 (latency) and 1.00 (availability)'],
  ),
  {
    ...rootCauses(
      'PetShop: as `homeostat backtest diagnose` sees it',
      'petshop',
      'The same cases with all metrics of all nodes, and not told which of them alerted.',
      ['', '', ''],
    ),
    predictions: 'petshop-all-metrics.json',
  },
  rootCauses(
    'Train Ticket: root causes from traces, logs and metrics',
    'nezha-tt',
    '13 faults of the Nezha data (Yu et al., FSE 2023). Few cases: one more or less is 0.08.',
    ['Nezha 0.87, MicroRCA 0.20 (all 45)', 'Nezha 0.98, MicroRCA 0.31', ''],
  ),
  m4,
  requests,
  disks,
];
