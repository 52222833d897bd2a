/** In what the benchmarks deviate from the paper's rows, for presets. */
export const carriedOver =
  'The paper’s rows of ViT and BiT are carried over from Paul and Chen, at 384 and 224 pixels without a crop; here every model has its own preprocessing.'

export const onPublished =
  'The paper’s numbers are for the published files; images made here from others are like them, and their numbers are kept apart.'
