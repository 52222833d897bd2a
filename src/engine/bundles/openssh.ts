import { spawn } from 'node:child_process'
import { openUserFile } from '../base/userFile.ts'

/** What a tool of OpenSSH answered. */
export interface ToolAnswer {
  code: number | null
  out: string
  err: string
}

interface ToolCall {
  /** A file that is its standard input. */
  input?: string
  /** Whether it may ask for a passphrase, at the terminal or through the user's agent. */
  asks?: boolean
  /** Ends it. */
  signal?: AbortSignal | undefined
}

/** Most characters of an answer that are kept. */
const mostText = 2 ** 20

/**
 * Runs a tool of OpenSSH; null where it is not installed. No passphrase passes through this program: the tool asks for it by
 * itself, or fails where it may not ask.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where the input cannot be read; the reason of the signal
 */
export async function openssh(
  tool: 'ssh-keygen' | 'ssh-add',
  args: readonly string[],
  { input, asks = false, signal }: ToolCall = {},
): Promise<ToolAnswer | null> {
  const file = input === undefined ? null : await openUserFile(input)
  try {
    return await new Promise<ToolAnswer | null>((resolve, reject) => {
      const child = spawn(tool, args, {
        stdio: [file?.fd ?? 'ignore', 'pipe', 'pipe'],
        // In a session of its own it has no terminal to ask at.
        detached: !asks,
        env: asks ? process.env : { ...process.env, SSH_ASKPASS_REQUIRE: 'never' },
        ...(signal ? { signal } : {}),
      })
      let [out, err] = ['', '']
      child.stdout
        ?.setEncoding('utf8')
        .on('data', (text: string) => void (out = `${out}${text}`.slice(0, mostText)))
      child.stderr
        ?.setEncoding('utf8')
        .on('data', (text: string) => void (err = `${err}${text}`.slice(0, mostText)))
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') resolve(null)
        else reject(signal?.aborted ? signal.reason : error)
      })
      child.on('close', (code) => resolve({ code, out, err }))
    })
  } finally {
    await file?.close()
  }
}
