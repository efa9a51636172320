import { expect, test } from 'vitest';
import { knowledgeText } from '../../agent/knowledge/snapshot.ts';
import type { LogLine } from '../../model/observation.ts';
import { startAgent } from './fixture.ts';

/*
 * A secret in every channel through which text comes in: none of them is in what the journal holds, in what screens and
 * chats are rendered from, in what is told outside or in a prompt. (`redact.test.ts` has the formats one by one.)
 */

const secrets = [
  'hunter2-canary-0001',
  'ghp_canary0002abcdefghijklmnop',
  'maria.canary0003@example.org',
  'sk-canary0004abcdefghijkl',
  's3cret-canary-0005',
  'canary0006.token.value',
];
const textOf = [
  `login failed password=${secrets[0]}`,
  `push with ${secrets[1]}`,
  `mail ${secrets[2]}`,
  `key ${secrets[3]}`,
  `nats://admin:${secrets[4]}@broker-1:4222 refused`,
  `Authorization: Bearer ${secrets[5]}`,
];

function leaksIn(text: string): string[] {
  return secrets.filter((secret) => text.includes(secret));
}

test('what people say is taken down without its secrets', () => {
  const agent = startAgent();
  agent.runForMs(150_000);
  const entity = { kind: 'instance', id: 'worker-1' } as const;
  for (const why of textOf) {
    expect(agent.say('unix:maria', { type: 'hold', entity, forMs: 3_600_000, why }).ok).toBe(true);
    expect(agent.say('unix:maria', { type: 'pause', why, now: false }).ok).toBe(true);
  }
  expect(leaksIn(JSON.stringify(agent.records))).toEqual([]);
  expect(leaksIn(knowledgeText(agent.shell.agent.knowledge))).toEqual([]);
  expect(agent.shell.agent.knowledge.paused).toBe('Authorization: [secret]');
});

test('log lines leave none in signals, incidents and diagnoses', () => {
  const agent = startAgent();
  for (let second = 0; second < 240; second++) {
    const observedAtMs = agent.world.clock.nowMs();
    const entity = { kind: 'instance', id: 'worker-3' } as const;
    const lines = textOf.map(
      (text): LogLine => ({ kind: 'log', source: 'logs', observedAtMs, entity, severity: 'error', text }),
    );
    agent.shell.push({ type: 'observed', source: 'logs', observations: lines });
    agent.runForMs(1_000);
  }
  expect(agent.ofType('incident').length).toBeGreaterThan(0);
  expect(leaksIn(JSON.stringify(agent.records))).toEqual([]);
  expect(leaksIn(knowledgeText(agent.shell.agent.knowledge))).toEqual([]);
});

test('a page carries none', () => {
  const agent = startAgent();
  const { policy } = agent.shell.agent;
  for (const problem of textOf) agent.shell.push({ type: 'policy', policy, mode: 'propose', problem });
  agent.runForMs(2_000);
  expect(agent.notes.map(({ title }) => title)).toContain('policy refused; test stays in force, in mode propose');
  expect(agent.notes.length).toBe(textOf.length);
  expect(leaksIn(JSON.stringify(agent.notes))).toEqual([]);
});
