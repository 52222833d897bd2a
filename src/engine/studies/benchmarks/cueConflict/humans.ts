import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { conflictName, cuesOf, findBeside, textBeside, type BesideFile } from '../../../datasets/index.ts'
import type { CueDecision } from '../../../metrics/index.ts'

/** Decisions of one person, by the name of the image without its ending. */
export interface Observer {
  name: string
  decisions: ReadonlyMap<string, CueDecision>
}

/** Where the authors' repositories keep the decisions, and where a person may put them beside the images. */
const folders = [
  '',
  'humans',
  'raw-data',
  'cue-conflict-raw-data',
  'raw-data/cue-conflict',
  'raw-data/style-transfer-preprocessed-512-experiment',
  'raw-data/style-transfer-512-nomask-experiment',
]

const row = z.object({
  subj: z.string().min(1),
  object_response: z.string(),
  imagename: z.string().min(1),
})

/** The files of human decisions beside a dataset; machines' decisions in the same folder are left out by their names. */
export const findHumans = (path: string): Promise<BesideFile[]> =>
  findBeside(path, folders, (name) => /_subject-\d+_session[-_]\d+\.csv$/i.test(name))

/**
 * Reads the decisions of all people, session by session. null where a file is gone or changed.
 *
 * @throws DATASET_LABELS where a file is no table of decisions
 */
export async function readHumans(path: string, files: readonly BesideFile[]): Promise<Observer[] | null> {
  const found = new Map<string, Map<string, CueDecision>>()
  for (const file of files) {
    const text = await textBeside(path, file)
    if (text === null) return null
    for (const [person, name, decision] of decisionsIn(text, file.name)) {
      const own = found.get(person) ?? new Map<string, CueDecision>()
      found.set(person, own.set(name, decision))
    }
  }
  return [...found].map(([name, decisions]) => ({ name, decisions }))
}

/**
 * Decisions in a file of the authors: columns subj, object_response (a category, or na) and imagename, whose end says shape and
 * texture. Rows of other images are left out.
 *
 * @throws DATASET_LABELS where a column is missing
 */
export function decisionsIn(
  text: string,
  name: string,
): [person: string, image: string, decision: CueDecision][] {
  const rows = z
    .array(row)
    .safeParse(parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true }))
  if (!rows.success)
    throw new KernelscopeError('DATASET_LABELS', `no table of decisions: ${name}`, {
      hint: 'It needs the columns subj, object_response and imagename, as the authors publish them.',
    })
  return rows.data.flatMap(({ subj, object_response: response, imagename }) => {
    const cues = cuesOf(imagename)
    if (!cues) return []
    return [[subj, conflictName(imagename), { ...cues, decision: response === 'na' ? null : response }]]
  })
}
