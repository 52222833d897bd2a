import path from 'node:path'
import { app } from 'electron'

/** Folder of the bundled main process; its siblings are `../preload` and `../renderer`. */
const here = import.meta.dirname

/** Plain Node cannot read inside an asar: what the engine needs is packed beside it. */
const outsideAsar = (file: string) => file.replace(`app.asar${path.sep}`, `app.asar.unpacked${path.sep}`)

const exe = process.platform === 'win32' ? '.exe' : ''

export const preloadFile = path.join(here, '../preload/index.cjs')
export const pageFolder = path.join(here, '../renderer')
export const iconFile = outsideAsar(path.join(here, '../../resources/icons/256x256.png'))
export const engineFile = outsideAsar(path.join(here, 'engine.js'))

/** The pinned Node: shipped beside the app when packaged, a devDependency in a checkout. */
export const nodeFile = () =>
  app.isPackaged
    ? path.join(process.resourcesPath, `node${exe}`)
    : path.join(app.getAppPath(), `node_modules/node/bin/node${exe}`)

/** The engine's memory of the open workspace. */
export const stateFile = () => path.join(app.getPath('userData'), 'engine.json')

export const windowStateFile = () => path.join(app.getPath('userData'), 'window.json')

/** The vite server of `npm run dev`; never looked at in the packaged app. */
export const devServer = () => (app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'])
