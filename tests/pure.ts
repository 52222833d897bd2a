/**
 * Test files that put something else in the place of a module. They are the project `mocked`, in which each file loads its
 * modules anew; those of `pure` share theirs, which takes a third of the time. `tests/docs/tests.test.ts` compares the list.
 */
export const mocked = [
  'tests/renderer/datasets/choosing.test.ts',
  'tests/renderer/figures/composition.test.ts',
  'tests/renderer/frame/readOnly.test.ts',
  'tests/renderer/guide/guide.test.ts',
  'tests/renderer/pictures/chosenImage.test.ts',
  'tests/renderer/settings.test.ts',
  'tests/renderer/ui/arrival.test.ts',
]

/**
 * Test files of the project `pure`, which `npm run check` runs: no session of ONNX Runtime, no other process, no engine,
 * and a few seconds each at most. All others are in `parts` or `apart`.
 */
export const pure = [
  'tests/docs/!(borders|extending).test.ts',
  'tests/shared/**/*.test.ts',
  // The stores are tried on an engine of their own.
  'tests/renderer/**/!(stores).test.ts',
  'tests/remote/ends.test.ts',
  'tests/cli/{checkpoints,docs,follow,result,text,until,verdict}.test.ts',
  'tests/engine/base/{background,lruMap}.test.ts',
  'tests/engine/checkpoints/{beside,containers}.test.ts',
  'tests/engine/benchmarks/differences.test.ts',
  'tests/engine/bundles/{hostile,write}.test.ts',
  'tests/engine/facts/{balancedOrder,conditions,coverage,prediction,room}.test.ts',
  'tests/engine/images/{bandNoise,corruptionsExact,geometry,goldens,jpeg,patchDrop}.test.ts',
  'tests/engine/inference/readout.test.ts',
  'tests/engine/jobs/queue.test.ts',
  'tests/engine/metrics/*.test.ts',
  'tests/engine/models/{labels,role}.test.ts',
  'tests/engine/onnx/{inspect,kernels,read,shapes}.test.ts',
  'tests/engine/report/{certificate,report}.test.ts',
  'tests/engine/studies/{axes,checks,classes,drawsPieces,failing,imageCalls,kernelLayers,lanePermits,levels,masksState,patchWarnings,sequences}.test.ts',
  'tests/engine/threads/turns.test.ts',
  'tests/engine/workspace/{cache,migration}.test.ts',
  'tests/shell/{notices,page}.test.ts',
]

/**
 * Test files that need a process of their own: they change the environment of the process or a class that others use, start
 * programs and servers, look for what the process leaves, or give native code what may crash it. They are the project
 * `apart`; the files of `parts` share processes and modules, since loading the engine takes longer than most of their tests.
 * `tests/docs/tests.test.ts` compares the list.
 */
export const apart = [
  'tests/{docs,remote,shell,trust}/**/*.test.ts',
  'tests/cli/{interrupt,program}.test.ts',
  'tests/engine/bundles/{measured,stopping}.test.ts',
  'tests/engine/cluster/*.test.ts',
  'tests/engine/datasets/archives.test.ts',
  'tests/engine/files/uploads.test.ts',
  'tests/engine/images/hostile.test.ts',
  'tests/engine/inference/closing.test.ts',
  'tests/engine/studies/cleanAlong.test.ts',
  'tests/engine/temporary.test.ts',
  'tests/engine/threads/thread.test.ts',
  'tests/engine/workspace/readOnly.test.ts',
  'tests/renderer/lib/stores.test.ts',
]
