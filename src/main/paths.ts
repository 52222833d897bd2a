import path from 'node:path'
import { app } from 'electron'

/** Folder of the bundled main process. `../preload` and `../renderer` are its siblings. */
const here = import.meta.dirname

/** A path outside the asar, because plain Node cannot read inside an asar. The engine's files are packed beside it. */
const outsideAsar = (file: string) => file.replace(`app.asar${path.sep}`, `app.asar.unpacked${path.sep}`)

const exe = process.platform === 'win32' ? '.exe' : ''

export const preloadFile = path.join(here, '../preload/index.cjs')
export const pageFolder = path.join(here, '../renderer')
export const iconFile = outsideAsar(path.join(here, '../../resources/icons/256x256.png'))
export const engineFile = outsideAsar(path.join(here, 'engine.js'))

/** The checkout, or what the packaged app has outside its asar. */
export const engineFolder = path.join(path.dirname(engineFile), '../..')

/** The pinned Node: shipped with the packaged app, a devDependency in a checkout. */
export const nodeFile = () =>
  app.isPackaged
    ? path.join(process.resourcesPath, `node${exe}`)
    : path.join(app.getAppPath(), `node_modules/node/bin/node${exe}`)

/** The file in which the engine remembers the open workspace. */
export const stateFile = () => path.join(app.getPath('userData'), 'engine.json')

/** The file in which the shell remembers the machine of the engine, where it is another one. */
export const machineFile = () => path.join(app.getPath('userData'), 'machine.json')

/** The allowed signers file of the keys that the person trusts for bundles. */
export const signersFile = () => path.join(app.getPath('userData'), 'allowed_signers')

/** The folder of workspaces that are not kept yet. */
export const unkeptFolder = () => path.join(app.getPath('userData'), 'unkept')

/** The folder of the log and of crash files. */
export const logFolder = () => path.join(app.getPath('userData'), 'logs')

export const windowStateFile = () => path.join(app.getPath('userData'), 'window.json')

/** The vite server of `npm run dev`; the packaged app ignores it. */
export const devServer = () => (app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'])
