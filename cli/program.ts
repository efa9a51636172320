import { createInterface } from 'node:readline/promises';
import { Command, CommanderError, Option } from 'commander';
import { version } from '../api/version.ts';
import { CliError, exitCodes, type Io, type Options } from './io.ts';
import { tellProblems } from './problems.ts';
import { type VerbEntry, verbs } from './verbs.ts';

/** The parts of the process that a command may touch. */
export type Host = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env' | 'cwd'>;

const nouns: Readonly<Record<string, string>> = {
  incident: 'Incidents',
  audit: 'The journal',
  policy: 'Policy files',
  playbook: 'Playbooks',
  record: 'Records of rules: what they earned',
  breaker: 'Breakers of fixes that kept failing',
  models: 'Models of the analysis',
  backtest: "The analysis on people's own files",
  chaos: 'Faults on the simulator',
  config: 'Configuration',
};

/** Runs one command line and returns its exit code. Throws only for faults of the program itself. */
export async function runCommandLine(argv: readonly string[], host: Host): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = createProgram(host, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    const io = ioOf(host, { output: wantsJson(argv) ? 'json' : 'text' });
    if (error instanceof CommanderError) return usageExit(error, io);
    if (!(error instanceof CliError)) throw error;
    tellProblems(io, error.problems);
    return error.exitCode;
  }
}

function createProgram(host: Host, finish: (exitCode: number) => void): Command {
  const program = newCommand('homeostat', host)
    .description('An autonomous operator for distributed processing clusters')
    .version(version, '-V, --version')
    .addHelpText('after', '\nExample:\n  homeostat demo\n\nStart here: homeostat init, then homeostat doctor.');
  const parents = new Map<string, Command>();
  for (const entry of verbs) {
    const words = entry.name.split(' ');
    const noun = words.length > 1 ? words[0]! : null;
    const parent = noun === null ? program : (parents.get(noun) ?? addNoun(program, noun, host));
    if (noun !== null) parents.set(noun, parent);
    parent.addCommand(verbCommand(entry, words.at(-1)!, host, finish));
  }
  return program;
}

function addNoun(program: Command, noun: string, host: Host): Command {
  const command = newCommand(noun, host).description(nouns[noun] ?? noun);
  const first = verbs.find((entry) => entry.name.startsWith(`${noun} `));
  command.addHelpText('after', `\nExample:\n  ${first?.example}`);
  program.addCommand(command);
  return command;
}

function newCommand(name: string, host: Host): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({ writeOut: (text) => host.stdout.write(text), writeErr: () => {} })
    .showSuggestionAfterError(true);
}

function verbCommand(entry: VerbEntry, name: string, host: Host, finish: (exitCode: number) => void): Command {
  const command = newCommand(name, host).description(entry.summary);
  for (const argument of entry.args.split(' ').filter((text) => text !== '')) command.argument(argument);
  for (const [flags, means] of entry.options) command.addOption(optionOf(flags, means));
  command
    .addOption(new Option('-o, --output <format>', 'text for people or json for programs').choices(['text', 'json']))
    .option('--config <file>', 'configuration; default homeostat.yaml, see `config show`')
    .option('--no-input', 'never ask anything')
    .addHelpText('after', `\nExample:\n  ${entry.example}`)
    .action(async (...given: unknown[]) => {
      const options = command.opts<Options>();
      const args = given
        .slice(0, -2)
        .flat()
        .filter((item) => typeof item === 'string');
      const verb = await entry.load();
      finish(await verb(ioOf(host, options), args, options));
    });
  return command;
}

/** `<value...>` may be given several times; each time takes one value, so that arguments may follow. */
function optionOf(flags: string, means: string): Option {
  if (!flags.includes('...')) return new Option(flags, means);
  return new Option(flags.replace('...', ''), `${means} (may be repeated)`).argParser(
    (value: string, before: string[] | undefined) => [...(before ?? []), value],
  );
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (arg, index) =>
      /^(-ojson|-o=json|--output=json)$/.test(arg) || (arg === 'json' && /^(-o|--output)$/.test(argv[index - 1] ?? '')),
  );
}

function ioOf(host: Host, options: Options): Io {
  const color = host.stdout.isTTY === true && !host.env.NO_COLOR && host.env.TERM !== 'dumb';
  const mayAsk = options.input !== false && host.stdin.isTTY === true && options.output !== 'json';
  return {
    out: (text) => host.stdout.write(`${text}\n`),
    log: (text) => host.stderr.write(`${text}\n`),
    ask: mayAsk ? (question) => askLine(host, question) : null,
    json: options.output === 'json',
    color,
    env: host.env,
    workDir: host.cwd(),
    configFile: typeof options.config === 'string' ? options.config : null,
    nowMs: Date.now,
  };
}

async function askLine(host: Host, question: string): Promise<string> {
  const lines = createInterface({ input: host.stdin, output: host.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}

/** Help and version are answers; everything else that commander refuses is a usage mistake. */
function usageExit(error: CommanderError, io: Io): number {
  if (error.exitCode === 0 || error.code === 'commander.helpDisplayed') return exitCodes.done;
  if (error.code === 'commander.help') return exitCodes.usage;
  const message = error.message.replace(/^error: /, '').split('\n')[0]!;
  const hint = /\(Did you mean (.+)\?\)/.exec(error.message)?.[1];
  tellProblems(io, [
    {
      code: 'USAGE',
      message,
      where: 'command line',
      hint: hint === undefined ? 'add --help' : `did you mean ${hint}?`,
    },
  ]);
  return exitCodes.usage;
}
