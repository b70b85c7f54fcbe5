/**
 * What `Preprocess.robust` chooses from, and when.
 */
import * as Column from "../../../data/Column.ts"
import type * as Features from "../../Features.ts"
import type { Fitting } from "../../Stage.ts"
import { enoughRows, fewLevels } from "../categories.ts"
import * as Statistics from "../columnStatistics.ts"
import type * as Chain from "./chain.ts"
import { collapseLevelsDefinition } from "./collapseLevels.ts"
import { isCategory, isNumber } from "./columns.ts"
import { datesDefinition } from "./dates.ts"
import type { Preprocess } from "./define.ts"
import { dropConstantsDefinition } from "./dropConstants.ts"
import { imputeDefinition } from "./impute.ts"
import { missingIndicatorDefinition } from "./missingIndicator.ts"
import { oneHotDefinition } from "./oneHot.ts"
import { ordinalEncodingDefinition } from "./ordinalEncoding.ts"
import { robustScaleDefinition } from "./robustScale.ts"
import { selectDefinition } from "./select.ts"
import { smoothClipDefinition } from "./smoothClip.ts"
import { targetEncodingDefinition } from "./targetEncoding.ts"

const listed = (names: ReadonlyArray<string>): string =>
  names.length <= 8 ? names.join(", ") : `${names.slice(0, 8).join(", ")} and ${names.length - 8} more`

/** The names of the columns that a test holds for. */
const where = (features: Features.Features, holds: (column: Column.Column) => boolean): ReadonlyArray<string> =>
  Array.from(features.columns).flatMap(([name, column]) => (holds(column) ? [name] : []))

/** A stage on the columns that a test holds for, if there are any. */
const on = (
  features: Features.Features,
  holds: (column: Column.Column) => boolean,
  link: (names: ReadonlyArray<string>) => Chain.Link
): Chain.Link | undefined => {
  const names = where(features, holds)
  return names.length === 0 ? undefined : link(names)
}

const isOrdered = (column: Column.Column): boolean => column.type === "factor" && column.ordered

const levelsOf = (column: Column.Column): number => Statistics.levelCounts(column).counts.filter((n) => n > 0).length

const hasRareLevels = (column: Column.Column): boolean =>
  isCategory(column) &&
  !isOrdered(column) &&
  levelsOf(column) > fewLevels &&
  Statistics.levelCounts(column).counts.some((count) => count > 0 && count < enoughRows)

const dropConstants: Chain.Choice = (features) =>
  on(
    features,
    (column) => column.type !== "tensor" && Statistics.differing(column) === 0,
    (names) => ({
      definition: dropConstantsDefinition,
      options: { columns: names },
      chose: `drops ${listed(names)}, constant in the training rows`
    })
  )

/** Whether a label is there may say something, though the label does not. */
const labelIndicators: Chain.Choice = (features) =>
  on(
    features,
    (column) => Column.isLabel(column) && Column.hasMissing(column),
    (names) => ({
      definition: missingIndicatorDefinition,
      options: { columns: names },
      chose: `adds whether ${listed(names)} is missing`
    })
  )

const dropLabels: Chain.Choice = (features) => {
  const labels = where(features, Column.isLabel)
  return labels.length === 0
    ? undefined
    : {
        definition: selectDefinition,
        options: { columns: where(features, (column) => !Column.isLabel(column)) },
        chose: `drops ${listed(labels)}: labels of rows, no categories`
      }
}

const dates: Chain.Choice = (features) =>
  on(
    features,
    ({ type }) => type === "date",
    (names) => ({
      definition: datesDefinition,
      options: { columns: names },
      chose: `takes numbers of the dates ${listed(names)}`
    })
  )

const ordinals: Chain.Choice = (features, { takes }) =>
  takes?.categories === true
    ? undefined
    : on(features, isOrdered, (names) => ({
        definition: ordinalEncodingDefinition,
        options: { columns: names },
        chose: `takes the places of the ordered ${listed(names)}`
      }))

/** Whether a column becomes numbers or truth values, in which nothing tells a missing one from others. */
const becomesPlain = (column: Column.Column, { takes }: Fitting): boolean =>
  isNumber(column) ||
  column.type === "boolean" ||
  column.type === "date" ||
  (isOrdered(column) && takes?.categories !== true)

const indicators: Chain.Choice = (features, fitting) =>
  fitting.takes?.missing === true
    ? undefined
    : on(
        features,
        (column) => becomesPlain(column, fitting) && Column.hasMissing(column),
        (names) => ({
          definition: missingIndicatorDefinition,
          options: { columns: names },
          chose: `adds whether ${listed(names)} is missing`
        })
      )

const medians: Chain.Choice = (features, { takes }) =>
  takes?.missing === true
    ? undefined
    : on(features, isNumber, (names) => ({
        definition: imputeDefinition,
        options: { method: "median", columns: names },
        chose: "fills missing numbers with the median"
      }))

const modes: Chain.Choice = (features, { takes }) => {
  // An indicator is never missing.
  const isIndicator = (name: string, column: Column.Column) => name.endsWith(".missing") && !Column.hasMissing(column)
  const names = Array.from(features.columns).flatMap(([name, column]) =>
    column.type === "boolean" && !isIndicator(name, column) ? [name] : []
  )
  return takes?.missing === true || names.length === 0
    ? undefined
    : {
        definition: imputeDefinition,
        options: { method: "mode", columns: names },
        chose: "fills missing truth values with the mode"
      }
}

/** A name that no level has. */
const freeLevel = (features: Features.Features): string => {
  const levels = new Set(
    Array.from(features.columns.values()).flatMap((column) =>
      isCategory(column) ? Column.asFactor(column).levels : []
    )
  )
  let name = "missing"
  while (levels.has(name)) name = `${name} value`
  return name
}

const imputeLevels: Chain.Choice = (features, { takes }) =>
  takes?.missing === true
    ? undefined
    : on(features, isCategory, (names) => {
        const value = freeLevel(features)
        return {
          definition: imputeDefinition,
          options: { method: "level", value, columns: names },
          chose: `takes missing categories as the level "${value}"`
        }
      })

/**
 * Whether levels become means of the target. Means of numbers have the scale of the target, and a scale learned of them would
 * tell each row a little of its own.
 */
const becomesMeans = (column: Column.Column, { takes, target }: Fitting, maxCategories: number): boolean =>
  isCategory(column) &&
  takes?.categories !== true &&
  target !== undefined &&
  (target.kind !== "regression" || takes?.anyScale === true) &&
  levelsOf(column) > maxCategories

const collapse =
  (maxCategories: number): Chain.Choice =>
  (features, fitting) =>
    on(
      features,
      (column) => hasRareLevels(column) && !becomesMeans(column, fitting, maxCategories),
      (names) => ({
        definition: collapseLevelsDefinition,
        options: { minCount: enoughRows, columns: names },
        chose: `makes one level of those of ${listed(names)} with fewer than ${enoughRows} rows`
      })
    )

const fewer =
  (maxCategories: number): Chain.Choice =>
  (features, fitting) =>
    fitting.takes?.categories === true
      ? undefined
      : on(
          features,
          (column) =>
            isCategory(column) && levelsOf(column) > maxCategories && !becomesMeans(column, fitting, maxCategories),
          (names) => ({
            definition: collapseLevelsDefinition,
            options: { maxLevels: maxCategories, columns: names },
            chose: `keeps the ${maxCategories} most frequent levels of ${listed(names)}`
          })
        )

const oneHot =
  (maxCategories: number): Chain.Choice =>
  (features, fitting) =>
    fitting.takes?.categories === true
      ? undefined
      : on(
          features,
          (column) => isCategory(column) && !becomesMeans(column, fitting, maxCategories),
          (names) => ({
            definition: oneHotDefinition,
            options: { columns: names, minFrequency: 1 },
            chose: `makes a 0/1 column of each level of ${listed(names)}`
          })
        )

const means =
  (maxCategories: number): Chain.Choice =>
  (features, fitting) =>
    on(
      features,
      (column) => becomesMeans(column, fitting, maxCategories),
      (names) => ({
        definition: targetEncodingDefinition,
        options: { columns: names },
        chose: `encodes ${listed(names)}, of more than ${maxCategories} levels, by the mean of the target`
      })
    )

const scale: Chain.Choice = (features, { takes }) =>
  takes?.anyScale === true
    ? undefined
    : on(features, isNumber, (names) => ({
        definition: robustScaleDefinition,
        options: { columns: names },
        chose: `scales numbers by median and quartiles`
      }))

const clip: Chain.Choice = (features, { takes }) =>
  takes?.anyScale === true
    ? undefined
    : on(features, isNumber, (names) => ({
        definition: smoothClipDefinition,
        options: { columns: names },
        chose: "bends them smoothly into −3 to 3"
      }))

/** The stages that may be chosen, in their order; columns of more levels than `maxCategories` become means of the target. */
export const choices = (maxCategories: number): ReadonlyArray<Chain.Choice> => [
  dropConstants,
  labelIndicators,
  dropLabels,
  indicators,
  dates,
  ordinals,
  medians,
  modes,
  imputeLevels,
  collapse(maxCategories),
  fewer(maxCategories),
  scale,
  clip,
  oneHot(maxCategories),
  dropConstants,
  means(maxCategories)
]

/** Every stage that may be chosen. */
export const known: ReadonlyArray<Preprocess> = [
  dropConstantsDefinition,
  selectDefinition,
  datesDefinition,
  ordinalEncodingDefinition,
  missingIndicatorDefinition,
  imputeDefinition,
  collapseLevelsDefinition,
  targetEncodingDefinition,
  robustScaleDefinition,
  smoothClipDefinition,
  oneHotDefinition
]
