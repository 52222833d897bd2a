/** Whether a text contains all words of a filter, in any order and case. An empty filter lets every text pass. */
export function wordFilter(filter: string): (text: string) => boolean {
  const wanted = filter.toLowerCase().split(/\s+/).filter(Boolean)
  return (text) => {
    const searched = text.toLowerCase()
    return wanted.every((word) => searched.includes(word))
  }
}
