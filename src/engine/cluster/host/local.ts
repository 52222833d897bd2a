import { copyFile } from 'node:fs/promises'
import { piecesOf } from '../../base/userFile.ts'
import { writeWhole } from '../../base/wholeFile.ts'
import { asSystemError } from '../../base/systemError.ts'
import { runChild } from './child.ts'
import type { Host } from './host.ts'

/** This machine: a login node of the cluster, or one that has SLURM's commands. */
export const localHost: Host = {
  name: 'this machine',
  run: (command, options) => runChild(['/bin/sh', '-c', command], options),
  send: async (file, to, options) => void (await writeWhole(to, piecesOf(file), options?.signal)),
  async fetch(from, file) {
    try {
      await copyFile(from, file)
    } catch (error) {
      throw asSystemError(error, from)
    }
  },
}
