import type { Playbook } from '../../agent/views/playbooks.ts';
import { durationText } from '../../agent/views/text.ts';
import { exitCodes, type Io, print } from '../io.ts';
import { readNamedPlaybooks } from '../playbook-files.ts';
import { tableText } from '../table.ts';

/** `homeostat playbook ls`. */
export async function listPlaybooks(io: Io): Promise<number> {
  const rows = (await readNamedPlaybooks(io, [])).map(summaryOf);
  print(io, { playbooks: rows }, () =>
    tableText(
      ['PLAYBOOK', 'FOR', 'DOES', 'COOLDOWN', 'SUMMARY'],
      rows.map((row) => [
        row.name,
        row.causes.join(', '),
        row.actions.join(', '),
        durationText(row.cooldownMs),
        row.summary,
      ]),
    ),
  );
  return exitCodes.done;
}

/** `homeostat playbook lint`. */
export async function lintPlaybooks(io: Io, args: readonly string[]): Promise<number> {
  const rows = (await readNamedPlaybooks(io, args)).map(summaryOf);
  print(io, { ok: true, playbooks: rows }, () => rows.map((row) => `ok: ${row.name}, ${row.file}`).join('\n'));
  return exitCodes.done;
}

function summaryOf(playbook: Playbook) {
  return {
    name: playbook.name,
    summary: playbook.summary,
    causes: playbook.trigger.causes,
    actions: [...new Set(playbook.steps.map((step) => step.action))],
    cooldownMs: playbook.trigger.cooldownMs,
    file: playbook.file,
  };
}
