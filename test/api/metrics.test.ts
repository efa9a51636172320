import { afterEach, beforeEach, expect, test } from 'vitest';
import { approval, approved, doneRecords, forecast, verdict } from '../agent/views/records.ts';
import { type ServedApi, serveApi } from './fixture.ts';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
});
afterEach(() => api.close());

async function scrape(): Promise<string[]> {
  const response = await api.get('/metrics');
  expect(response.headers.get('content-type')).toContain('text/plain');
  return (await response.text()).split('\n');
}

test('counts verdicts by effect and action, and outcomes by result', async () => {
  api.agent.append(verdict, ...doneRecords);
  const lines = await scrape();
  expect(lines).toContain('homeostat_decisions_total{effect="ask",action="instance.restart"} 1');
  expect(lines).toContain('homeostat_actions_total{action="instance.restart",result="succeeded"} 1');
  expect(lines).toContain('homeostat_verify_duration_seconds_sum 12');
  expect(lines).toContain('homeostat_approval_wait_seconds_sum 60');
});

test('counts a question when it ends, not while it waits', async () => {
  api.agent.append(approval);
  expect(await scrape()).toContain('homeostat_approval_wait_seconds_count 0');
  api.agent.append({ ...approved, state: 'expired' });
  expect(await scrape()).toContain('homeostat_approval_wait_seconds_count 1');
});

test('shows mode, policy, data age and what stops the agent', async () => {
  api.agent.setStatus({ stop: 'STOP file' });
  const lines = await scrape();
  expect(lines).toContain('homeostat_mode{mode="guarded"} 1');
  expect(lines).toContain('homeostat_mode{mode="observe"} 0');
  expect(lines).toContain('homeostat_policy_info{version="c0ffee012345"} 1');
  expect(lines).toContain('homeostat_data_age_seconds{source="docker"} 1.5');
  expect(lines).toContain('homeostat_flag{flag="stop"} 1');
  expect(lines).toContain('homeostat_waiting_approvals 1');
  expect(lines.filter((line) => line.includes('source="nats"'))).toEqual([]);
});

test('keeps the number of labels bounded whatever telemetry is called', async () => {
  for (let count = 0; count < 50; count++) api.agent.append({ ...forecast, metric: `made.up.${count}` });
  const lines = (await scrape()).filter((line) => line.startsWith('homeostat_forecast_error_ratio{'));
  expect(lines.toSorted()).toEqual([
    'homeostat_forecast_error_ratio{metric="memory.usage"} 0.042',
    'homeostat_forecast_error_ratio{metric="other"} 0.042',
  ]);
});
