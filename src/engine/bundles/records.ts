import { once } from 'node:events'
import { parse } from 'csv-parse'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import type { Archive } from './reader.ts'

/** A line of a CSV, and its number in the file. */
export interface CsvLine {
  record: unknown
  line: number
}

const parsedLine = z.object({ record: z.unknown(), info: z.object({ lines: z.number() }) })

/**
 * Reads a CSV of an archive line by line.
 *
 * @param longest most characters of a line
 * @throws BUNDLE_MALFORMED where it is no CSV with a header, and any error of `take`
 */
export async function eachLine(
  archive: Archive,
  name: string,
  longest: number,
  take: (line: CsvLine) => void,
): Promise<void> {
  const parser = parse({ columns: true, bom: true, info: true, max_record_size: longest })
  parser.on('readable', () => {
    // An error thrown in a listener would be lost.
    try {
      for (let row: unknown = parser.read(); row !== null; row = parser.read()) {
        const { record, info } = parsedLine.parse(row)
        take({ record, line: info.lines })
      }
    } catch (error) {
      parser.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', () => resolve())
    parser.on('error', (error) => {
      reject(error instanceof KernelscopeError ? error : archive.refuse(`${name}: ${error.message}`))
    })
  })
  const fed = archive.each(name, async (piece) => {
    if (parser.errored) throw parser.errored
    if (!parser.write(piece)) await once(parser, 'drain')
  })
  await Promise.all([ended, fed.then(() => parser.end())])
}
