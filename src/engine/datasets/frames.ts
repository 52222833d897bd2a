import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { noProgress, type JobContext } from '../jobs/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { looksLikeVideo } from './folderReader.ts'
import { statOf } from '../base/statOf.ts'

const framesOf = ({ path }: Workspace, datasetId: number) => join(path, 'frames', String(datasetId))

/**
 * Extracts the frames of every video below `root` with ffmpeg, as PNG files `<video>/<frame>.png` from 000 on. They are
 * written to a folder of the workspace, which becomes the root of the dataset's images. A video that was extracted before
 * is skipped.
 *
 * @returns false when stopped
 * @throws UNSUPPORTED where ffmpeg is not installed
 */
export async function extractFrames(
  workspace: Workspace,
  datasetId: number,
  root: string,
  context: JobContext,
): Promise<boolean> {
  await requireFfmpeg()
  const target = framesOf(workspace, datasetId)
  await mkdir(target, { recursive: true })
  workspace.db.prepare('UPDATE dataset SET frames_path = ? WHERE id = ?').run(target, datasetId)
  let done = 0
  for await (const name of videosBelow(root, '')) {
    if (context.signal.aborted) return false
    if (!(await extract(join(root, name), join(target, name), context.signal))) return false
    done++
    context.report({ ...noProgress, unit: 'videos', done, note: `frames of ${done} videos taken` })
  }
  return true
}

async function* videosBelow(root: string, below: string): AsyncGenerator<string> {
  const entries = await readdir(join(root, below), { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) yield* videosBelow(root, name)
    else if (looksLikeVideo(entry.name) && isRegular(join(root, name))) yield name
  }
}

const isRegular = (path: string): boolean => statOf(path)?.isFile() ?? false

/** Extracts the frames of one video. Their folder gets its final name when all are written. Gives false when stopped. */
async function extract(video: string, folder: string, signal: AbortSignal): Promise<boolean> {
  if (existsSync(folder)) return true
  // Of a process that was killed, too.
  const part = join(dirname(folder), '.part')
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true })
  // Within the folder, because ffmpeg would read a % in its path as part of the pattern.
  const options = ['-v', 'error', '-i', resolve(video), '-start_number', '0', '%03d.png']
  const problem = await ffmpeg(options, { cwd: part, signal })
  if (signal.aborted) {
    await rm(part, { recursive: true, force: true })
    return false
  }
  const frames = await readdir(part)
  // A video without frames becomes one unreadable image, so that it is reported like a damaged file.
  if (problem !== null || frames.length === 0) {
    for (const name of frames) await rm(join(part, name))
    await writeFile(join(part, '000.png'), '')
  }
  await rename(part, folder)
  return true
}

async function requireFfmpeg(): Promise<void> {
  if ((await ffmpeg(['-version'])) === null) return
  throw new KernelscopeError('UNSUPPORTED', 'the frames of videos cannot be read without ffmpeg', {
    hint: 'Install ffmpeg and index again, or choose a folder in which each sequence is a folder of frames.',
  })
}

/** Runs ffmpeg, and ends it where the signal is aborted. Gives null where it succeeds, otherwise what went wrong. */
function ffmpeg(
  options: string[],
  within: { cwd?: string; signal?: AbortSignal } = {},
): Promise<string | null> {
  return new Promise((ended) => {
    // It can be in the middle of a frame that never ends, and keeps nothing that should be saved.
    const child = spawn('ffmpeg', options, {
      ...within,
      stdio: ['ignore', 'ignore', 'ignore'],
      killSignal: 'SIGKILL',
    })
    child.on('error', (error) => ended(error.message))
    child.on('close', (code) => ended(code === 0 ? null : `ffmpeg ended with ${code}`))
  })
}
