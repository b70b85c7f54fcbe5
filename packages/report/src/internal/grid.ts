/**
 * Panels by learner and test subset, in which colours are training sets; or by test subset, in which they are learners.
 */
import type { Key } from "../draw/compose.ts"
import type { Of } from "../draw/of.ts"
import type { Mark, Panel } from "../draw/panel.ts"
import { symbol } from "../draw/symbol.ts"
import type { ReportModel, TrainSubsets } from "../ReportModel.ts"
import { colourAt, ink, trainColours, trainShapes } from "../theme.ts"
import { axesOf, testedOn, visible } from "./select.ts"

interface Placed {
  readonly learner: string
  readonly testSubset: string
  readonly trainSubsets: TrainSubsets
}

/** How something is drawn in a panel. */
export interface Look {
  readonly of: Of
  readonly name: string
  readonly colour: string
  readonly shape: string
}

/** Draws the cells of a panel, each with its look. */
export type DrawPanel<C> = (
  cells: ReadonlyArray<readonly [cell: C, look: Look]>
) => Pick<Panel, "x" | "y" | "marks" | "corner">

/** Lays cells out as panels. */
export const panelsOf = <C extends Placed>(
  model: ReportModel,
  task: string,
  cells: ReadonlyArray<C>,
  draw: DrawPanel<C>
): { readonly panels: ReadonlyArray<Panel>; readonly keys: ReadonlyArray<Key>; readonly columns: number } => {
  const { learners, testSubsets, trains } = axesOf(model, task, cells)
  const byTrain = trains.length > 1
  const lookOf = ({ learner, trainSubsets }: Placed): Look =>
    byTrain
      ? {
          of: { trainSubsets },
          name: trainSubsets,
          colour: trainColours[trainSubsets],
          shape: trainShapes[trainSubsets]
        }
      : { of: { learner }, name: visible(learner), colour: colourAt(learners.indexOf(learner)), shape: "circle" }
  const panels = testSubsets.flatMap((testSubset) =>
    (byTrain ? learners : [undefined]).flatMap((learner) => {
      const own = cells
        .filter((cell) => cell.testSubset === testSubset && (learner === undefined || cell.learner === learner))
        .toSorted((a, b) =>
          byTrain
            ? trains.indexOf(a.trainSubsets) - trains.indexOf(b.trainSubsets)
            : learners.indexOf(a.learner) - learners.indexOf(b.learner)
        )
      if (own.length === 0) return []
      const where = testedOn(model, task, own)
      return [
        {
          of: { testSubset, ...(learner !== undefined && { learner }) },
          title: [...(learner === undefined ? [] : [visible(learner)]), where]
            .filter((part) => part !== "")
            .join(" · "),
          ...draw(own.map((cell) => [cell, lookOf(cell)] as const))
        }
      ]
    })
  )
  const looks = byTrain
    ? trains.map((trainSubsets) => lookOf({ learner: "", testSubset: "", trainSubsets }))
    : learners.map((learner) => lookOf({ learner, testSubset: "", trainSubsets: "same" }))
  return {
    panels,
    keys:
      looks.length > 1
        ? looks.map(({ colour, name, shape }) => ({
            name: byTrain ? `trained on ${name}` : name,
            colour,
            path: symbol(shape, 4.6)
          }))
        : [],
    columns: Math.min(5, byTrain ? learners.length : Math.max(1, testSubsets.length))
  }
}

/** A faint dashed line to which others are compared: chance, or what would be right. */
export const reference = (points: ReadonlyArray<readonly [x: number, y: number]>): Mark => ({
  kind: "line",
  colour: ink.faint,
  width: 1,
  dash: "3 3",
  points
})
