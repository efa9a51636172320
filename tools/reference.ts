// Writes docs/reference/ from the tables and schemas that the program itself uses; with --check it only compares.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { environmentKeys } from '../agent/config/overrides.ts';
import { configJsonSchema } from '../agent/config.ts';
import { playbookJsonSchema } from '../agent/views/playbooks.ts';
import { policyJsonSchema } from '../agent/views/policy.ts';
import { type Endpoint, endpoints } from '../api/endpoints.ts';
import { openApiDocument } from '../api/openapi.ts';
import { commonKeys, paramRows, personRows } from '../cli/fault-params.ts';
import { exitCodes } from '../cli/io.ts';
import { type VerbEntry, verbs } from '../cli/verbs.ts';
import { actionCatalogue } from '../model/actions.ts';
import { wellKnownMetrics } from '../model/metrics.ts';
import { reasonCodes } from '../model/reason-codes.ts';
import { faultCatalogue } from '../sim/faults/catalogue.ts';
import { exampleOf } from '../sim/faults/examples.ts';
import { scenarioJsonSchema } from '../sim/scenario/json-schema.ts';
import { chaosPage } from './reference/chaos-page.ts';
import { type JsonSchema, keyRows, page, table } from './reference/markdown.ts';
import { scenarioPage } from './reference/scenario-page.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'reference');

/** Every page by its file name. */
export function referencePages(): Readonly<Record<string, string>> {
  return {
    'README.md': indexPage(),
    'cli.md': cliPage(),
    'config.md': configPage(),
    'api.md': apiPage(),
    'actions.md': actionsPage(),
    'scenario.md': scenarioPage(),
    'faults.md': faultsPage(),
    'chaos.md': chaosPage(),
    'metrics.md': metricsPage(),
    'reason-codes.md': reasonCodesPage(),
    'homeostat-config-v1.schema.json': json(configJsonSchema()),
    'homeostat-policy-v1.schema.json': json(policyJsonSchema()),
    'homeostat-playbook-v1.schema.json': json(playbookJsonSchema()),
    'homeostat-scenario-v1.schema.json': json(scenarioJsonSchema()),
    'openapi.json': json(openApiDocument()),
  };
}

function json(data: unknown): string {
  return `${JSON.stringify(data, null, 2)}\n`;
}

function indexPage(): string {
  return page(
    'Reference',
    [
      '- [Command line](cli.md)',
      '- [Configuration](config.md), with its [schema](homeostat-config-v1.schema.json)',
      '- Schemas of [policy files](homeostat-policy-v1.schema.json), [playbooks](homeostat-playbook-v1.schema.json) and [scenarios](homeostat-scenario-v1.schema.json)',
      '- [HTTP API](api.md), with its [OpenAPI document](openapi.json)',
      '- [Scenario files](scenario.md), and [what `chaos run` tells](chaos.md) of them',
      '- [Actions](actions.md), [faults and causes](faults.md), [metrics](metrics.md), [reason codes](reason-codes.md)',
    ].join('\n'),
  );
}

function cliPage(): string {
  const codes = Object.entries(exitCodes).map(([name, code]) => [String(code), name]);
  return page(
    'Command line',
    'Every verb takes `-o json` (one document, or JSON lines where it streams), `--config FILE`, `--no-input` and `--help`, and honours `NO_COLOR`.',
    table(['Exit code', 'Means'], codes),
    ...verbs.map(verbSection),
  );
}

function verbSection({ name, args, summary, options, example }: VerbEntry): string {
  const usage = `homeostat ${name}${args === '' ? '' : ` ${args}`}`;
  const rows = options.map(([flags, means]) => [`\`${flags}\``, means]);
  const parts = [
    `## ${name}`,
    `${summary}.`,
    `\`${usage}\``,
    ...(rows.length > 0 ? [table(['Option', 'Means'], rows)] : []),
  ];
  return [...parts, `\`\`\`sh\n${example}\n\`\`\``].join('\n\n');
}

function configPage(): string {
  const variables = Object.entries(environmentKeys).map(([variable, path]) => [
    `\`${variable}\``,
    `\`${path.join('.')}\``,
  ]);
  return page(
    'Configuration',
    'The first of `--config`, `$HOMEOSTAT_CONFIG`, `./homeostat.yaml`, `./homeostat/homeostat.yaml`, `$XDG_CONFIG_HOME/homeostat/homeostat.yaml` and `/etc/homeostat/homeostat.yaml` is read. Relative paths start from its folder. `homeostat config show --origin` tells where each value came from.',
    table(['Key', 'Type', 'Default', 'Means'], keyRows(configJsonSchema() as JsonSchema, '')),
    'These variables win over the file, and flags over them:',
    table(['Variable', 'Key'], variables),
  );
}

function apiPage(): string {
  const rows = Object.values<Endpoint>(endpoints).map(({ method, path, scope, summary }) => [
    `\`${method.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}')}\``,
    scope,
    summary,
  ]);
  return page(
    'HTTP API',
    'Errors are problem documents (RFC 9457) with a stable `code` and a `hint`. Without a token only reads from the same machine are served; tokens are in `tokens.json` of the state directory. Scope `answer` includes `read`, `admin` includes all.',
    table(['Request', 'Scope', 'Does'], rows),
  );
}

function actionsPage(): string {
  const rows = Object.entries(actionCatalogue).map(([name, kind]) => [
    `\`${name}\``,
    kind.targetKind,
    kind.risk,
    kind.inverse === null ? (kind.inverseReason ?? '') : `\`${kind.inverse}\``,
    kind.idempotency,
  ]);
  return page('Actions', table(['Action', 'Target', 'Risk', 'Undo', 'Done twice'], rows));
}

function faultsPage(): string {
  const kinds = faultCatalogue.map(({ kind, targets, means }) => [`\`${kind}\``, targets.join(', '), means]);
  const params = paramRows().map(([kind, name, ...rest]) => [`\`${kind}\``, `\`${name}\``, ...rest]);
  return page(
    'Faults and causes',
    'Every fault takes these; [scenario files](scenario.md) tells the rest of the file.',
    table(
      ['Key', 'Means'],
      Object.entries(commonKeys).map(([key, means]) => [`\`${key}\``, means]),
    ),
    table(['Kind', 'Targets', 'Means'], kinds),
    table(['Kind', 'Parameter', 'Unit', 'Range', 'Default', 'Means'], params),
    'What `to` and `toText` of a `human-action` are depends on its `action`; other actions take neither.',
    table(['Action', 'Parameter', 'Means', 'Otherwise'], personRows()),
    'One of each, on the preset `stream-small`; `edge-link-loss` on `edge`:',
    `\`\`\`yaml\n${faultCatalogue.map(exampleOf).join('\n')}\n\`\`\``,
  );
}

function metricsPage(): string {
  const rows = Object.entries(wellKnownMetrics).map(([name, { unit, type, of, means }]) => [
    `\`${name}\``,
    type,
    unit,
    of.join(', '),
    means,
  ]);
  return page('Metrics of the managed cluster', table(['Metric', 'Type', 'Unit', 'Of', 'Means'], rows));
}

function reasonCodesPage(): string {
  const rows = Object.entries(reasonCodes).map(([code, means]) => [`\`${code}\``, means]);
  return page('Reason codes', 'Never renamed, never reused.', table(['Code', 'Means'], rows));
}

/** Pages whose file is not what the program says. */
function stalePages(pages: Readonly<Record<string, string>>): string[] {
  return Object.keys(pages).filter((name) => {
    try {
      return readFileSync(join(folder, name), 'utf8') !== pages[name];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
      throw error;
    }
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const pages = referencePages();
  const stale = stalePages(pages);
  if (process.argv.includes('--check')) {
    for (const name of stale) console.error(`docs/reference/${name} is stale: run node tools/reference.ts`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    mkdirSync(folder, { recursive: true });
    for (const name of stale) writeFileSync(join(folder, name), pages[name]!);
  }
}
