import { expect, test } from 'vitest';
import { textToSamples } from '../../../collectors/docker/worker-text.ts';

test('picks the work metrics out of Prometheus text and adds labelled series up', () => {
  const text = [
    '# TYPE work_completed_total counter',
    'work_completed_total{shard="a"} 40',
    'work_completed_total{shard="b"} 2',
    'work_duration_ms 27.18',
    'process_open_fds 21',
  ].join('\n');
  const samples = textToSamples('worker-1', text, 1_000);
  expect(samples.map(({ name, value, unit, type }) => [name, value, unit, type])).toEqual([
    ['work.completed', 42, '{item}', 'counter'],
    ['work.duration', 27.18, 'ms', 'gauge'],
  ]);
});

test('passes over what is not a number', () => {
  expect(textToSamples('worker-1', 'work_errors_total NaN\nwork_completed_total lots\n', 1_000)).toEqual([]);
});
