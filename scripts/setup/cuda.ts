// `npm run setup:cuda`: ONNX Runtime's CUDA and TensorRT libraries, which its own installer fetches from NuGet.
import { createRequire } from 'node:module'
import path from 'node:path'
import { run } from '../run.ts'

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error('setup:cuda: ONNX Runtime ships CUDA libraries for Linux x64 only; on Windows use WebGPU')
  process.exit(8)
}

const folder = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
const code = await run(process.execPath, ['script/install.js', '--onnxruntime-node-install=cuda12'], {
  cwd: folder,
  env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'cuda12' },
})
if (code === 0) console.log('setup:cuda: done; `bin/kernelscope doctor` says whether CUDA can be used')
else console.error('setup:cuda: the download failed; it needs the open internet (api.nuget.org)')
process.exit(code === 0 ? 0 : 8)
