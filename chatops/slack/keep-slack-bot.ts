import type { SlackBot, SlackBotOptions } from './slack-bot.ts';

/** How long after a failed start the next one is tried, ms. */
const retryMs = 30_000;

/**
 * Keeps trying until the bot runs: a chat platform that is down, or a wrong token, must not hold the agent up.
 * @returns ends it, and waits until it has ended
 */
export function keepSlackBot(options: SlackBotOptions): () => Promise<void> {
  const { clock, timer, onProblem } = options;
  let stopped = false;
  let cancel = () => {};
  let starting: Promise<SlackBot | null>;
  const start = async (): Promise<SlackBot | null> => {
    try {
      // Bolt takes about a second to load, which a daemon without Slack need not pay.
      const { startSlackBot } = await import('./slack-bot.ts');
      return await startSlackBot(options);
    } catch (error) {
      onProblem(`the bot did not start: ${error instanceof Error ? error.name : 'unknown'}`);
      if (!stopped) cancel = timer.setAt(clock.nowMs() + retryMs, again);
      return null;
    }
  };
  const again = () => {
    starting = start();
  };
  again();
  return async () => {
    stopped = true;
    cancel();
    const bot = await starting;
    await bot?.stop();
  };
}
