import { mostPickle } from '../../pickles/index.ts'
import type { Checkpoint } from '../checkpoint.ts'
import { unpickleWhole } from './pickle/unpickle.ts'
import { pickledTensors } from './pytorchTensors.ts'
import { quoted, type Refuse } from './refuse.ts'
import type { Storage } from './tensors.ts'
import { headOf, type ZipEntry } from './zip.ts'

const pickleName = 'data.pkl'

/** The folder in the zip that torch.save wrote; null where there is none. */
export function pickleFolder(entries: ReadonlyMap<string, ZipEntry>): string | null {
  for (const name of entries.keys())
    if (name === pickleName || name.endsWith(`/${pickleName}`)) return name.slice(0, -pickleName.length)
  return null
}

/**
 * Reads a zip of torch.save: its pickle, and where its storages lie.
 *
 * @param part key of the weights to take where there are several
 * @throws CHECKPOINT_CODE where the pickle wants more than tensors
 * @throws MODEL_MALFORMED, MODEL_TRUNCATED where zip or pickle are damaged
 * @throws MODEL_UNSUPPORTED where it is a TorchScript program, big-endian or without weights
 */
export async function readPytorchZip(
  path: string,
  entries: ReadonlyMap<string, ZipEntry>,
  folder: string,
  part: string | null,
  refuse: Refuse,
): Promise<Checkpoint> {
  if (entries.has(`${folder}constants.pkl`))
    throw refuse.unsupported('it is a TorchScript program, and programs are not run')
  const order = entries.get(`${folder}byteorder`)
  if (order && (await headOf(order, 16, refuse)).toString('latin1').trim() !== 'little')
    throw refuse.unsupported('its values are big-endian')
  const pickle = entries.get(`${folder}${pickleName}`)
  if (!pickle) throw refuse.malformed(`the zip has no ${pickleName}`)
  if (pickle.bytes > mostPickle) throw refuse.malformed(`its pickle has ${pickle.bytes} bytes`)
  const root = unpickleWhole(await headOf(pickle, pickle.bytes, refuse), refuse)
  const storage = async (key: string): Promise<Storage> => {
    const entry = entries.get(`${folder}data/${key}`)
    if (!entry) throw refuse.malformed(`storage ${quoted(key)} is missing`)
    const start = await entry.start()
    return { file: path, start: start ?? 0, bytes: entry.bytes, entry: start === null ? entry.name : null }
  }
  const tensors = await pickledTensors(root, part, ({ key }) => storage(key), refuse)
  return { container: 'pytorch-zip', files: [path], ...tensors }
}
