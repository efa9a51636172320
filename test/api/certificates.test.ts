import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canRun } from '../servers/availability.ts';
import { type ServedApi, serveApi } from './fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'homeostat-mtls-'));
const file = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

function authority(name: string): void {
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`); // biome-ignore format: one command
}

/** A certificate for `subject`, signed by an authority. */
function certificate(name: string, subject: string, by: string): void {
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', subject,
    '-keyout', `${name}.key`, '-out', `${name}.csr`); // biome-ignore format: one command
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial',
    '-days', '2', '-out', `${name}.pem`); // biome-ignore format: one command
}

describe.runIf(canRun('openssl'))('over a connection that asks for a certificate', () => {
  let api: ServedApi;
  beforeAll(async () => {
    for (const name of ['ca', 'other-ca']) authority(name);
    certificate('server', '/CN=localhost', 'ca');
    certificate('maria', '/CN=maria', 'ca');
    certificate('ivo', '/CN=ivo', 'ca');
    certificate('stranger', '/CN=stranger', 'ca');
    certificate('forged', '/CN=maria', 'other-ca');
    const clients = `{ caFile: ${file('ca.pem')}, subjects: { maria: [admin], ivo: [answer] } }`;
    const tls = `{ certFile: ${file('server.pem')}, keyFile: ${file('server.key')}, clients: ${clients} }`;
    api = await serveApi({ api: `{ port: 0, tls: ${tls} }` });
  });
  afterAll(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });

  /** Asks for a pause with the certificate of that name, or with none. */
  function pauseAs(name: string | null, headers: Record<string, string> = {}): Promise<number> {
    const own =
      name === null ? {} : { cert: readFileSync(file(`${name}.pem`)), key: readFileSync(file(`${name}.key`)) };
    const url = `${api.url.replace('http:', 'https:')}/v1/pause`;
    const json = { 'content-type': 'application/json', 'idempotency-key': `key-${name}-${Math.random()}` };
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        {
          method: 'POST',
          ca: readFileSync(file('ca.pem')),
          servername: 'localhost',
          headers: { ...json, ...headers },
          ...own,
        },
        (response) => {
          response.resume();
          resolve(response.statusCode!);
        },
      );
      sent.on('error', reject);
      sent.end(JSON.stringify({ why: 'database move' }));
    });
  }

  test('a certificate of the authority names its holder by its subject, and its scopes hold', async () => {
    expect(await pauseAs('maria')).toBe(200);
    expect(api.agent.submitted.at(-1)?.person).toEqual({ id: 'mtls:maria', via: 'api' });
    const before = api.agent.submitted.length;
    expect(await pauseAs('ivo')).toBe(403);
    expect(api.agent.submitted).toHaveLength(before);
  });

  test('one of another authority, one whose subject is not listed, and none at all name nobody', async () => {
    const before = api.agent.submitted.length;
    for (const name of ['forged', 'stranger', null]) expect(await pauseAs(name), String(name)).toBe(401);
    expect(api.agent.submitted).toHaveLength(before);
  });

  test('a page of another origin cannot borrow the certificate of a browser', async () => {
    expect(await pauseAs('maria', { origin: 'https://elsewhere.example' })).toBe(403);
  });

  test('a token still names its holder where no certificate is shown, and beside one', async () => {
    const authorization = `Bearer ${api.token.secret}`;
    for (const name of [null, 'maria']) {
      expect(await pauseAs(name, { authorization })).toBe(200);
      expect(api.agent.submitted.at(-1)?.person.id).toBe(`token:${api.token.id}`);
    }
    expect(await pauseAs('maria', { authorization: 'Bearer not-a-secret' })).toBe(401);
  });
});
