import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { noProgress, type JobContext } from '../jobs/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { unpackedVideo, videosOf, type Video } from './videos.ts'

const framesOf = ({ path }: Workspace, datasetId: number) => join(path, 'frames', String(datasetId))

/**
 * Extracts the frames of every video of a folder, or of archives, with ffmpeg, as PNG files `<video>/<frame>.png` from 000 on. They are
 * written to a folder of the workspace, which becomes the root of the dataset's images. A video that was extracted before
 * is skipped.
 *
 * @returns false when stopped
 * @throws UNSUPPORTED where ffmpeg is not installed
 * @throws FILE_MISSING, FILE_UNREADABLE, IMAGE_UNREADABLE where a folder or an archive cannot be read
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
  for await (const video of videosOf(root)) {
    if (context.signal.aborted) return false
    if (!(await extract(video, join(target, video.name), context.signal))) return false
    done++
    context.report({ ...noProgress, unit: 'videos', done, note: `frames of ${done} videos taken` })
  }
  return true
}

/** Extracts the frames of one video. Their folder gets its final name when all are written. Gives false when stopped. */
async function extract(video: Video, folder: string, signal: AbortSignal): Promise<boolean> {
  if (existsSync(folder)) return true
  // Of a process that was killed, too.
  const part = join(dirname(folder), '.part')
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true })
  // Within the folder, because ffmpeg would read a % in its path as part of the pattern.
  const options = ['-v', 'error', '-i', await video.fileIn(part), '-start_number', '0', '%03d.png']
  const problem = await ffmpeg(options, { cwd: part, signal })
  await rm(join(part, unpackedVideo), { force: true })
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
