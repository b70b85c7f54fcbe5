/**
 * Panels by learner and test subset, in which colours are training sets; or by test subset, in which they are learners.
 */
import type { Key } from "../draw/compose.ts"
import type { Of } from "../draw/of.ts"
import type { Corner, Mark, Panel } from "../draw/panel.ts"
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

/** How a cell is drawn: by its training set where there are several, else by its learner. */
export const lookOf = (
  { learner, trainSubsets }: Omit<Placed, "testSubset">,
  learners: ReadonlyArray<string>,
  trains: ReadonlyArray<TrainSubsets>
): Look =>
  trains.length > 1
    ? {
        of: { trainSubsets },
        name: trainSubsets,
        colour: trainColours[trainSubsets],
        shape: trainShapes[trainSubsets]
      }
    : { of: { learner }, name: visible(learner), colour: colourAt(learners.indexOf(learner)), shape: "circle" }

/** What colours and shapes mean; nothing where there is one. */
export const keysOf = (looks: ReadonlyArray<Look>): ReadonlyArray<Key> => {
  const found = [...new Map(looks.map((look) => [look.name, look])).values()]
  return found.length < 2
    ? []
    : found.map(({ colour, name, of: { learner, trainSubsets }, shape }) => ({
        name: trainSubsets === undefined ? name : `trained on ${name}`,
        colour,
        path: symbol(shape, 4.6),
        of: trainSubsets === undefined ? { learner: learner! } : { trainSubsets }
      }))
}

/** Draws the cells of a panel, each with its look. */
export type DrawPanel<C> = (
  cells: ReadonlyArray<readonly [cell: C, look: Look]>
) => Pick<Panel, "x" | "y" | "marks" | "corner">

/** So many panels stand side by side on a large screen. */
const mostColumns = 5

/** Lays cells out as panels. */
export const panelsOf = <C extends Placed>(
  model: ReportModel,
  task: string,
  cells: ReadonlyArray<C>,
  draw: DrawPanel<C>
): { readonly panels: ReadonlyArray<Panel>; readonly keys: ReadonlyArray<Key>; readonly columns: number } => {
  const { learners, testSubsets, trains } = axesOf(model, task, cells)
  const byTrain = trains.length > 1
  const shown = byTrain ? learners : [undefined]
  // The longer of the two stands side by side, as far as there is room.
  const acrossSubsets = testSubsets.length > shown.length && testSubsets.length <= mostColumns
  const places = acrossSubsets
    ? shown.flatMap((learner) => testSubsets.map((testSubset) => ({ learner, testSubset })))
    : testSubsets.flatMap((testSubset) => shown.map((learner) => ({ learner, testSubset })))
  const panels = places.flatMap(({ learner, testSubset }) => {
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
        title: [...(learner === undefined ? [] : [visible(learner)]), where].filter((part) => part !== "").join(" · "),
        ...draw(own.map((cell) => [cell, lookOf(cell, learners, trains)] as const))
      }
    ]
  })
  return {
    panels,
    keys: keysOf(
      byTrain
        ? trains.map((trainSubsets) => lookOf({ learner: "", trainSubsets }, learners, trains))
        : learners.map((learner) => lookOf({ learner, trainSubsets: "same" }, learners, trains))
    ),
    columns: Math.min(mostColumns, Math.max(1, acrossSubsets ? testSubsets.length : shown.length))
  }
}

/** A number of each cell of a panel, under the name of what it is. */
export const cornerOf = <C>(
  name: string,
  cells: ReadonlyArray<readonly [cell: C, look: Look]>,
  value: (cell: C) => number
): ReadonlyArray<Corner> =>
  cells.length === 1
    ? cells.map(([cell, { colour, of }]) => ({ of, colour, text: `${name} ${value(cell).toFixed(3)}` }))
    : [
        { colour: ink.muted, text: name },
        ...cells.map(([cell, { colour, name, of }]) => ({ of, colour, text: `${name} ${value(cell).toFixed(3)}` }))
      ]

/** A faint dashed line to which others are compared: chance, or what would be right. */
export const reference = (points: ReadonlyArray<readonly [x: number, y: number]>): Mark => ({
  kind: "line",
  colour: ink.faint,
  width: 1,
  dash: "3 3",
  points
})
