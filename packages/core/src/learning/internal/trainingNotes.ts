/**
 * What is said of networks that learn nothing, or nothing useful: before training from batches and classes, after it from
 * what they make of their own training rows, which any network should know better than a constant does.
 */
import * as Note from "../../data/Note.ts"
import * as Targets from "../../data/Targets.ts"
import type { Task } from "../../data/Task.ts"
import type { Chosen, Loss } from "../../pipeline/Stage.ts"
import type { Prediction } from "../Prediction.ts"
import type { Reason } from "../State.ts"
import { rankAuc } from "./rankAuc.ts"

/** With fewer rows, chance alone explains what a note would say. */
const fewRows = 20

/** So many times the errors of a constant, and more than chance makes of them, are said. */
const notably = 1.25

/** Batches of one class are said when they are more than this share. */
const tooMany = 0.05

const percent = (share: number): string => {
  const value = share * 100
  return `${value >= 10 ? value.toFixed(0) : value.toPrecision(2)} %`
}

/** The share of batches of `size` rows with one class only, where `share` of the rows are positive. */
const oneClass = (share: number, size: number, stratified: boolean): number =>
  stratified ? Math.max(0, 1 - Math.min(share, 1 - share) * size) : share ** size + (1 - share) ** size

/** How rows come into batches, as far as a loss that only ranks depends on it. */
export interface Batches {
  readonly batchSize: number | "all"
  /** Whether batches are made up by classes, and how. */
  readonly how: "stratified" | "balanced" | undefined
  readonly rows: number
  /** The share of the positive rows. */
  readonly share: number
}

/** The note on batches from which a loss that only ranks learns nothing. */
export const rankingBatches = (lossId: string, { batchSize, how, rows, share }: Batches): ReadonlyArray<Note.Note> => {
  if (share === 0 || share === 1) {
    return [
      Note.make({
        code: "one-class-rows",
        finding: `all ${rows} training rows have one class; ${lossId} compares classes and learns nothing from them`,
        advice:
          "Give it rows of both classes, such as by a stratum of the target, or a loss that takes rows one by one."
      })
    ]
  }
  if (batchSize === "all" || batchSize >= rows) return []
  if (how === "balanced" && batchSize > 1) return []
  const useless = oneClass(share, batchSize, how === "stratified")
  if (useless <= tooMany) return []
  let enough = batchSize
  while (enough < rows && oneClass(share, enough, false) > 0.01) enough *= 2
  const made = oneClass(share, batchSize, true) === 0 ? "stratified" : "balanced"
  return [
    Note.make({
      code: "one-class-batches",
      finding: `${percent(useless)} of the batches of ${batchSize} ${batchSize === 1 ? "row" : "rows"} have one class only, as ${percent(share)} of the rows are positive; ${lossId} compares classes and learns nothing from them`,
      advice: `Give batchSize: ${enough >= rows ? "all" : enough}${batchSize > 1 ? `, or batches: { ${made}: class }` : ""}.`
    })
  ]
}

/** Whether patterns say where their parameters are; those that begin with `**` mean any that there may be. */
const isPlaced = ({ patterns }: Chosen): boolean =>
  patterns.some((pattern) => !pattern.startsWith("!") && !pattern.startsWith("**"))

/** The notes on groups of an optimizer that choose no parameter of the network. */
export const idleGroups = (
  optimizerId: string,
  groups: ReadonlyArray<Chosen>,
  paths: ReadonlyArray<string>
): ReadonlyArray<Note.Note> =>
  groups
    .filter((group) => isPlaced(group) && !paths.some(group.chooses))
    .map(({ patterns }) =>
      Note.make({
        code: "idle-group",
        finding: `the group ${patterns.map((pattern) => `"${pattern}"`).join(", ")} of ${optimizerId} chooses none of the parameters ${paths.slice(0, 6).join(", ")}${paths.length > 6 ? ", …" : ""}`,
        advice: "Write the path of a layer as inspect shows it, or leave the group out."
      })
    )

/** The note on batches that are balanced by class whose rows are weighed by class, too. */
export const balancedTwice: Note.Note = Note.make({
  code: "balanced-twice",
  finding:
    "draws batches with as many rows of each class, and weighs their rows by class as well, so that a rare class counts for more than all others",
  advice: "Take either batches: { balanced: class } or classWeights."
})

/** The note on a validation whose first measure was never defined. */
export const undefinedValidation = (measure: string, held: number, reason: string): Note.Note =>
  Note.make({
    code: "undefined-validation",
    finding: `validation by ${measure} was undefined in every epoch on ${held} held-out rows (${reason}), so training neither stopped early nor chose an epoch`,
    advice:
      "Validate by a measure that one class suffices for, such as logloss, hold out more rows, or give whenUndefined: fail."
  })

/** The note on a training that a limit of time ended. */
export const limited = (epochs: number, of: number, reason: Reason): ReadonlyArray<Note.Note> =>
  reason === "time limit"
    ? [
        Note.make({
          code: "time-limit",
          finding: `the time limit ended training after ${epochs} of ${of} epochs, so another run or machine may stop elsewhere`,
          advice: "Give more time, or fewer epochs."
        })
      ]
    : []

/** What a network was trained by, as far as advice depends on it. */
export interface Trained {
  readonly epochs: number
  readonly loss: Loss
  /** Whether rows are weighed by their classes. */
  readonly classWeights: boolean
  /** The measure that chose the epoch or the end of training, if it only ranks rows. */
  readonly rankedBy: string | undefined
}

/** Whether an error of a positive row counts otherwise than one of a negative row: seen at scores of 0. */
const weighsClasses = (loss: Loss): boolean => {
  if (loss._tag !== "Explicit") return false
  const gradient = new Float64Array(2)
  loss.evaluate(new Float64Array(2), Float64Array.of(1, 0), gradient)
  return Math.abs(gradient[0]! + gradient[1]!) > 1e-9
}

const untilItFits = ({ kind }: Task, { classWeights, epochs, loss, rankedBy }: Trained): string =>
  [
    `Give more than ${epochs} ${epochs === 1 ? "epoch" : "epochs"}, or a larger learning rate.`,
    ...(classWeights || (kind === "binary" && weighsClasses(loss))
      ? [
          kind === "binary"
            ? "The classes are weighed, which moves the threshold: leave that out, or compare by AUC only."
            : "The classes are weighed, so that errors in rare ones are dearer: leave that out if all rows should count alike."
        ]
      : []),
    ...(rankedBy === undefined
      ? []
      : [`Epochs chosen by ${rankedBy} do not care for the threshold: choose them by error or logloss.`])
  ].join(" ")

const classes = (task: Task, { response }: Prediction, trained: Trained): ReadonlyArray<Note.Note> => {
  const counts = new Float64Array(task.levels.length)
  for (const code of task.target) counts[code]! += 1
  const largest = counts.indexOf(Math.max(...counts))
  const wrong = response.reduce((sum, said, row) => sum + (said === task.target[row] ? 0 : 1), 0)
  const constant = task.rows - counts[largest]!
  if (wrong <= constant || wrong < notably * constant || wrong - constant < Math.sqrt(constant)) return []
  return [
    Note.make({
      code: "worse-than-majority",
      finding: `says a wrong class for ${percent(wrong / task.rows)} of its training rows, and always saying "${task.levels[largest]}" would for ${percent(1 - counts[largest]! / task.rows)}`,
      advice: untilItFits(task, trained)
    })
  ]
}

const ranking = (task: Task, { scores }: Prediction): ReadonlyArray<Note.Note> => {
  const positive = Targets.toNumbers("binary", task.target)
  const auc = scores === undefined ? undefined : rankAuc(scores, positive)
  if (auc === undefined) return []
  const positives = positive.reduce((sum, value) => sum + value, 0)
  const negatives = task.rows - positives
  const chance = Math.sqrt((task.rows + 1) / (12 * positives * negatives))
  if (auc > 0.5 + chance) return []
  return [
    Note.make({
      code: "learned-nothing",
      finding: `ranks its training rows no better than chance (AUC ${auc.toFixed(3)}), as Featureless does`,
      advice: "Raise or lower the learning rate, train longer, or standardise the features."
    })
  ]
}

const fit = (task: Task, { response }: Prediction): ReadonlyArray<Note.Note> => {
  const mean = task.target.reduce((sum, value) => sum + value, 0) / task.rows
  let residual = 0
  let total = 0
  for (let row = 0; row < task.rows; row++) {
    residual += (task.target[row]! - response[row]!) ** 2
    total += (task.target[row]! - mean) ** 2
  }
  if (total === 0 || residual <= total) return []
  return [
    Note.make({
      code: "worse-than-mean",
      finding: `fits its training rows worse than their mean does (R² ${(1 - residual / total).toPrecision(2).replace("-", "−")})`,
      advice: "Raise or lower the learning rate, train longer, or standardise features and target."
    })
  ]
}

/** What the predictions of the training rows say of a trained network. */
export const usefulness = (task: Task, prediction: Prediction, trained: Trained): ReadonlyArray<Note.Note> => {
  if (task.rows < fewRows || task.weights !== undefined) return []
  switch (task.kind) {
    case "regression":
      return fit(task, prediction)
    case "binary":
      return [...classes(task, prediction, trained), ...ranking(task, prediction)]
    case "multiclass":
      return classes(task, prediction, trained)
  }
}
