import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allows, ensureTokens, findToken, readTokens, type Token, tokenFile } from '../../api/tokens.ts';

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'homeostat-tokens-'));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

test('the first start writes a token that only its owner may read', () => {
  const first = ensureTokens(stateDir);
  expect(statSync(tokenFile(stateDir)).mode & 0o777).toBe(0o600);
  expect(first).toMatchObject({ ok: true, tokens: [{ id: 'local', scopes: ['read', 'answer', 'admin', 'ingest'] }] });
  expect(ensureTokens(stateDir)).toEqual(first);
});

test('two first starts do not share a secret', () => {
  ensureTokens(stateDir);
  const secret = readFileSync(tokenFile(stateDir), 'utf8');
  rmSync(tokenFile(stateDir));
  ensureTokens(stateDir);
  expect(readFileSync(tokenFile(stateDir), 'utf8')).not.toBe(secret);
});

test('refuses a token file that others may read', () => {
  ensureTokens(stateDir);
  chmodSync(tokenFile(stateDir), 0o640);
  expect(ensureTokens(stateDir)).toMatchObject({ ok: false, code: 'TOKENS_UNSAFE' });
});

test.each([
  '',
  '{}',
  '{"version":1,"tokens":[{"id":"ci","scopes":["read"],"secret":"short"}]}',
  '{"version":1,"tokens":[]}',
])('refuses the token file %j', (text) => {
  writeFileSync(tokenFile(stateDir), text, { mode: 0o600 });
  expect(readTokens(stateDir)).toMatchObject({ ok: false, code: 'TOKENS_INVALID' });
});

test('finds a token by its whole secret only', () => {
  const token: Token = { id: 'ci', scopes: ['read'], secret: 'a'.repeat(32) };
  expect(findToken([token], 'a'.repeat(32))).toBe(token);
  expect(findToken([token], 'a'.repeat(31))).toBeNull();
  expect(findToken([], '')).toBeNull();
});

test('a scope includes the lesser ones, and pushing telemetry stands aside', () => {
  const having = (...scopes: Token['scopes']): Token => ({ id: 'x', scopes, secret: '' });
  expect(allows(having('admin'), 'ingest')).toBe(true);
  expect(allows(having('admin'), 'read')).toBe(true);
  expect(allows(having('answer'), 'read')).toBe(true);
  expect(allows(having('answer'), 'admin')).toBe(false);
  expect(allows(having('ingest'), 'read')).toBe(false);
  expect(allows(having('read', 'ingest'), 'answer')).toBe(false);
});
