import { spawn } from 'node:child_process'
import { openUserFile } from '../base/userFile.ts'

/** What ssh-keygen answered. */
export interface KeygenAnswer {
  code: number | null
  out: string
  err: string
}

/** Most characters of an answer that are kept. */
const mostText = 2 ** 20

/**
 * Runs ssh-keygen with a file as its standard input; null where it is not installed. It asks for the passphrase of a key
 * by itself, at the terminal or through the user's agent: none passes through this program.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where the file cannot be read
 */
export async function sshKeygen(args: readonly string[], input: string): Promise<KeygenAnswer | null> {
  const file = await openUserFile(input)
  try {
    return await new Promise<KeygenAnswer | null>((resolve, reject) => {
      const child = spawn('ssh-keygen', args, { stdio: [file.fd, 'pipe', 'pipe'] })
      let [out, err] = ['', '']
      child.stdout
        ?.setEncoding('utf8')
        .on('data', (text: string) => void (out = `${out}${text}`.slice(0, mostText)))
      child.stderr
        ?.setEncoding('utf8')
        .on('data', (text: string) => void (err = `${err}${text}`.slice(0, mostText)))
      child.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' ? resolve(null) : reject(error),
      )
      child.on('close', (code) => resolve({ code, out, err }))
    })
  } finally {
    await file.close()
  }
}
