import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { SigningKey } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { readUserText } from '../base/userFile.ts'
import { openssh } from './openssh.ts'
import { publicKey, type PublicKey } from './publicKey.ts'

/**
 * Lists the SSH keys that the user can sign with: those of ~/.ssh that have a private key beside them, and those that an agent
 * holds. Null where ssh-keygen is not installed.
 *
 * @param folder where the files of keys are
 */
export async function signingKeys(folder = join(homedir(), '.ssh')): Promise<SigningKey[] | null> {
  if ((await openssh('ssh-keygen', ['-?'])) === null) return null
  const held = await keysOfAgent()
  const found = new Map<string, SigningKey>()
  for (const { key, path } of await keysOfFolder(folder)) {
    const inAgent = held.has(key.fingerprint)
    const locked = !inAgent && (await needsPassphrase(path))
    found.set(key.fingerprint, { ...shown(key), path, inAgent, locked })
  }
  for (const key of held.values())
    if (!found.has(key.fingerprint))
      found.set(key.fingerprint, { ...shown(key), path: null, inAgent: true, locked: false })
  return [...found.values()]
}

/** The public keys that an agent holds, by their fingerprints. */
export async function keysOfAgent(): Promise<Map<string, PublicKey>> {
  const listed = await openssh('ssh-add', ['-L'])
  const lines = listed?.code === 0 ? listed.out.split('\n') : []
  return new Map(lines.flatMap((line) => publicKey(line) ?? []).map((key) => [key.fingerprint, key]))
}

/** Whether a private key can be read only with a passphrase. */
export async function needsPassphrase(path: string): Promise<boolean> {
  const read = await openssh('ssh-keygen', ['-y', '-P', '', '-f', path])
  return read !== null && read.code !== 0 && read.err.includes('incorrect passphrase')
}

async function keysOfFolder(folder: string): Promise<{ key: PublicKey; path: string }[]> {
  const names = await readdir(folder).catch(() => [])
  const found: { key: PublicKey; path: string }[] = []
  for (const name of names.filter((one) => one.endsWith('.pub')).sort()) {
    const path = join(folder, name.slice(0, -'.pub'.length))
    if (!existsSync(path)) continue
    try {
      const key = publicKey(await readUserText(join(folder, name)))
      if (key) found.push({ key, path })
    } catch (error) {
      // What cannot be read is no key to sign with.
      if (!(error instanceof KernelscopeError)) throw error
    }
  }
  return found
}

const shown = ({ fingerprint, type, comment }: PublicKey) => ({ fingerprint, type, comment })
