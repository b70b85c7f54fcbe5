/** The number of single-character edits between two texts (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}

/** The candidate closest to what was written, if it is close enough to be a slip (a third of its length). */
export const nearest = (written: string, candidates: Iterable<string>): string | undefined => {
  let best: string | undefined
  let least = Infinity
  for (const candidate of candidates) {
    const edits = distance(written.toLowerCase(), candidate.toLowerCase())
    if (edits < least && edits <= Math.max(1, Math.ceil(candidate.length / 3))) {
      best = candidate
      least = edits
    }
  }
  return best
}
