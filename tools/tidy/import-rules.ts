import type { Failure } from './failure.ts';
import type { Import, SourceFile } from './source-file.ts';

/*
 * Who may import whom, after the layering of docs/adr/0001: records, ports, the synchronous core, adapters, faces.
 * A file belongs to the first layer whose pattern matches its path. Composition roots and tests join everything.
 */

interface Layer {
  readonly name: string;
  readonly files: RegExp;
  /** What its files may import of the project. */
  readonly mayImport: RegExp;
  /** Packages it may import; absent means any. */
  readonly packages?: RegExp;
  readonly why: string;
  readonly instead: string;
}

const anything = /^/;
const nothing = /^\b$/;
/** Deterministic and without I/O; adapters of the core to files and SQLite are listed in `purity.ts`. */
const corePackages = /^(zod|yaml|croner|string-width|@marcbachmann\/cel-js|@opentelemetry\/api|node:)/;

const layers: readonly Layer[] = [
  {
    name: 'tests',
    files: /^(test|bench)\//,
    mayImport: anything,
    why: '',
    instead: '',
  },
  {
    name: 'composition root',
    files: /^(agent\/main\.ts$|sim\/run\.ts$|sim\/campaign\/)/,
    mayImport: anything,
    why: '',
    instead: '',
  },
  {
    name: 'records',
    files: /^model\//,
    mayImport: /^model\//,
    packages: nothing,
    why: 'records are plain data that every layer shares; an import here would tie all of them to it',
    instead: 'move the behaviour to the layer that needs it',
  },
  {
    name: 'ports',
    files: /^agent\/ports\.ts$/,
    mayImport: /^model\//,
    packages: nothing,
    why: 'adapters see the core only through the ports, so the ports may not know the core',
    instead: 'put the shared shape into model/',
  },
  {
    name: 'guard',
    files: /^agent\/guard\//,
    mayImport: /^(model|agent)\/(?!execute\/|main\.ts|shell\.ts)/,
    packages: corePackages,
    why: 'the guard decides without models and without hands, so that neither can talk it into anything',
    instead: 'pass what it needs as facts',
  },
  {
    name: 'analysis',
    files: /^agent\/(analyze|monitor)\//,
    mayImport: /^(model|agent)\/(?!execute\/|main\.ts|shell\.ts)/,
    packages: corePackages,
    why: 'what is true of the cluster may not depend on how the agent acts on it',
    instead: 'let the loop pass the fact in',
  },
  {
    name: 'core',
    files: /^agent\//,
    mayImport: /^(model\/|agent\/(?!main\.ts))/,
    packages: corePackages,
    why: 'the core runs unchanged in the simulator: it knows ports, not engines, servers or language models',
    instead: 'add a port, implement it outside agent/, and join them in agent/main.ts and sim/run.ts',
  },
  {
    name: 'twin',
    files: /^sim\/twin\//,
    mayImport: /^(model\/|agent\/ports\.ts|sim\/(twin|kernel)\/)/,
    why: 'a twin that sees the simulated world would cheat: it may know only what a collector sees',
    instead: 'build it from inventory and series',
  },
  {
    name: 'simulation reports',
    files: /^sim\/(demo\.ts|drill\.ts|progress\.ts|chaos\/)/,
    mayImport: /^(model\/|agent\/(views|config|files|ports)|sim\/)/,
    why: 'what tells of a simulated run shows the same views as the other faces',
    instead: 'add a view under agent/views, or join parts in sim/run.ts',
  },
  {
    name: 'simulator',
    files: /^sim\//,
    mayImport: /^(model\/|agent\/(ports|config\/)|sim\/)/,
    packages: /^(zod|yaml|node:(crypto|path|url))/,
    why: 'the simulator is one more cluster behind the ports; it does not know how the agent thinks',
    instead: 'join it to the agent in sim/run.ts',
  },
  {
    name: 'adapters',
    files: /^(collectors|actuators|adviser|notifiers)\//,
    mayImport: /^(model\/|agent\/ports\.ts|collectors\/|actuators\/|adviser\/|notifiers\/)/,
    why: 'an adapter serves any caller of its port: the agent, a contract test, the simulator',
    instead: 'take what it needs as an option, or move the shape to model/ or agent/ports.ts',
  },
  {
    name: 'command line',
    files: /^cli\//,
    mayImport: /^(model\/|agent\/(views|config|commands|main|analyze\/backtest)|sim\/|cli\/|api\/|tui\/)/,
    why: 'a verb shows a view or hands over a command; it does not decide',
    instead: 'add a view under agent/views or a command to agent/commands.ts',
  },
  {
    name: 'faces',
    files: /^(api|tui|chatops)\//,
    mayImport: /^(model\/|agent\/(views|config|commands|ports\.ts)|api\/|tui\/|chatops\/)/,
    why: 'faces differ only in how they show things; whatever one of them knew alone, the others would lack',
    instead: 'add a view under agent/views or a command to agent/commands.ts',
  },
  {
    name: 'playbooks',
    files: /^playbooks\//,
    mayImport: nothing,
    packages: nothing,
    why: 'a playbook is data that people review; code there would be a way around the guard',
    instead: 'add an action to the catalogue, or a condition to agent/plan',
  },
  {
    name: 'example programs',
    files: /^examples\//,
    mayImport: /^examples\//,
    why: 'the managed cluster stands for somebody else’s: it knows nothing of the agent',
    instead: 'copy the constant',
  },
  {
    name: 'generator of the reference',
    files: /^tools\/reference(\.ts$|\/)/,
    mayImport: /^(model\/|agent\/(views|config)|api\/|cli\/|sim\/(chaos|cluster|faults|presets|scenario)\/|tools\/)/,
    why: 'the reference is written from the tables and schemas that the program itself uses',
    instead: 'export the table from the face that uses it',
  },
  {
    name: 'trainers',
    files: /^tools\/train/,
    mayImport: /^(model\/|agent\/analyze\/|bench\/accuracy\/|tools\/train)/,
    why: 'a model is trained on the features that the analysis will compute, and on nothing else of the product',
    instead: 'compute it in the analysis',
  },
  {
    name: 'tools',
    files: /^(tools|bin)\/(?!reference(\.ts$|\/)|train)/,
    mayImport: /^tools\//,
    why: 'tools check the product, they are no part of it',
    instead: 'read the file as text',
  },
];

/** Names of the ports that would let a layer act, or ask a model, by itself. */
const guardedPorts: Readonly<Record<string, RegExp>> = {
  Actuator: /^agent\/(guard|analyze|monitor|plan|views|knowledge)\//,
  LanguageModel: /^agent\/(guard|analyze|monitor|execute|views)\//,
};

export function checkImports(file: SourceFile): Failure[] {
  const layer = layers.find(({ files }) => files.test(file.path));
  if (layer === undefined) return [];
  const failures = file.imports
    .filter((found) => !isAllowed(layer, found))
    .map((found) => ({
      file: file.path,
      line: found.line,
      rule: `import-direction: ${layer.name} may not import ${found.target}`,
      why: layer.why,
      instead: layer.instead,
    }));
  return [...failures, ...checkGuardedPorts(file)];
}

function isAllowed(layer: Layer, { target, inProject }: Import): boolean {
  if (inProject) return layer.mayImport.test(target) || target === 'package.json';
  return layer.packages === undefined || layer.packages.test(target);
}

function checkGuardedPorts(file: SourceFile): Failure[] {
  return file.imports
    .filter(({ target }) => target === 'agent/ports.ts')
    .flatMap(({ names, line }) =>
      names.filter((name) => guardedPorts[name]?.test(file.path)).map((name) => ({ name, line })),
    )
    .map(({ name, line }) => ({
      file: file.path,
      line,
      rule: `import-direction: the port ${name} is not for ${file.path.split('/')[1]}`,
      why: 'deciding, acting and asking a model stay apart: only so can each be checked by itself',
      instead: 'return a request and let the loop pass it on',
    }));
}

/** Playbooks are data, whatever the language of the code in them. */
export function checkPlaybookFolder(paths: readonly string[]): Failure[] {
  return paths
    .filter((path) => path.startsWith('playbooks/') && !/\.(ya?ml|md|jsonl?)$/.test(path))
    .map((file) => ({
      file,
      line: 1,
      rule: 'playbook-code: only YAML, Markdown and recorded data belong here',
      why: 'a playbook is data that people review; code there would be a way around the guard',
      instead: 'add an action to the catalogue, or a condition to agent/plan',
    }));
}
