import { KernelscopeError } from '#shared/errors.ts'
import { z } from 'zod'
import { basis as basisSchema, type Basis } from './basis.ts'
import {
  basisName,
  bundledStudy,
  bundleVersion,
  manifest as manifestSchema,
  manifestName,
  studyName,
  type BundledStudy,
  type Manifest,
} from './manifest.ts'
import { openArchive, refuseFor, type Archive, type ArchiveLimits, type Refuse } from './reader.ts'
import { beginPart, unwatched, type Steps } from './steps.ts'

/** An open bundle whose files were checked. Its content stays in the zip; nothing enters a workspace. */
export interface Bundle {
  manifest: Manifest
  study: BundledStudy
  /** Null in a bundle of an older version. */
  basis: Basis | null
  archive: Archive
  close(): void
}

/** Largest size of a JSON file in bytes. Figures with many curves reach megabytes. */
export const mostJson = 128 * 2 ** 20

const versioned = z.looseObject({ kernelscopeBundle: z.int() })

/**
 * Opens a bundle and checks it: zip and manifest have the same files, with the sizes and sha256 of the manifest.
 *
 * @throws FILE_MISSING where the file does not exist
 * @throws BUNDLE_NEWER where a newer Kernelscope wrote it
 * @throws BUNDLE_MALFORMED where anything else is wrong with it; the reason of the signal
 */
export async function openBundle(
  path: string,
  { limits, steps = unwatched }: { limits?: ArchiveLimits; steps?: Steps } = {},
): Promise<Bundle> {
  const refuse = refuseFor(path)
  const archive = await openArchive(path, limits)
  try {
    const raw = parsed(await archive.read(manifestName, mostJson), manifestName, refuse)
    const version = versioned.safeParse(raw).data?.kernelscopeBundle
    if (version === undefined) throw refuse(`${manifestName} is not that of a bundle`)
    if (version > bundleVersion)
      throw new KernelscopeError(
        'BUNDLE_NEWER',
        `${path} has version ${version}; this Kernelscope reads ${bundleVersion}`,
      )
    const manifest = valid(manifestSchema, raw, manifestName, refuse)
    await checkFiles(archive, manifest, refuse, steps)
    const member = async <T>(schema: z.ZodType<T>, name: string) =>
      valid(schema, parsed(await archive.read(name, mostJson), name, refuse), name, refuse)
    const study = await member(bundledStudy, studyName)
    const basis = archive.entries.has(basisName) ? await member(basisSchema, basisName) : null
    return { manifest, study, basis, archive, close: () => archive.close() }
  } catch (error) {
    archive.close()
    throw error
  }
}

async function checkFiles(
  archive: Archive,
  { files }: Manifest,
  refuse: Refuse,
  steps: Steps,
): Promise<void> {
  const listed = new Set([manifestName, ...files.map(({ name }) => name)])
  if (listed.size !== files.length + 1) throw refuse('its manifest lists a file twice')
  for (const name of archive.entries.keys())
    if (!listed.has(name)) throw refuse(`${name} is not in its manifest`)
  const read = beginPart(steps, 'Comparing digests', 'files', files.length)
  for (const { name, bytes, sha256 } of files) {
    const size = archive.entries.get(name)
    if (size === undefined) throw refuse(`${name} is missing`)
    if (size !== bytes) throw refuse(`${name} has ${size} bytes, not ${bytes}`)
    if ((await archive.each(name, () => steps.signal.throwIfAborted())) !== sha256)
      throw refuse(`the content of ${name} is not what its manifest says`)
    read()
  }
}

function parsed(bytes: Buffer, name: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw refuse(`${name} is not JSON (${error instanceof Error ? error.message : 'unknown'})`)
  }
}

/**
 * Returns a value that fits a schema.
 *
 * @throws BUNDLE_MALFORMED where it does not fit, naming the place in `name`
 */
export function valid<T>(schema: z.ZodType<T>, value: unknown, name: string, refuse: Refuse): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw refuse(`${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}`)
}
