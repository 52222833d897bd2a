import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Preprocessing } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { readUserFile } from '../../base/userFile.ts'
import type { Hints } from '../families/index.ts'
import { readConfig, readProcessor, type Said } from './huggingFace.ts'
import { readTimmConfig } from './timm.ts'

/** What the files beside a model say of it. */
export interface Beside {
  hints: Hints
  /**
   * Name of the folder, with the form of the network where that is not the first one, where the files are those of a repository of
   * Hugging Face; null else.
   */
  title: string | null
  /** With the name of the file that says it; null where none does. */
  preprocessing: { file: string; preprocessing: Preprocessing } | null
  labels: { file: string; labels: string[] } | null
  /** What could not be taken, by file. */
  problems: string[]
}

/** Names that a repository of Hugging Face gives its weights. */
const repositoryFile =
  /^(model|pytorch_model|open_clip_pytorch_model)([._-][\w.-]*)?\.(safetensors|bin|onnx|json)$/i
const configName = 'config.json'
const processorName = 'preprocessor_config.json'
/** Largest such file in bytes; the labels of 22,000 classes have one. */
const most = 2 ** 24

/**
 * Reads what lies beside a model in a repository of Hugging Face: `config.json` of Transformers or timm, and
 * `preprocessor_config.json`. Models named otherwise have no such files, even where these lie in their folder.
 */
export async function readBeside(path: string): Promise<Beside> {
  const nothing: Beside = { hints: {}, title: null, preprocessing: null, labels: null, problems: [] }
  if (!repositoryFile.test(basename(path))) return nothing
  const folder = [dirname(path), dirname(dirname(path))].find(
    (one, depth) => existsSync(join(one, configName)) && (depth === 0 || basename(dirname(path)) === 'onnx'),
  )
  if (folder === undefined) return nothing
  const problems: string[] = []
  const take = async (name: string, read: (value: unknown) => Said): Promise<Said> => {
    const said = await readJson(join(folder, name)).then(read, (error: unknown) => {
      if (error instanceof SyntaxError) return { problem: 'it is not JSON' }
      if (error instanceof KernelscopeError)
        return error.code === 'FILE_MISSING' ? {} : { problem: error.message }
      throw error
    })
    if (said.problem !== undefined) problems.push(`${name}: ${said.problem}`)
    return said
  }
  const config = await take(configName, (value) => readTimmConfig(value) ?? readConfig(value))
  const processor = await take(processorName, readProcessor)
  const { architecture, heads, layerNormEpsilon, labels } = config
  const imageSize = processor.imageSize ?? config.imageSize
  const from = processor.preprocessing ? processorName : configName
  const preprocessing = processor.preprocessing ?? config.preprocessing
  return {
    hints: {
      ...(architecture === undefined ? {} : { architecture }),
      ...(imageSize === undefined ? {} : { imageSize }),
      ...(heads === undefined ? {} : { heads }),
      ...(layerNormEpsilon === undefined ? {} : { layerNormEpsilon }),
    },
    title: titleOf(folder, basename(path)),
    preprocessing: preprocessing ? { file: from, preprocessing } : null,
    labels: labels ? { file: configName, labels } : null,
    problems,
  }
}

/** Weights beside which an ONNX file is another form of the network. */
const weightFiles = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
]

/** "folder", or for an ONNX file "folder (fp16)" of `model_fp16.onnx`, "folder (ONNX)" where there are weights too. */
function titleOf(folder: string, file: string): string {
  const [, form] = /^model[._-](.+)\.onnx$/i.exec(file) ?? []
  const another = /\.onnx$/i.test(file) && weightFiles.some((name) => existsSync(join(folder, name)))
  const said = form ?? (another ? 'ONNX' : undefined)
  return said === undefined ? basename(folder) : `${basename(folder)} (${said})`
}

const readJson = async (path: string): Promise<unknown> =>
  JSON.parse((await readUserFile(path, most)).toString('utf8').replace(/^\ufeff/, ''))
