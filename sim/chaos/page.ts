import type { TopLevelSpec } from 'vega-lite';

const style =
  ':root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}' +
  'table{border-collapse:collapse}td,th{padding:.25rem .6rem;text-align:left;border-bottom:1px solid #8886}' +
  'td{vertical-align:top}summary{cursor:pointer;padding:.2rem 0}' +
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

/** Cells are plain text; line ends in them are kept. */
export function htmlTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = (tag: 'th' | 'td', texts: readonly (string | number)[]) =>
    texts.map((text) => `<${tag}>${escapeHtml(String(text)).replaceAll('\n', '<br>')}</${tag}>`).join('');
  const top = head.every((text) => text === '') ? '' : `<tr>${cells('th', head)}</tr>`;
  return `<table>${top}${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</table>`;
}

/** Drawn here as SVG, so that the page needs no script. */
export async function chart(spec: TopLevelSpec): Promise<string> {
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')]);
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
