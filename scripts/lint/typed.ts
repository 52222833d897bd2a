// Checks types and lints in one process, so that the linter asks the programs that the compiler has checked: apart, each
// would read and check the same files. The types of the page are checked by vue-tsc; its TypeScript files are linted here.
//
// Arguments: files to lint, all if there are none, and `--project FILE` for each project if they are others.
import { ESLint } from 'eslint'
import path from 'node:path'
import { parseArgs } from 'node:util'
import ts from 'typescript'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { project: { type: 'string', multiple: true } },
})
const checked = values.project ?? ['tsconfig.node.json', 'tsconfig.both.json']
const onlyLinted = values.project ? [] : ['tsconfig.web.json']

function configOf(file: string): ts.ParsedCommandLine {
  const config = ts.getParsedCommandLineOfConfigFile(path.resolve(file), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'))
    },
  })
  if (!config) throw new Error(`${file} cannot be read`)
  return config
}

/** Files that were read, for all programs: the projects differ in nothing that changes how a file is read. */
const sources = new Map<string, ts.SourceFile | undefined>()

function programOf({ options, fileNames, errors }: ts.ParsedCommandLine): ts.Program {
  const host = ts.createCompilerHost(options)
  // As `tsc` does: comments are read only where they can hold errors.
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseForTypeErrors
  const read = host.getSourceFile
  host.getSourceFile = (file, ...how) => {
    if (!sources.has(file)) sources.set(file, read(file, ...how))
    return sources.get(file)
  }
  const program = ts.createProgram({
    rootNames: fileNames,
    options,
    host,
    configFileParsingDiagnostics: errors,
  })
  // Gives each node its parent, which the linter needs.
  program.getTypeChecker()
  return program
}

/** What is wrong in a program, but for files that an earlier program has checked. */
function wrongIn(program: ts.Program, done: ReadonlySet<string>): ts.Diagnostic[] {
  const files = program.getSourceFiles().filter(({ fileName }) => !done.has(fileName))
  return [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...files.flatMap((file) => program.getSyntacticDiagnostics(file)),
    ...files.flatMap((file) => program.getSemanticDiagnostics(file)),
    ...program.getGlobalDiagnostics(),
  ]
}

const programs: ts.Program[] = []
const wrong: ts.Diagnostic[] = []
const done = new Set<string>()
for (const file of checked) {
  const config = configOf(file)
  const program = programOf(config)
  programs.push(program)
  wrong.push(...wrongIn(program, done))
  for (const name of config.fileNames) done.add(name)
}
for (const file of onlyLinted) programs.push(programOf(configOf(file)))

if (wrong.length > 0) {
  const host = {
    getCurrentDirectory: ts.sys.getCurrentDirectory,
    getCanonicalFileName: (name: string) => name,
    getNewLine: () => ts.sys.newLine,
  }
  console.log(ts.formatDiagnosticsWithColorAndContext(ts.sortAndDeduplicateDiagnostics(wrong), host))
}

const eslint = new ESLint({
  overrideConfig: {
    files: ['**/*.ts'],
    ignores: ['*.config.ts'],
    languageOptions: { parserOptions: { programs } },
  },
})
const results = await eslint.lintFiles(positionals.length > 0 ? positionals : ['.'])
const { format } = await eslint.loadFormatter('stylish')
const found = await format(results)
if (found) console.log(found)
if (wrong.length > 0 || results.some(({ errorCount }) => errorCount > 0)) process.exitCode = 1
