import type { AskedQuestion } from './question.ts';

/** The system prompt; its text lies beside the adapter, in a file of its own. */
export interface PromptTexts {
  readonly system: string;
}

export type AdviceLanguage = 'en' | 'ko';

const languageNames: Readonly<Record<AdviceLanguage, string>> = { en: 'English', ko: 'Korean' };

/** Fills the system prompt's one blank. */
export function systemPrompt({ system }: PromptTexts, language: AdviceLanguage): string {
  return system.replaceAll('{{language}}', languageNames[language]);
}

/** The question as the one user message: JSON and nothing else. */
export function userPrompt(asked: AskedQuestion): string {
  return JSON.stringify(asked.question);
}
