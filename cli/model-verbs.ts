import { type VerbEntry, why } from './verb-entry.ts';

const column = ['--column <name>', 'column with the values; default: the last one that holds numbers'] as const;
const report = ['--report <file>', 'also write an HTML page'] as const;

/** Verbs about models: the registry of the running agent, and back-tests on recorded data. */
export const modelVerbs: readonly VerbEntry[] = [
  {
    name: 'models ls',
    args: '[series]',
    summary: 'List which model serves which series, its scores, lineage and changes',
    options: [],
    example: 'homeostat models ls queue/orders:queue.depth',
    load: async () => (await import('./verbs/models.ts')).listModels,
  },
  {
    name: 'models pin',
    args: '<series> <model>',
    summary: 'Let one model serve a series whatever the scores say; auto ends it',
    options: [why],
    example: 'homeostat models pin queue/orders:queue.depth theta --why "sale week"',
    load: async () => (await import('./verbs/models.ts')).pinModel,
  },
  {
    name: 'models rollback',
    args: '<series>',
    summary: 'Pin the model that served a series before the present one',
    options: [why],
    example: 'homeostat models rollback queue/orders:queue.depth --why "it swings"',
    load: async () => (await import('./verbs/models.ts')).rollBackModel,
  },
  {
    name: 'backtest detect',
    args: '<file...>',
    summary: 'Find what was odd in recorded series of your own',
    options: [column, report],
    example: 'homeostat backtest detect latency.csv --column p95 --report out.html',
    load: async () => (await import('./verbs/backtest.ts')).detect,
  },
  {
    name: 'backtest forecast',
    args: '<file...>',
    summary: 'Forecast recorded series of your own from their past, and compare',
    options: [column, ['--season <rows>', 'rows in one season; a day by default'], report],
    example: 'homeostat backtest forecast requests.csv --season 288',
    load: async () => (await import('./verbs/backtest.ts')).forecast,
  },
  {
    name: 'backtest failure',
    args: '<file...>',
    summary: 'Play recorded lives of disks of your own to the shipped failure model',
    options: [report],
    example: 'homeostat backtest failure drives.csv --report out.html',
    load: async () => (await import('./verbs/backtest-failure.ts')).failure,
  },
  {
    name: 'backtest diagnose',
    args: '<file...>',
    summary:
      'Rank who is to blame, from metrics per service of your own: timestamp,checkout.latency_ms,... or timestamp,service,metric,value',
    options: [
      ['--graph <file>', 'who calls whom: caller,callee'],
      ['--at <time>', "the incident's start: a time, or a row from 1; default: the last tenth"],
      ['--alert <service>', 'the service that raised the alert; needs --graph'],
      report,
    ],
    example: 'homeostat backtest diagnose services.csv --graph calls.csv --at 2026-03-01T10:00:00Z --alert checkout',
    load: async () => (await import('./verbs/backtest-diagnose.ts')).diagnose,
  },
  {
    name: 'backtest logs',
    args: '<file...>',
    summary: 'Mine the templates of a log file of your own',
    options: [report],
    example: 'homeostat backtest logs worker.log',
    load: async () => (await import('./verbs/backtest.ts')).logs,
  },
];
