import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentStatus } from '../../agent/views/face.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { JournalRow } from '../../model/record.ts';
import { demoAttachment } from '../../sim/demo.ts';
import { stepped } from '../../sim/run.ts';
import { parseScenario } from '../../sim/scenario.ts';

/** What the golden screens are drawn from; written anew with `node test/tui/record-day.ts`. */
export interface RecordedDay {
  readonly nowMs: number;
  readonly status: AgentStatus;
  readonly inventory: Inventory;
  readonly rows: readonly JournalRow[];
}

const scenarioText = `
version: 1
name: two-crashes-and-a-leak
duration: 30m
cluster: { preset: stream-small }
faults:
  - { at: 1m, kind: memory-leak, target: worker-5, rate: 20MiB/min }
  - { at: 3m, kind: instance-crash, target: worker-2 }
  - { at: 8m, kind: memory-leak, target: worker-6, rate: 20MiB/min }
  - { at: 9m, kind: instance-crash, target: broker-2 }
`;

/** Runs until the last fault waits for an answer; the first question is approved. */
function recordDay(): RecordedDay {
  const parsed = parseScenario(scenarioText, 'recorded.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const files = demoAttachment();
  const rows: JournalRow[] = [];
  const run = stepped(parsed.scenario, 7, {
    ...files,
    policy: { ...files.policy, mode: 'propose' },
    someoneCanAnswer: true,
    onRow: (row) => rows.push(row),
  });
  const approveUntilMs = run.startMs + 8 * 60_000;
  for (let atMs = run.startMs; atMs < run.startMs + 11 * 60_000; atMs += 5_000) {
    run.advanceTo(atMs);
    for (const { approval } of run.face.knowledge().decisions.values()) {
      if (approval?.state !== 'requested' || atMs > approveUntilMs) continue;
      void run.face.submit({
        idempotencyKey: `${approval.id}`,
        person: { id: 'unix:oncall', via: 'tui' },
        command: {
          type: 'answer',
          decisionId: approval.id,
          planHash: approval.planHash,
          answer: 'approve',
          reason: null,
        },
      });
    }
  }
  return { nowMs: run.nowMs(), status: run.face.status(), inventory: run.face.inventory()!, rows };
}

if (import.meta.main) {
  const day = recordDay();
  const { rows, ...rest } = day;
  const lines = [rest, ...rows].map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(join(import.meta.dirname, 'golden', 'day.jsonl'), lines.join(''));
  console.log(`${rows.length} rows`);
}
