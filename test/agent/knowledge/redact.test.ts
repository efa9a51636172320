import { describe, expect, test } from 'vitest';
import { redactRecord, redactText } from '../../../agent/knowledge/redact.ts';
import { controlOf } from './records.ts';

const secrets: readonly (readonly [string, string, string])[] = [
  ['an e-mail address', 'mail maria.lopez@example.org now', 'maria.lopez'],
  ['an IPv4 address', 'no route to 10.20.30.40 (eth0)', '10.20.30.40'],
  ['an IPv6 address', 'peer 2001:db8::8a2e:370:7334 is gone', '2001:db8'],
  ['a full IPv6 address', 'peer 2001:0db8:0:0:0:8a2e:370:7334 is gone', '0db8'],
  ['a bearer token', 'Authorization: Bearer abc123def456', 'abc123def456'],
  ['basic credentials', 'authorization=Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
  ['a JSON web token', 'got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig here', 'eyJzdWIi'],
  ['a GitHub token', 'push with ghp_abcdefghijklmnopqrstuvwxyz0123', 'ghp_abc'],
  ['a Slack token', 'xoxb-1234567890-abcdefghij', '1234567890'],
  ['an API key of a model', 'key sk-proj-abcdefghijklmnop', 'sk-proj'],
  ['an AWS key id', 'AKIAIOSFODNN7EXAMPLE used', 'AKIAIOSF'],
  ['a password in an assignment', 'login failed password=hunter2 for job', 'hunter2'],
  ['a quoted secret', '{"apiKey": "a b c"}', 'a b c'],
  ['a password in a URL', 'nats://admin:s3cret@broker-1:4222 refused', 's3cret'],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', 'MIIE'],
  ['a long random string', 'cookie wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY0aB9', 'wJalrXUtn'],
];

describe('free text', () => {
  test.each(secrets)('loses %s', (_name, text, secret) => {
    expect(redactText(text)).not.toContain(secret);
    expect(redactText(text)).toMatch(/\[(secret|token|key|email|ip)\]/);
  });

  const harmless = [
    '4.1 s, usual 0.2-0.4 at this hour; peers 0.2',
    'killed at 12:48:31 after 3.5.1 was rolled out',
    'instance.restart of worker-3 under D-4127.2 at 2026-11-21T00:12:35.123Z',
    'plan 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'series.last(target, "memory") < 0.5 * series.limit(target, "memory")',
    'queue orders: 1,234 waiting, oldest 92 s; limit 512 MiB',
  ];
  test.each(harmless)('keeps "%s"', (text) => {
    expect(redactText(text)).toBe(text);
  });

  test('keeps the names of entities', () => {
    expect(redactText('10.0.0.7 is down, so is 10.0.0.8', new Set(['10.0.0.7']))).toBe('10.0.0.7 is down, so is [ip]');
  });
});

describe('a record', () => {
  test('is the same object where nothing has to go', () => {
    const record = controlOf('a plain reason');
    expect(redactRecord(record)).toBe(record);
  });

  test('loses secrets in free text and nothing from its typed fields', () => {
    const record = controlOf('see bob@example.org', {
      entity: { kind: 'node', id: '10.0.0.7' },
      person: { id: 'slack:bob@example.org', via: 'slack' },
    });
    expect(redactRecord(record)).toEqual({ ...record, why: 'see [email]' });
  });

  test('keeps the address of the node that it is about', () => {
    const record = controlOf('node 10.0.0.7 stopped answering 10.0.0.9', { entity: { kind: 'node', id: '10.0.0.7' } });
    expect(redactRecord(record)).toMatchObject({ why: 'node 10.0.0.7 stopped answering [ip]' });
  });

  test('is cleaned in nested text as well', () => {
    const outcome = {
      type: 'outcome',
      decisionId: 'D-1',
      incidentId: 'INC-0001',
      atMs: 1,
      result: 'failed',
      undone: 'undone',
      saidWas: [{ said: 'token: abcdef', was: 'fine', hit: null }],
      why: 'ok',
    } as const;
    expect(redactRecord(outcome)).toMatchObject({ saidWas: [{ said: 'token: [secret]', was: 'fine' }] });
  });
});
