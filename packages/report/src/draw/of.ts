import { escapeHtml } from "../internal/escape.ts"

/** What something in a figure is about: by it, it is shown and hidden. */
export interface Of {
  readonly learner?: string
  /** The other one of two learners that are compared. */
  readonly against?: string
  readonly testSubset?: string
  readonly trainSubsets?: string
}

const names = { learner: "learner", against: "against", testSubset: "subset", trainSubsets: "train" } as const

/** What it is about as attributes of its element. */
export const attributes = (of: Of = {}): string =>
  Object.entries(names)
    .flatMap(([key, name]) => {
      const value = of[key as keyof Of]
      return value === undefined ? [] : [` data-${name}="${escapeHtml(value)}"`]
    })
    .join("")
