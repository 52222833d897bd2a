import { escapeMarkup } from '#shared/figures/tooltip.ts'
import { reportStyle } from './style.ts'

/** The page may load nothing and run no script. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:"

/** Makes a page of HTML that loads nothing, from the lines of its body. */
export const htmlPage = (
  { title, version, fonts }: { title: string; version: string; fonts: string },
  body: readonly string[],
): string =>
  [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta name="generator" content="Kernelscope ${escapeMarkup(version)}">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<style>${fonts}${reportStyle}</style>`,
    '</head>',
    '<body>',
    ...body,
    '</body>',
    '</html>\n',
  ].join('\n')
