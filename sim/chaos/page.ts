import type { TopLevelSpec } from 'vega-lite';

const style =
  ':root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}' +
  'table{border-collapse:collapse}td,th{padding:.25rem .8rem;text-align:left;border-bottom:1px solid #8886}' +
  'svg{background:#fff;max-width:100%;height:auto}pre{background:#8881;padding:1rem;overflow-x:auto;font-size:12px}';

/** One HTML page that loads nothing from elsewhere. `body` is trusted markup; the title is not. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><h1>${escapeHtml(title)}</h1>
${body}
</body></html>
`;
}

/** Drawn here as SVG, so that the page needs no script. */
export async function chart(spec: TopLevelSpec): Promise<string> {
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')]);
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
