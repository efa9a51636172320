import { createInterface } from 'node:readline';
import { engineWords } from './engine.ts';

/**
 * Reads a stream of the engine line by line until it ends, breaks or is aborted.
 * @returns why it ended, in one line
 */
export function readLines(body: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<string> {
  const lines = createInterface({ input: body });
  return new Promise((resolve) => {
    // The interface passes the errors of its input on; unheard they would end the process.
    lines.on('error', (error) => resolve(engineWords(error)));
    lines.on('close', () => resolve('the engine ended the stream'));
    lines.on('line', onLine);
  });
}
