/**
 * `Callback.freeze` and `Callback.unfreeze`: parameters that stay as they are for some of the epochs.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { matches } from "../../../pipeline/Transform.ts"
import { define, type Hooks, make } from "../callback.ts"

const Options = Schema.Struct({
  paths: OptionSchema.required(
    Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1)),
    "Patterns of paths of parameters; * stands for one part, ** for several",
    ["blood/**"]
  ),
  at: OptionSchema.withDefault(
    Schema.Union([
      OptionSchema.count(1),
      Schema.Struct({ progress: OptionSchema.required(OptionSchema.proportion, "The share of the epochs", 0.5) })
    ]),
    1,
    "The epoch from which on it acts, or the share of the epochs before it"
  )
})

/** The epoch from which on it acts: epochs count from 1, and all before the epoch are the progress made. */
const epochOf = (at: typeof Options.Type.at, epochs: number): number =>
  typeof at === "number" ? at : Math.floor(at.progress * epochs + 1e-9) + 1

const chosen = (patterns: ReadonlyArray<string>, parameters: ReadonlyArray<string>): ReadonlyArray<string> =>
  parameters.filter((path) => patterns.some((pattern) => matches(pattern, path)))

const hooks =
  (id: string, change: (frozen: ReadonlyArray<string>, chosen: ReadonlyArray<string>) => ReadonlyArray<string>) =>
  ({ at, paths }: typeof Options.Type): Hooks => {
    let from = 1
    return {
      check: (parameters) => {
        const idle = paths.find((pattern) => chosen([pattern], parameters).length === 0)
        return idle === undefined
          ? undefined
          : `${id}: paths: "${idle}" matches no parameter of the network; there are ${parameters.join(", ")}; * stands for anything within a name, ** for anything`
      },
      begin: ({ epochs }) =>
        Effect.sync(() => {
          from = epochOf(at, epochs)
        }),
      epochBegin: ({ epoch }, { freeze, frozen, parameters }) =>
        epoch === from ? Effect.sync(() => freeze(change(frozen(), chosen(paths, parameters)))) : Effect.void
    }
  }

const freezeId = "Callback.freeze"
const unfreezeId = "Callback.unfreeze"

/** `Callback.freeze` as a definition, for registries. @category definitions */
export const freezeDefinition = define({
  id: freezeId,
  summary: "Leaves parameters as they are from an epoch on",
  options: Options,
  make: hooks(freezeId, (frozen, chosen) => [...new Set([...frozen, ...chosen])])
})

/** `Callback.unfreeze` as a definition, for registries. @category definitions */
export const unfreezeDefinition = define({
  id: unfreezeId,
  summary: "Trains parameters again, from an epoch on, that were frozen before",
  options: Options,
  make: hooks(unfreezeId, (frozen, chosen) => frozen.filter((path) => !chosen.includes(path)))
})

/** When parameters are frozen, or trained again: an epoch from 1, or a share of the epochs. @category models */
export interface At {
  readonly at?: number | { readonly progress: number }
}

const given = (paths: string | ReadonlyArray<string>, options: At) => ({
  paths: typeof paths === "string" ? [paths] : paths,
  ...options
})

/**
 * Leaves the parameters whose path matches a pattern, or one of several, as they are from the epoch `at` on (default 1: from
 * the beginning); `{ progress: 0.5 }` is the epoch after half of all. In a pattern `*` stands for anything within a name,
 * `**` for anything: `"embedding.**"`, `"scan/**"`.
 *
 * What is frozen has no part in the norm that gradients are clipped to, and what the optimizer keeps of it stays. Buffers,
 * such as the running means of `Nn.batchNorm`, go on, and so does dropout. Callbacks act as listed in an epoch.
 *
 * Errors: `PipelineError`, before training, for a pattern that matches no parameter.
 *
 * *Gotcha*: Adam corrects the bias of its moments by the number of all steps, so parameters that are trained again late take
 * somewhat larger first steps.
 *
 * @example
 * // The head first, then everything:
 * Model.classif({ epochs: 20, callbacks: [Callback.freeze("scan/**"), Callback.unfreeze("scan/**", { at: 6 })] })
 * @category callbacks
 */
export const freeze = (paths: string | ReadonlyArray<string>, options: At = {}) =>
  make(freezeDefinition, given(paths, options))

/**
 * Trains the parameters whose path matches a pattern again from the epoch `at` on: see `Callback.freeze`.
 *
 * @example
 * Callback.unfreeze("scan/**", { at: { progress: 0.25 } })
 * @category callbacks
 */
export const unfreeze = (paths: string | ReadonlyArray<string>, options: At = {}) =>
  make(unfreezeDefinition, given(paths, options))
