/**
 * Several stages as one, each chosen when it is its turn, by what the ones before it made of the training rows.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Seed from "../../../Seed.ts"
import * as Decode from "../../Decode.ts"
import type { Features } from "../../Features.ts"
import { PipelineError } from "../../PipelineError.ts"
import type { Fit, FittedPreprocessor, Fitting } from "../../Stage.ts"
import { bind, type Preprocess } from "./define.ts"

/** A stage with its options, and what to say of it. */
export interface Link {
  readonly definition: Preprocess
  readonly options: object
  readonly chose: string
}

/** Chooses a stage for the training rows as they are now; none if there is nothing to do. */
export type Choice = (features: Features, fitting: Fitting) => Link | undefined

const State = Schema.Array(
  Schema.Struct({ type: Schema.String, options: Schema.Record(Schema.String, Schema.Unknown), state: Schema.Unknown })
)

interface Fitted {
  readonly link: Pick<Link, "definition" | "options">
  readonly fitted: FittedPreprocessor
}

const applied =
  (links: ReadonlyArray<Fitted>) =>
  (features: Features): Effect.Effect<Features, PipelineError> =>
    Effect.reduce(
      links,
      () => features,
      (now, { fitted }) => fitted.apply(now)
    )

const whole = (links: ReadonlyArray<Fitted>): FittedPreprocessor => ({
  apply: applied(links),
  sourceOf: (made) =>
    links.reduceRight<string | undefined>((found, { fitted }) => fitted.sourceOf?.(found ?? made) ?? found, undefined),
  state: () =>
    links.map(({ fitted, link: { definition, options } }) => ({ type: definition.id, options, state: fitted.state() }))
})

/** Fits one stage after the other, each to what the ones before it made of the training rows. */
export const fit = Effect.fnUntraced(function* (choices: ReadonlyArray<Choice>, features: Features, fitting: Fitting) {
  const links: Array<Fitted> = []
  const chose: Array<string> = []
  let now = features
  for (const [i, choice] of choices.entries()) {
    const link = choice(now, fitting)
    if (link === undefined) continue
    const preprocessor = yield* Effect.fromResult(bind(link.definition, link.options))
    const fitted = yield* preprocessor.fit(now, {
      target: fitting.target,
      takes: fitting.takes,
      // Only a stage that draws asks for it.
      get seed() {
        return Seed.derive(fitting.seed, i)
      }
    })
    now = fitted.training?.features ?? (yield* fitted.apply(now))
    links.push({ link, fitted })
    chose.push(link.chose)
  }
  const done: Fit = { ...whole(links), chose, training: { features: now } }
  return done
})

/** Reads what the stages learned, of those that may be among them. */
export const load = (
  id: string,
  known: ReadonlyArray<Preprocess>,
  json: unknown
): Result.Result<FittedPreprocessor, PipelineError> => {
  const refuse = (message: string) => new PipelineError({ issues: [{ path: [], message: `${id}: ${message}` }] })
  return Result.gen(function* () {
    const saved = yield* Result.mapError(Decode.decode(State, json), ([issue]) => refuse(issue?.message ?? "no state"))
    const links: Array<Fitted> = []
    for (const { options, state, type } of saved) {
      const definition = known.find(({ id }) => id === type)
      if (definition === undefined) {
        return yield* Result.fail(
          refuse(`its state has a stage "${type}", which it never chooses; load it with the version that wrote it`)
        )
      }
      const preprocessor = yield* bind(definition, options)
      links.push({ link: { definition, options }, fitted: yield* preprocessor.load(state) })
    }
    return whole(links)
  })
}
