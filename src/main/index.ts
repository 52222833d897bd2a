import { app, BrowserWindow, dialog } from 'electron'
import { z } from 'zod'
import { channels } from '#shared/channels.ts'
import { engineEnvironment } from '#shared/engineEnvironment.ts'
import { startArguments } from './arguments.ts'
import { pictureWaitMs } from './byteServer.ts'
import { onCall, onNote } from './calls.ts'
import { writeCrash } from './crash.ts'
import { CurrentEngine } from './currentEngine.ts'
import { answerDialogs } from './dialogs.ts'
import { Engine } from './engine.ts'
import { answerInstalls } from './installs.ts'
import { guardSession, refuseNavigation } from './guards.ts'
import { Machine } from './machine.ts'
import { answerFetches } from './fetch/answerFetches.ts'
import { Mailbox } from './mailbox.ts'
import { setMenu } from './menu.ts'
import {
  devServer,
  engineFile,
  logFolder,
  machineFile,
  nodeFile,
  pageFolder,
  signersFile,
  stateFile,
  unkeptFolder,
} from './paths.ts'
import { PortRelay } from './ports.ts'
import { declareScheme, serveScheme } from './scheme.ts'
import { openWindow } from './window.ts'

const nothing = z.undefined()

/** Leaves a crash file, without ending the app: the engine works on, and the window may still be of use. */
function crashed(event: string, error: unknown): string | null {
  const { electron, chrome, node } = process.versions
  return writeCrash(logFolder(), { kernelscope: app.getVersion(), electron, chrome, node }, event, error)
}

function run() {
  const local = () =>
    new Engine({
      node: nodeFile(),
      args: [
        engineFile,
        ...['--state', stateFile(), '--unkept', unkeptFolder(), '--logs', logFolder()],
        ...['--signers', signersFile(), '--electron', process.versions.electron],
      ],
      env: engineEnvironment(process.env),
    })
  const machine = new Machine({ version: app.getVersion(), env: process.env, local, file: machineFile() })
  const engine = new CurrentEngine(machine.first())
  const relay = new PortRelay(engine)
  const mailbox = new Mailbox()

  engine.on('state', (state) => {
    // An engine that can tell why it ends leaves a crash file itself; a native crash leaves none.
    const here = state.host === undefined
    if (here && state.state === 'down' && !state.busy && state.problem.code === 'ENGINE_DOWN')
      crashed('the engine ended', `${state.problem.message}\n${state.problem.details ?? ''}`)
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send(channels.engineState, state)
  })
  onNote(channels.connect, nothing, (_nothing, { page }) => relay.connect(page))
  onCall(channels.engineState, nothing, () => engine.state)
  onCall(channels.restartEngine, nothing, () => engine.restart())
  onCall(channels.useEngine, z.string().max(5000).nullable(), (address) => machine.use(engine, address))
  onCall(channels.stopConnecting, nothing, () => machine.stop())
  answerDialogs()
  answerInstalls(process.env)
  answerFetches(() => engine.answering(pictureWaitMs))

  const show = () => {
    const [window] = BrowserWindow.getAllWindows()
    if (!window) return mailbox.deliverTo(openWindow().webContents)
    if (window.isMinimized()) window.restore()
    window.focus()
  }
  const open = (argv: string[], cwd: string) => {
    const start = startArguments(argv, cwd, app.getAppPath())
    if (start.sample) mailbox.command('workspace.openSample')
    mailbox.paths(start.paths)
  }

  app.on('session-created', (session) => guardSession(session, devServer()))
  app.on('web-contents-created', (_event, contents) => refuseNavigation(contents))
  app.on('second-instance', (_event, argv, cwd) => {
    show()
    open(argv, cwd)
  })
  app.on('open-file', (event, file) => {
    event.preventDefault()
    mailbox.paths([file])
  })
  app.on('activate', show)
  app.on('window-all-closed', () => app.quit())
  let stopped = false
  app.on('will-quit', (event) => {
    if (stopped) return
    event.preventDefault()
    void engine.stop().then(() => {
      stopped = true
      // Not within this event, because Electron would take it for the quit that was just prevented.
      setImmediate(() => app.quit())
    })
  })

  void app.whenReady().then(() => {
    serveScheme({ pageFolder, devServer: devServer(), byteServer: () => engine.answering(pictureWaitMs) })
    setMenu((id) => mailbox.command(id))
    engine.start()
    show()
    open(process.argv, process.cwd())
  })
}

let told = false
process.on('uncaughtException', (error) => {
  const file = crashed('uncaughtException', error)
  if (told) return
  told = true
  dialog.showErrorBox('Kernelscope had a fault', [error.message, file ?? ''].join('\n'))
})
process.on('unhandledRejection', (error) => void crashed('unhandledRejection', error))

declareScheme()
// Besides refuseNetwork: no host name but the dev server's can be resolved, by any part of Chromium.
app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1')
app.commandLine.appendSwitch('disable-component-update')
app.commandLine.appendSwitch('disable-domain-reliability')
if (app.requestSingleInstanceLock()) run()
else app.quit()
