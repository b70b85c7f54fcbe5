/** Scenes to begin with, each with what it shows. */
import { make, type Row, type Scene } from "./Scene.ts"

export interface Preset {
  readonly name: string
  readonly title: string
  /** What there is to see, and to try. */
  readonly remark: string
  readonly scene: Scene
}

const rows = (negatives: ReadonlyArray<number>, positives: ReadonlyArray<number>): ReadonlyArray<Row> => [
  ...negatives.map((score): Row => [score, false]),
  ...positives.map((score): Row => [score, true])
]

/** Quantiles of the logistic distribution: scores that look drawn and are the same each time. */
const spread = (count: number, centre: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, i) => {
    const p = (i + 0.5) / count
    return Math.round((centre + 0.6 * Math.log(p / (1 - p))) * 100) / 100
  })

/** The first one is that of a page without a scene in its address. */
export const presets: ReadonlyArray<Preset> = [
  {
    name: "overlap",
    title: "Overlap",
    remark:
      "Two positives lie among the negatives. AUM pulls the examples that the margin leaves on the wrong side of the crossing, all of a class by the same amount, and less where they make the crossing; cross-entropy pulls every example.",
    scene: make(rows([-2.4, -1.7, -1.1, -0.6, 0.35, 1.2], [-1.4, -0.15, 0.9, 1.8, 2.6]))
  },
  {
    name: "perfect",
    title: "Perfect",
    remark:
      "Every positive leads every negative by more than the margin: AUM is 0 and pulls nothing, cross-entropy still pulls everything. Make the margin larger, and AUM pulls again.",
    scene: make(rows([-2.6, -2, -1.5, -1.1], [0.6, 1.1, 1.7, 2.4]))
  },
  {
    name: "outlier",
    title: "One outlier",
    remark:
      "One negative is far on the wrong side. Drag it farther: AUM grows by a sixth of the way, as there are six negatives, and its gradient stays as it is.",
    scene: make(rows([-2.2, -1.8, -1.5, -1, -0.7, 4.2], [0.5, 0.9, 1.3, 1.9, 2.3]))
  },
  {
    name: "ties",
    title: "Ties",
    remark:
      "All scores are equal and there is no margin: AUM is 0, the least there is, although nothing is ranked. Left and right derivatives differ, and no step along their mean lowers it. With a margin AUM is positive here, and one search ranks everything.",
    scene: make(rows([0, 0, 0, 0], [0, 0, 0]), { margin: 0 })
  },
  {
    name: "rare",
    title: "Rare positives",
    remark:
      "Four positives among 60 negatives. AUM of rates pulls a positive on the wrong side 15 times as hard as a negative; AUM of counts would pull both alike. Cross-entropy pulls none harder than by 1/64, whatever its class.",
    scene: make(rows(spread(60, -0.6), spread(4, 0.5)))
  },
  {
    name: "reversed",
    title: "Reversed",
    remark:
      "The ranking is upside down: AUC is 0. AUM pulls all examples of a class alike, so one exact line search moves both classes past each other, until they are a margin apart.",
    scene: make(rows([0.8, 1.3, 1.9, 2.5], [-2.3, -1.6, -1.2, -0.5]))
  }
]
