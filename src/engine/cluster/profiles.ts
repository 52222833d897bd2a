import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { clusterProfile, type ClusterProfile } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { asSystemError, isOfFileSystem } from '../base/systemError.ts'
import { userFolder } from '../base/userFolder.ts'
import { writeWhole } from '../base/wholeFile.ts'

/**
 * File of the profiles. They are the person's and not a workspace's: what they hold is run as shell code on the cluster, and a
 * workspace may come from someone else.
 */
const profilesFile = () => join(userFolder(), 'clusters.json')

const fileSchema = z.object({ profiles: z.array(z.unknown()) })

/**
 * Lists the profiles by name. One that is not valid in this version is left out.
 *
 * @throws FILE_UNREADABLE where their file cannot be read, or is not what Kernelscope wrote
 */
export function listProfiles(): ClusterProfile[] {
  return readStored()
    .flatMap((one) => clusterProfile.safeParse(one).data ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function readStored(): unknown[] {
  const file = profilesFile()
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).profiles
  } catch (error) {
    if (isOfFileSystem(error) && error.code === 'ENOENT') return []
    if (isOfFileSystem(error)) throw asSystemError(error, file)
    throw new KernelscopeError('FILE_UNREADABLE', `the file of cluster profiles is damaged: ${file}`, {
      hint: 'Correct it, or move it away and add the profiles again.',
      cause: error,
    })
  }
}

/**
 * Reads a profile by name.
 *
 * @throws CLUSTER_PROFILE where there is none of that name; FILE_UNREADABLE as `listProfiles`
 */
export function profileNamed(name: string): ClusterProfile {
  const profiles = listProfiles()
  const found = profiles.find((profile) => profile.name === name)
  if (found) return found
  throw new KernelscopeError('CLUSTER_PROFILE', `there is no cluster profile ${name}`, {
    hint:
      profiles.length === 0
        ? 'Add one: kernelscope cluster profile add NAME --folder DIR, or in the settings.'
        : `There are ${profiles.map((profile) => profile.name).join(', ')}.`,
  })
}

/** Settles when the last change is written: each reads what the one before has written. */
let written: Promise<unknown> = Promise.resolve()

/** Stores all profiles but those of some names, and one more. What another version wrote stays. */
function store(without: readonly string[], added: readonly ClusterProfile[]): Promise<ClusterProfile[]> {
  const done = written.then(() => storeNow(without, added))
  written = done.catch(() => undefined)
  return done
}

async function storeNow(
  without: readonly string[],
  added: readonly ClusterProfile[],
): Promise<ClusterProfile[]> {
  const named = z.object({ name: z.string() })
  const others = readStored().filter((one) => !without.includes(named.safeParse(one).data?.name ?? ''))
  const file = profilesFile()
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  await writeWhole(file, `${JSON.stringify({ profiles: [...others, ...added] }, null, 2)}\n`)
  return listProfiles()
}

/**
 * Stores a profile, in the place of one of its name or of the name that it had before. Returns all.
 *
 * @throws FILE_UNREADABLE, DISK_FULL where that cannot be written
 */
export const saveProfile = (profile: ClusterProfile, before = profile.name): Promise<ClusterProfile[]> =>
  store([profile.name, before], [profile])

/**
 * Removes a profile. Returns the others. Runs that used it are looked after again once it is back.
 *
 * @throws CLUSTER_PROFILE where there is none of that name
 */
export async function removeProfile(name: string): Promise<ClusterProfile[]> {
  profileNamed(name)
  return store([name], [])
}
