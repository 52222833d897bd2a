import { KernelscopeError } from '#shared/errors.ts'
import { z } from 'zod'
import {
  bundledStudy,
  bundleVersion,
  manifest as manifestSchema,
  manifestName,
  studyName,
  type BundledStudy,
  type Manifest,
} from './manifest.ts'
import { openArchive, refuseFor, type Archive, type ArchiveLimits, type Refuse } from './reader.ts'

/** A bundle that is open: read, checked, and still on disk. Nothing of it is unpacked into a workspace. */
export interface Bundle {
  manifest: Manifest
  study: BundledStudy
  archive: Archive
  close(): void
}

/** JSON of a bundle is small; figures with many curves reach megabytes. */
const mostJson = 128 * 2 ** 20

const versioned = z.looseObject({ kernelscopeBundle: z.int() })

/**
 * Opens a bundle and checks all of it: every file is in the manifest and the other way round, with its size and sha256.
 *
 * @throws BUNDLE_NEWER, BUNDLE_MALFORMED, FILE_MISSING
 */
export async function openBundle(path: string, limits?: ArchiveLimits): Promise<Bundle> {
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
    await checkFiles(archive, manifest, refuse)
    const study = valid(
      bundledStudy,
      parsed(await archive.read(studyName, mostJson), studyName, refuse),
      studyName,
      refuse,
    )
    return { manifest, study, archive, close: () => archive.close() }
  } catch (error) {
    archive.close()
    throw error
  }
}

async function checkFiles(archive: Archive, { files }: Manifest, refuse: Refuse): Promise<void> {
  const listed = new Set([manifestName, ...files.map(({ name }) => name)])
  if (listed.size !== files.length + 1) throw refuse('its manifest lists a file twice')
  for (const name of archive.entries.keys())
    if (!listed.has(name)) throw refuse(`${name} is not in its manifest`)
  for (const { name, bytes, sha256 } of files) {
    const size = archive.entries.get(name)
    if (size === undefined) throw refuse(`${name} is missing`)
    if (size !== bytes) throw refuse(`${name} has ${size} bytes, not ${bytes}`)
    if ((await archive.each(name, () => undefined)) !== sha256)
      throw refuse(`the content of ${name} is not what its manifest says`)
  }
}

function parsed(bytes: Buffer, name: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw refuse(`${name} is not JSON (${error instanceof Error ? error.message : 'unknown'})`)
  }
}

/** A value of the form that is expected, or the refusal that says where `name` is not of it. */
export function valid<T>(schema: z.ZodType<T>, value: unknown, name: string, refuse: Refuse): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw refuse(`${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}`)
}
