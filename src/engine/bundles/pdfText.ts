import { inflateSync } from 'node:zlib'

/**
 * The content of a PDF of ours as text, for comparing: its streams unpacked, without the lengths and offsets that depend
 * on how they were packed. Two builds of zlib pack the same bytes differently.
 */
export function pdfText(bytes: Buffer): string {
  const text = bytes.toString('latin1')
  const end = text.lastIndexOf('\nxref\n')
  return text
    .slice(0, end < 0 ? undefined : end)
    .replace(
      /stream\r?\n([\s\S]*?)\r?\nendstream/g,
      (_, packed: string) => `stream\n${unpacked(packed)}\nendstream`,
    )
    .replace(/\/Length1? \d+/g, '/Length')
}

function unpacked(stream: string): string {
  try {
    return inflateSync(Buffer.from(stream, 'latin1')).toString('latin1')
  } catch {
    return stream
  }
}
