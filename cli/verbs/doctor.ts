import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { Config } from '../../agent/config.ts';
import type { Overview } from '../../agent/views/overview.ts';
import { parsePolicy } from '../../agent/views/policy.ts';
import { apiAddress } from '../../api/address.ts';
import { readTokens } from '../../api/tokens.ts';
import { loadConfig, readNamedFile } from '../config-file.ts';
import { readDaemon } from '../daemon.ts';
import { CliError, exitCodes, type Io, print } from '../io.ts';

/** One thing that was looked at. */
interface Finding {
  readonly result: 'ok' | 'WARN' | 'FAIL';
  readonly what: string;
  readonly says: string;
  readonly fix: string | null;
}

/** How long a local service may take to answer, ms. */
const probeTimeoutMs = 3_000;

/** `homeostat doctor`. Exit code 8 where anything is not ok. Changes nothing but the state directory that it makes. */
export async function doctor(io: Io): Promise<number> {
  const config = loadConfig(io);
  const findings = [
    { result: 'ok' as const, what: 'config', says: config.file, fix: null },
    checkPolicy(io, config),
    checkStateDir(config),
    checkTokens(config),
    await checkEngine(config),
    ...(await checkNats(config)),
    await checkDaemon(config),
    ...(await checkOwnUse(config)),
    checkLlm(config),
  ];
  print(io, { findings }, () => findings.map(findingText).concat(countText(findings)).join('\n'));
  return findings.every(({ result }) => result === 'ok') ? exitCodes.done : exitCodes.findings;
}

function ok(what: string, says: string): Finding {
  return { result: 'ok', what, says, fix: null };
}

function checkPolicy(io: Io, config: Config): Finding {
  try {
    const { path, text } = readNamedFile(io, config.policy);
    const parsed = parsePolicy(text, path);
    if (parsed.ok)
      return ok('policy', `${parsed.policy.name}, mode ${parsed.policy.mode}, ${parsed.policy.rules.length} rules`);
    return {
      result: 'FAIL',
      what: 'policy',
      says: `${parsed.problems.length} mistakes`,
      fix: `homeostat policy lint ${path}`,
    };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { result: 'FAIL', what: 'policy', says: error.message, fix: 'homeostat init' };
  }
}

function checkStateDir({ stateDir }: Config): Finding {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    accessSync(stateDir, constants.R_OK | constants.W_OK);
    return ok('state', stateDir);
  } catch (error) {
    return {
      result: 'FAIL',
      what: 'state',
      says: (error as Error).message,
      fix: 'set stateDir to a folder that this user may write',
    };
  }
}

function checkTokens({ stateDir }: Config): Finding {
  const known = readTokens(stateDir);
  if (known.ok) return ok('tokens', known.tokens.map((token) => token.id).join(', '));
  if (known.code === 'TOKENS_MISSING') return ok('tokens', 'none yet; the first start writes one');
  return { result: 'FAIL', what: 'tokens', says: known.message, fix: null };
}

async function checkEngine({ engine }: Config): Promise<Finding> {
  if (engine.kind === 'sim') return ok('engine', `simulator, ${engine.preset}`);
  if (!existsSync(engine.socketPath)) {
    return {
      result: 'FAIL',
      what: 'docker',
      says: `${engine.socketPath} does not exist`,
      fix: 'start the Docker Engine, or set engine.docker.socketPath',
    };
  }
  const filters = encodeURIComponent(JSON.stringify({ label: [engine.label] }));
  const answer = await askSocket(engine.socketPath, `/containers/json?all=1&filters=${filters}`);
  if (!answer.ok)
    return { result: 'FAIL', what: 'docker', says: answer.why, fix: 'check that this user may use the socket' };
  const containers = (JSON.parse(answer.text) as unknown[]).length;
  if (containers > 0) return ok('docker', `${containers} containers with ${engine.label}`);
  return {
    result: 'WARN',
    what: 'docker',
    says: `no container has the label ${engine.label}`,
    fix: 'start the cluster, or set engine.docker.label',
  };
}

type Asked = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

function askSocket(socketPath: string, path: string): Promise<Asked> {
  return new Promise((resolve) => {
    const request = httpRequest({ socketPath, path, timeout: probeTimeoutMs }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve(
          response.statusCode === 200 ? { ok: true, text } : { ok: false, why: `it answered ${response.statusCode}` },
        ),
      );
    });
    request.on('timeout', () => request.destroy(new Error('it did not answer in time')));
    request.on('error', (error) => resolve({ ok: false, why: error.message }));
    request.end();
  });
}

function checkNats({ nats }: Config): Promise<Finding[]> {
  return Promise.all(
    Object.entries(nats?.monitor ?? {}).map(async ([instance, url]): Promise<Finding> => {
      const what = `nats ${instance}`;
      try {
        const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(probeTimeoutMs) });
        if (response.ok) return ok(what, 'healthy');
        return {
          result: 'WARN',
          what,
          says: `answered ${response.status}`,
          fix: 'wait until it has caught up, or look at its log',
        };
      } catch (error) {
        return { result: 'FAIL', what, says: `${url}: ${(error as Error).message}`, fix: 'check nats.monitor' };
      }
    }),
  );
}

async function checkDaemon(config: Config): Promise<Finding> {
  const answer = await readDaemon(config, '/readyz');
  if (answer === null)
    return {
      result: 'WARN',
      what: 'daemon',
      says: `nothing answers at ${apiAddress(config)}`,
      fix: `homeostat run --config ${config.file}`,
    };
  if (answer.status === 200) return ok('daemon', `ready at ${apiAddress(config)}`);
  const { detail } = answer.body as { readonly detail?: string };
  return { result: 'WARN', what: 'daemon', says: detail ?? `answered ${answer.status}`, fix: null };
}

/** What the running daemon uses of what it may; nothing where none runs. */
async function checkOwnUse(config: Config): Promise<Finding[]> {
  const answer = await readDaemon(config, '/v1/status');
  const own = answer?.status === 200 ? (answer.body as Overview).status.own : null;
  if (own == null) return [];
  const says = [
    `${Math.round(own.memoryBytes / 2 ** 20)} of ${Math.round(own.memoryBytesMax / 2 ** 20)} MiB`,
    `${own.cpuRatio.toFixed(2)} of ${own.cpuRatioMax} cores`,
    `${own.callsPerMinute} of ${own.callsPerMinuteMax} calls a minute`,
  ].join(', ');
  const isOver = own.memoryBytes > own.memoryBytesMax || own.cpuRatio > own.cpuRatioMax;
  if (!isOver && own.callsPerMinute < own.callsPerMinuteMax) return [ok('own use', says)];
  return [{ result: 'WARN', what: 'own use', says, fix: 'raise ownLimits, or watch less with one agent' }];
}

function checkLlm({ llm }: Config): Finding {
  if (llm === null) return ok('llm', 'none; everything works by rules');
  if (llm.apiKeyFile === null || existsSync(llm.apiKeyFile)) return ok('llm', `${llm.model} at ${llm.baseUrl}`);
  return {
    result: 'FAIL',
    what: 'llm',
    says: `${llm.apiKeyFile} does not exist`,
    fix: 'write the key there, or remove llm',
  };
}

function findingText({ result, what, says, fix }: Finding): string {
  return `${result.padEnd(5)} ${what.padEnd(14)} ${says}${fix === null ? '' : `   fix: ${fix}`}`;
}

function countText(findings: readonly Finding[]): string {
  const count = (wanted: Finding['result']) => findings.filter(({ result }) => result === wanted).length;
  return `${count('ok')} ok, ${count('WARN')} warnings, ${count('FAIL')} failed`;
}
