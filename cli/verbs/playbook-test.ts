import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runPlaybookTests } from '../../agent/views/playbooks.ts';
import { exitCodes, type Io, notFoundError, print, usageError } from '../io.ts';
import { readNamedPlaybooks } from '../playbook-files.ts';
import { tableText } from '../table.ts';

/** `homeostat playbook test`. Exit code 1 where one of a playbook's own tests fails. */
export async function testPlaybooks(io: Io, args: readonly string[]): Promise<number> {
  const playbooks = await readNamedPlaybooks(io, args);
  const tests = playbooks.flatMap((playbook) =>
    runPlaybookTests(playbook, (name) => readFileSync(join(dirname(playbook.file), name), 'utf8')).map((result) => ({
      playbook: playbook.name,
      ...result,
    })),
  );
  const untested = playbooks.filter((playbook) => playbook.tests.length === 0).map((playbook) => playbook.name);
  print(io, { tests, untested }, () =>
    [
      tableText(
        ['PLAYBOOK', 'TEST', 'RESULT', 'WHY'],
        tests.map((test) => [test.playbook, test.name, test.ok ? 'ok' : 'FAILED', test.why]),
      ),
      ...(untested.length > 0 ? [`without tests of their own: ${untested.join(', ')}`] : []),
    ].join('\n'),
  );
  return tests.every((test) => test.ok) ? exitCodes.done : exitCodes.failed;
}

/** `homeostat playbook run NAME --dry-run`: the playbook's own drill, on the simulated cluster. */
export async function dryRunPlaybook(
  io: Io,
  [name]: readonly string[],
  options: { dryRun?: unknown },
): Promise<number> {
  if (options.dryRun !== true) {
    throw usageError(
      '--dry-run',
      'a playbook runs on a real cluster only by the decision of the agent',
      'add --dry-run',
    );
  }
  const playbook = (await readNamedPlaybooks(io, [])).find((one) => one.name === name);
  if (playbook === undefined) throw notFoundError('<name>', `there is no playbook ${name}`, 'homeostat playbook ls');
  if (playbook.drill === null) throw usageError('<name>', `${name} has no drill`, 'add drill: to its playbook.yaml');
  const { runDrill } = await import('../../sim/drill.ts');
  const file = join(dirname(playbook.file), playbook.drill.scenario);
  const result = runDrill(playbook, { text: readFileSync(file, 'utf8'), file }, io.json ? () => {} : io.out);
  print(
    io,
    result,
    () =>
      `${name}: ${result.plans} planned, ${result.succeeded} succeeded, ${result.mitigated ? 'mitigated' : 'NOT mitigated'}`,
  );
  return result.mitigated ? exitCodes.done : exitCodes.notSucceeded;
}
