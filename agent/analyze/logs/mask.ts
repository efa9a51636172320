/** Stands for every variable part, as in the published template sets. */
export const wildcard = '<*>';

// A longer line is cut: what one line may cost is bounded.
export const maxLineLength = 4000;

const weekday = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
/** A date before or after a time of day reads as one value with it. */
const datePhrase = new RegExp(
  `\\b(?:${weekday},?\\s+)?${month}\\s+\\d{1,2}\\s+(\\d\\d:\\d\\d:\\d\\d)(?:\\s+[A-Z]{3,4})?(?:\\s+\\d{4})?\\b`,
  'g',
);
const isoPhrase = /\b\d{4}-\d\d-\d\d[T ](\d\d:\d\d:\d\d)(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g;

/** `850 bytes (1.2 KB)`: one size in two units. */
const sizeAgain = /(\d+ bytes) \(\d+(?:\.\d+)? ?[kKMGT]i?B\)/g;
/** A size and its unit are one value: the unit follows the number. */
const sizeWithUnit = /\b(\d+(?:\.\d+)?) (?:[KMGT]i?)?B\b/g;
/** A dotted name as the value of a key: packages, classes, components. */
const dottedValue = /([=|] ?)[A-Za-z]\w*(?:\.[\w$]+){2,}[\w/.:$-]*/g;
/** An object as a program prints it: `=WorkSource{1000}`. */
const objectValue = /=\w+\{[^{}]*\}/g;
const lessThan = /<\d+ ?(?:ms|sec|s|min)\b/g;

/** A word runs between white space, brackets, quotes and the separators of keys, values and lists. */
const words = /[^\s,;=|"'[\]{}()<>]+/g;

/**
 * Masks what is a value by its form alone: numbers, addresses, identifiers, paths, booleans, dates. Some of the rules
 * are those by which the published templates were corrected (Khan, Shin, Bianculli and Briand, ICSE 2022).
 */
export function maskLine(text: string): string {
  const phrased = maskPhrases(text.slice(0, maxLineLength));
  return collapse(
    phrased.replace(words, (word, at: number) => {
      const isCall = phrased[at + word.length] === '(' && /[A-Za-z]\w*$/.test(word);
      return isCall ? word : maskWord(word);
    }),
  );
}

/** What spans several words. Each pattern is tried only where the text it needs occurs: most lines hold none. */
function maskPhrases(text: string): string {
  let phrased = text;
  if (phrased.includes(':')) phrased = phrased.replace(datePhrase, '$1').replace(isoPhrase, '$1');
  if (phrased.includes('bytes (')) phrased = phrased.replace(sizeAgain, '$1');
  phrased = phrased.replace(sizeWithUnit, '$1');
  if (phrased.includes('<')) phrased = phrased.replace(lessThan, '0');
  if (phrased.includes('=') || phrased.includes('|')) {
    phrased = phrased
      .replace(dottedValue, '$10')
      .replace(/="[^"]*"/g, '="0"')
      .replace(objectValue, '=0');
  }
  return phrased.includes('()') ? phrased.replace(/(\s)\(\)/g, '$1(0)') : phrased;
}

/** Lists of values become one value, as they may have any length. */
function collapse(masked: string): string {
  return masked
    .replace(/([\s=:([])-?<\*>(?:\.<\*>)+/g, `$1${wildcard}`)
    .replace(/=(?:\[<\*>(?:, ?<\*>)*\])+/g, `=${wildcard}`)
    .replace(/(?:<\*>){2,}/g, wildcard)
    .replace(/<\*>(?: <\*>){2,}/g, wildcard)
    .replace(/\s+/g, ' ')
    .trim();
}

const sayings = /^(?:true|false|null|root)$/i;
const path = /^(?:[a-zA-Z]:)?(?:[\\/]+[^\\/\s]+)+[\\/]?$/;
const driveLetter = /^[a-zA-Z]:[\\/]/;
const address = /^\/?\d{1,3}(?:\.\d{1,3}){3}$/;
const quantity = /^[-+]?\d+(?:[.,]\d+)*(?:[a-zA-Z]{1,2}|%)?$/;
const hexadecimal =
  /^(?:0x[0-9a-f]+|(?=[a-f]*\d)[0-9a-f]{4,}|[0-9a-f]{8,}|(?:[0-9a-f]{2}:){5,}[0-9a-f]{2}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
/** Digits tied to letters by `_`, `-`, `@` or `$`: identifiers made by programs. */
const identifier = /^(?=.*\d)(?!.*\.\.)[\w.$-]*[_@$-]-?[\w.$@-]*$/;
/** Lower case tells hosts from classes and fields with a line number behind them. */
const hostName = /^\/?[a-z0-9][a-z0-9_-]*(?:[.-][a-z0-9_-]+)+$/;
const domainName = /^(?:[a-z0-9][a-z0-9_-]*\.){2,}[a-z]{2,3}$/;
/** Android components, package and class. */
const component = /^[a-z]\w*(?:\.\w+)+\/[\w.$]+$/;
/** One frame of a call stack: qualified name and line. */
const stackFrame = /^\w+(?:\.[\w$]+){2,}:\d+$/;
const version = /^v\d+(?:\.\d+)+$/;
const mixedHost = /^[\w-]+(?:\.[\w-]+)+\.[a-z]{2,3}$/;
const clock = /^\d\d:\d\d$/;

/** Words without digits come again and again; the memory of what they became is bounded and begins anew when full. */
const maskedWords = new Map<string, string>();
const maxMaskedWords = 10_000;

function maskWord(word: string): string {
  if (/\d/.test(word)) return maskAnew(word);
  const known = maskedWords.get(word);
  if (known !== undefined) return known;
  const masked = maskAnew(word);
  if (maskedWords.size >= maxMaskedWords) maskedWords.clear();
  maskedWords.set(word, masked);
  return masked;
}

function maskAnew(word: string): string {
  const ending = /[.:!?*]*$/.exec(word)?.[0] ?? '';
  const body = word.slice(0, word.length - ending.length);
  if (body === '') return word;
  return maskBody(body) + ending;
}

function maskBody(body: string): string {
  const scheme = /^([a-z]+:\/\/)(.+)$/.exec(body);
  if (scheme !== null) return scheme[1]! + (/:\d+$/.test(scheme[2]!) ? `${wildcard}:${wildcard}` : wildcard);
  if (driveLetter.test(body) && path.test(body)) return wildcard;
  if (clock.test(body) || hexadecimal.test(body) || component.test(body)) return wildcard;
  const hostPort = /^([^:]+):(\d+)$/.exec(body);
  if (hostPort !== null && (hostName.test(hostPort[1]!) || mixedHost.test(hostPort[1]!)))
    return `${wildcard}:${wildcard}`;
  const resolved = /^([\w.-]+)\/(\d{1,3}(?:\.\d{1,3}){3})((?::\d+)?)$/.exec(body);
  if (resolved !== null) return `${wildcard}/${wildcard}${resolved[3] === '' ? '' : `:${wildcard}`}`;
  if (stackFrame.test(body)) return wildcard;
  if (body.includes(':')) return body.split(':').map(maskPart).join(':');
  return maskPart(body);
}

function maskPart(part: string): string {
  if (sayings.test(part) || path.test(part) || address.test(part) || quantity.test(part)) return wildcard;
  if (hexadecimal.test(part) || identifier.test(part) || domainName.test(part) || version.test(part)) return wildcard;
  // `core.2605`: digits set off by a dot are a value behind a fixed name.
  return part.replace(/(^|[.#+/])-?\d+(?=$|[.#/])/g, `$1${wildcard}`);
}
