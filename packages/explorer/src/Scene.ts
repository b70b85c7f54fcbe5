/**
 * A few examples with scores: what the explorer shows, and the edits that a hand makes. Data and functions from one scene to
 * the next; nothing here knows of a page.
 */

/** One example. `id` stays its own while others come and go; `weight` is above 0. */
export interface Example {
  readonly id: number
  readonly score: number
  readonly positive: boolean
  readonly weight: number
}

/**
 * The examples, in the order in which they were added, and which AUM is meant: its margin, at least 0, and what divides the
 * errors.
 */
export interface Scene {
  readonly examples: ReadonlyArray<Example>
  readonly margin: number
  readonly denominator: "rate" | "count"
}

/** What a scene may hold: more would be slow to drag, and nothing to look at. */
export const limits = { examples: 100, score: 1000, margin: 1000, lightest: 0.1, heaviest: 100 } as const

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** An example as it is written down in code: `[score, positive, weight]`, the weight 1 unless given. */
export type Row = readonly [score: number, positive: boolean, weight?: number]

/** Makes a scene of rows; the margin is 1 and errors are rates, as in `Aum.loss`. */
export const make = (rows: ReadonlyArray<Row>, options: Partial<Omit<Scene, "examples">> = {}): Scene => ({
  examples: rows.map(([score, positive, weight = 1], id) => ({ id, score, positive, weight })),
  margin: 1,
  denominator: "rate",
  ...options
})

const edit =
  (change: (example: Example) => Example) =>
  (scene: Scene, id: number): Scene => ({
    ...scene,
    examples: scene.examples.map((example) => (example.id === id ? change(example) : example))
  })

/** Puts an example at a score, within the limits. −0 becomes 0: it would look like another number. */
export const move = (scene: Scene, id: number, score: number): Scene =>
  edit((example) => ({ ...example, score: clamp(score, -limits.score, limits.score) + 0 }))(scene, id)

/** Makes a positive of a negative, and the other way round. */
export const flip: (scene: Scene, id: number) => Scene = edit((example) => ({
  ...example,
  positive: !example.positive
}))

/** Gives an example a weight, within the limits. */
export const weigh = (scene: Scene, id: number, weight: number): Scene =>
  edit((example) => ({ ...example, weight: clamp(weight, limits.lightest, limits.heaviest) }))(scene, id)

/** The id that the next example gets. */
export const nextId = ({ examples }: Scene): number => Math.max(-1, ...examples.map(({ id }) => id)) + 1

/** Adds an example, unless there are as many as a scene may hold. */
export const add = (scene: Scene, positive: boolean, score = 0): Scene =>
  scene.examples.length >= limits.examples
    ? scene
    : { ...scene, examples: [...scene.examples, { id: nextId(scene), score, positive, weight: 1 }] }

/** Takes an example away, unless it is the last one. */
export const remove = (scene: Scene, id: number): Scene =>
  scene.examples.length <= 1 ? scene : { ...scene, examples: scene.examples.filter((example) => example.id !== id) }

/** Moves all examples to scores − step · direction, one entry each, in their order. */
export const descend = (scene: Scene, direction: ArrayLike<number>, step: number): Scene => ({
  ...scene,
  examples: scene.examples.map((example, i) => ({
    ...example,
    score: clamp(example.score - step * direction[i]!, -limits.score, limits.score) + 0
  }))
})

/** How examples are listed: as added, by score, or by class and then by score. */
export type Order = "added" | "score" | "class"

/** The ids of the examples in an order, the highest score and the positives first. */
export const sorted = ({ examples }: Scene, order: Order): ReadonlyArray<number> => {
  const byScore = (a: Example, b: Example) => b.score - a.score
  const byClass = (a: Example, b: Example) => Number(b.positive) - Number(a.positive)
  const compare = {
    added: () => 0,
    score: byScore,
    class: (a: Example, b: Example) => byClass(a, b) || byScore(a, b)
  }[order]
  return examples.toSorted(compare).map(({ id }) => id)
}
