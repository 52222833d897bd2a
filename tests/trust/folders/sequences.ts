import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '#engine/api/index.ts'
import { pipe } from './survived.ts'

/** What is told of videos where ffmpeg is not installed. */
export const noFfmpeg = { code: 'UNSUPPORTED', message: 'the frames of videos cannot be read without ffmpeg' }

/** Makes a program ffmpeg that does `script` for each video, with the image `$frame`. Gives the PATH that leads to it. */
export function standIn(folder: string, script: string, image: Buffer): string {
  writeFileSync(join(folder, 'frame.png'), image)
  const text = `#!/bin/sh\n[ "$1" = -version ] && exit 0\nframe='${join(folder, 'frame.png')}'\n${script}\n`
  writeFileSync(join(folder, 'ffmpeg'), text, { mode: 0o755 })
  return folder
}

/** Makes the folder of a class of ImageNet-P within `root`, with what `make` puts there. Gives `root`. */
export function inClass(root: string, make: (folder: string) => void): string {
  const folder = join(root, 'rotate', 'n01530575')
  mkdirSync(folder, { recursive: true })
  make(folder)
  return root
}

/** Stops a job once it runs, and waits until it has stopped. */
export async function stopped({ client }: Engine, jobId: number): Promise<void> {
  for await (const job of await client.jobs.watch()) {
    if (job.id !== jobId) continue
    if (job.state === 'running') await client.jobs.cancel({ id: jobId })
    if (job.state === 'cancelled') return
  }
}

/** A title, what the stand-in of ffmpeg does, what the folder of a class holds, and what is then found. */
type Sequence = [
  title: string,
  script: string,
  make: (folder: string, image: Buffer) => void,
  found: { images: number; unreadable: number },
]

const video = (folder: string) => writeFileSync(join(folder, 'a.mp4'), 'video')
const whole = '/bin/cp "$frame" 000.png; /bin/cp "$frame" 001.png'

/** Sequences of ImageNet-P that are damaged. ffmpeg is replaced, because what it says of a video depends on its version. */
export const sequences: Sequence[] = [
  ['a whole video', whole, video, { images: 2, unreadable: 0 }],
  [
    'a video that is cut off after a frame',
    '/bin/cp "$frame" 000.png; exit 1',
    video,
    { images: 1, unreadable: 1 },
  ],
  ['a video without frames', 'exit 0', video, { images: 1, unreadable: 1 }],
  ['a video at which ffmpeg falls', '/bin/kill -9 $$', video, { images: 1, unreadable: 1 }],
  ['a video of frames that are no images', 'echo text > 000.png', video, { images: 1, unreadable: 1 }],
  [
    'videos with signs of a pattern, of an option and of a line end in their names',
    whole,
    (folder) => {
      for (const name of ['%d', '-i', 'a\nb', '%']) writeFileSync(join(folder, `${name}.mp4`), 'video')
    },
    { images: 8, unreadable: 0 },
  ],
  [
    'a video, a pipe and a device',
    whole,
    (folder) => {
      video(folder)
      pipe(join(folder, 'b.mp4'))
      symlinkSync('/dev/zero', join(folder, 'c.mp4'))
    },
    { images: 2, unreadable: 0 },
  ],
  [
    'frames of which one is cut off, and a sequence without any',
    'exit 1',
    (folder, image) => {
      for (const name of ['whole', 'none']) mkdirSync(join(folder, name))
      writeFileSync(join(folder, 'whole', '000.png'), image)
      writeFileSync(join(folder, 'whole', '001.png'), image.subarray(0, 30))
    },
    { images: 2, unreadable: 1 },
  ],
]
