import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelCard } from '../model/model-card.ts';
import type { Problem } from '../model/problem.ts';
import { diskModelCard } from './analyze/failure/shipped.ts';
import { type Policy, parsePolicy } from './guard/policy.ts';
import type { PromptTexts } from './plan/advise/prompt.ts';
import { type Playbook, parsePlaybook } from './plan/playbook.ts';

/** What the agent is given in files. Reading them is all that happens here; what they say is checked where it belongs. */
export interface AgentFiles {
  readonly policy: Policy;
  readonly playbooks: readonly Playbook[];
}

/** Reads the files at these paths; all mistakes of all of them at once. */
export function loadAgentFiles(paths: {
  readonly policy: string;
  readonly playbooks: readonly string[];
}): Loaded<'files', AgentFiles> {
  const policy = loadPolicy(paths.policy);
  const playbooks = loadPlaybooks(paths.playbooks);
  if (policy.ok && playbooks.ok) return { ok: true, files: { policy: policy.policy, playbooks: playbooks.playbooks } };
  return { ok: false, problems: [...(policy.ok ? [] : policy.problems), ...(playbooks.ok ? [] : playbooks.problems)] };
}

export type Loaded<Key extends string, Value> =
  | ({ readonly ok: true } & Readonly<Record<Key, Value>>)
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function loadPolicy(file: string): Loaded<'policy', Policy> {
  const text = readText(file);
  return text.ok ? parsePolicy(text.text, file) : text;
}

/** Reads every `FOLDER/NAME/playbook.yaml`; all mistakes of all files at once. */
export function loadPlaybooks(folders: readonly string[]): Loaded<'playbooks', readonly Playbook[]> {
  const playbooks: Playbook[] = [];
  const problems: Problem[] = [];
  for (const file of (folders.length === 0 ? [builtInPlaybooks()] : folders).flatMap(playbookFiles)) {
    const text = readText(file);
    const parsed = text.ok ? parsePlaybook(text.text, file) : text;
    if (parsed.ok) playbooks.push(parsed.playbook);
    else problems.push(...parsed.problems);
  }
  return problems.length === 0 ? { ok: true, playbooks } : { ok: false, problems };
}

function playbookFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name, 'playbook.yaml'))
    .filter((file) => statSync(file, { throwIfNoEntry: false }) !== undefined)
    .sort();
}

/** The playbooks that come with the product. */
export function builtInPlaybooks(): string {
  return join(packageRoot(), 'playbooks');
}

/** Sources lie one folder below the package's root, compiled files two. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (statSync(join(folder, 'package.json'), { throwIfNoEntry: false }) === undefined) folder = dirname(folder);
  return folder;
}

function readText(file: string): { ok: true; text: string } | { ok: false; problems: Problem[] } {
  try {
    return { ok: true, text: readFileSync(file, 'utf8') };
  } catch (error) {
    const message = `cannot be read: ${(error as Error).message}`;
    return { ok: false, problems: [{ code: 'FILE_UNREADABLE', message, where: file, hint: 'check the path' }] };
  }
}

/** What the registry says of the models that come with the product. */
export function loadShippedModels(): readonly ModelCard[] {
  const text = readText(join(packageRoot(), 'bench', 'accuracy', 'models', 'disk-failure.json'));
  const card = text.ok ? diskModelCard(text.text, 0) : null;
  return card === null ? [] : [card];
}

/** The adviser's prompts, which are files that come with the product. */
export function loadPrompts(): PromptTexts {
  return { system: readFileSync(join(packageRoot(), 'adviser', 'prompts', 'system.md'), 'utf8') };
}
