/**
 * What a callback is, and how ready-made ones are defined.
 */
import type * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Engine from "../../engine/Engine.ts"
import * as Decode from "../../pipeline/Decode.ts"
import type * as Base from "../../pipeline/Definition.ts"
import type { Issue } from "../../pipeline/PipelineError.ts"
import type { Checkpoint, Origin } from "../Checkpoint.ts"
import type { CheckpointError } from "../CheckpointError.ts"
import type { Row } from "../History.ts"
import type { Scores } from "../Measure.ts"

/** Training begins. @category events */
export interface Begin {
  /** The most epochs there will be, and the one training begins after: 0, or that of the state it resumes. */
  readonly epochs: number
  readonly epoch: number
  readonly rows: number
}

/** An epoch, from 1. @category events */
export interface Epoch {
  readonly epoch: number
}

/** A batch: its place in the epoch from 1, and its rows. @category events */
export interface Batch extends Epoch {
  readonly batch: number
  readonly rows: number
}

/** A batch of training after its update: the loss before it, and the updates made so far. @category events */
export interface Trained extends Batch {
  readonly loss: number
  readonly step: number
}

/** An epoch after its batches: the mean loss, and the training measures where they were asked for. @category events */
export interface Passed extends Epoch {
  readonly loss: number
  readonly train: Scores
}

/** An epoch after its validation. @category events */
export interface Validated extends Passed {
  readonly valid: Scores
}

/** An epoch that ended, as a row of the history. @category events */
export interface Ended {
  readonly row: Row
  readonly evaluated: boolean
  /** Whether this is the best epoch so far by the first validation measure. */
  readonly improved: boolean
}

/** What a callback may do. @category models */
export interface Control {
  /**
   * Ends training before the next epoch; `epochEnd` of this one still runs. In `begin`: no epoch at all. The reason is
   * what the outcome says, "callback" unless it is a limit of time.
   */
  readonly stop: (reason?: "callback" | "time limit") => void
  /** A copy of what training has changed: parameters, buffers and what the optimizer keeps. */
  readonly state: () => Engine.State
  /** All that training needs to go on from here, after `epochEnd` of the callbacks before this one. */
  readonly checkpoint: () => Checkpoint
  /** The paths of the parameters: `"linear.kernel"`. */
  readonly parameters: ReadonlyArray<string>
  /**
   * Leaves the parameters at these paths as they are from now on; with none, all are trained. They have no part in the norm
   * that gradients are clipped to, and what the optimizer keeps of them stays. Buffers, such as running means, go on.
   */
  readonly freeze: (paths: Iterable<string>) => void
  /** The paths of the parameters that are frozen. */
  readonly frozen: () => ReadonlyArray<string>
}

type Effectful<A, E, R> = (event: A, control: Control) => Effect.Effect<void, E, R>

/** The functions of a callback, all optional. @category models */
export interface Hooks<out E = never, out R = never> {
  readonly begin?: Effectful<Begin, E, R>
  readonly epochBegin?: Effectful<Epoch, E, R>
  readonly batchBegin?: (event: Batch, control: Control) => void
  readonly batchEnd?: (event: Trained, control: Control) => void
  readonly beforeValid?: Effectful<Passed, E, R>
  readonly validBatchBegin?: (event: Batch, control: Control) => void
  readonly validBatchEnd?: (event: Batch, control: Control) => void
  readonly validEnd?: Effectful<Validated, E, R>
  readonly epochEnd?: Effectful<Ended, E, R>
  readonly end?: Effectful<Epoch, E, R>
  readonly exit?: Effectful<Epoch, never, R>
  /** Says, before anything is trained, why it cannot do its work in a network with parameters at these paths. */
  readonly check?: (parameters: ReadonlyArray<string>) => string | undefined
  /**
   * Finds a checkpoint that this callback left of the training, before it begins; undefined if there is none. Asked where
   * training is to go on from whatever there is: `resume: true`.
   */
  readonly resume?: (origin: Origin) => Effect.Effect<Checkpoint | undefined, E | CheckpointError, R>
  /** The id of the definition, by which what it remembers finds back to it. */
  readonly id?: string
  /** What the callback remembers, as plain JSON: part of the training state. */
  readonly save?: () => unknown
  /** Takes back what `save` gave when training is resumed. */
  readonly load?: (saved: unknown) => void
}

/** A callback that options make: see `Callback.define`. @category models */
export interface Definition<out E = never, out R = never, out Encoded = unknown> extends Base.Definition<
  "callback",
  Encoded
> {
  /** Lower weights run first. Default 0. */
  readonly weight: number
  /** Whether it has no say in what is learned: a training can be resumed with others of the kind. Default false. */
  readonly observes: boolean
  readonly bind: (given: object, find: Base.Find) => Callback<E, R>
}

/** Marks callbacks. @category models */
export const TypeId = "~rocflow/Callback"

/** A callback with its options: what `Model.classif({ callbacks })` takes. @category models */
export interface Callback<out E = never, out R = never> {
  readonly [TypeId]: typeof TypeId
  readonly definition: Definition<E, R>
  readonly json: Json
  /** Makes the functions, once per training, so that their state is fresh each time; or the issues of its options. */
  readonly bound: Result.Result<{ readonly make: () => Hooks<E, R>; readonly encoded: Json }, ReadonlyArray<Issue>>
}

/** A callback in its JSON form: `{ type: "Mine.watch", every: 10 }`. @category models */
export interface Json {
  readonly type: string
  readonly [option: string]: unknown
}

/** Defines a callback; `make` runs once per training, so its state is fresh each time. @category constructors */
export const define = <Type, Encoded extends object, E = never, R = never>(definition: {
  readonly id: string
  readonly summary: string
  readonly weight?: number
  readonly observes?: boolean
  readonly options: Base.Options<Type, Encoded>
  readonly make: (options: Type) => Hooks<E, R>
}): Definition<E, R, Encoded> => {
  const { id, summary, weight = 0, observes = false, options, make } = definition
  const made: Definition<E, R, Encoded> = {
    kind: "callback",
    id,
    summary,
    weight,
    observes,
    options,
    bind: (given, find) => ({
      [TypeId]: TypeId,
      definition: made,
      json: { type: id, ...given },
      bound: Result.mapBoth(Decode.decode(options, given, find), {
        onSuccess: (decoded) => ({
          make: () => ({ id, ...make(decoded) }),
          encoded: { type: id, ...Schema.encodeSync(options)(decoded) }
        }),
        onFailure: (issues) => issues.map(({ path, message }) => ({ path, message: `${id}: ${message}` }))
      })
    })
  }
  return made
}

/** Gives a callback its options. @category constructors */
export const make = <E, R, Encoded extends object>(
  definition: Definition<E, R, Encoded>,
  ...[options]: Base.Given<Encoded>
): Callback<E, R> => definition.bind(options ?? {}, Decode.findNothing)

const isCallback = (value: unknown): value is Callback => typeof value === "object" && value !== null && TypeId in value

const isDefinition = (definition: Base.Definition): definition is Definition =>
  definition.kind === "callback" && "bind" in definition

const CallbackJson = Schema.StructWithRest(Schema.Struct({ type: Schema.String }), [
  Schema.Record(Schema.String, Schema.Unknown)
])

/**
 * The schema of options that are callbacks: `{ type: "Mine.watch", every: 10 }`, or a name alone. What one that is named in a file requires
 * and how it fails is not known to the compiler; where a callback is given in code, the types of `Model` state it.
 */
export const reference: Base.Options<Callback, string | Json> = Decode.reference(
  "callback",
  Schema.Union([Schema.String, CallbackJson]),
  isCallback,
  (given, find) => {
    const { type, ...options } = typeof given === "string" ? { type: given } : given
    const refused = (message: string) => Result.fail([{ path: typeof given === "string" ? [] : ["type"], message }])
    return Result.match(find(type, "callback"), {
      onSuccess: (definition) => {
        if (!isDefinition(definition)) return refused(`"${type}" is no callback; define it by Callback.define`)
        const callback = definition.bind(options, find)
        return Result.map(callback.bound, () => callback)
      },
      onFailure: refused
    })
  },
  ({ bound, json }) => (Result.isSuccess(bound) ? bound.success.encoded : json)
)
