/** One labelled data set: reads `ROOT/<name>/input`, never `labels`, and writes predictions in the scorers' formats. */
export interface AccuracyTask {
  readonly name: string;
  /** @returns the paths of the files written. Throws `UnusableInput` where a file cannot be judged at all. */
  run(rootDir: string, outDir: string): Promise<string[]>;
}

/** The input is missing or malformed in a way that leaves nothing to judge; the message names file and place. */
export class UnusableInput extends Error {}
