/** Ranks from 1 in ascending order. Equal values share the mean of their ranks. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, at) => at).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const found = new Float64Array(values.length)
  for (let first = 0; first < order.length;) {
    let end = first + 1
    while (end < order.length && values[order[end] ?? 0] === values[order[first] ?? 0]) end++
    for (let at = first; at < end; at++) found[order[at] ?? 0] = (first + 1 + end) / 2
    first = end
  }
  return found
}

/** Spearman's rank correlation, -1 to 1; 0 where one side is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranks(a), ranks(b)]
  const middle = (x.length + 1) / 2
  let both = 0
  let ofX = 0
  let ofY = 0
  for (let at = 0; at < x.length; at++) {
    const [dx, dy] = [(x[at] ?? 0) - middle, (y[at] ?? 0) - middle]
    both += dx * dy
    ofX += dx * dx
    ofY += dy * dy
  }
  return ofX === 0 || ofY === 0 ? 0 : both / Math.sqrt(ofX * ofY)
}
