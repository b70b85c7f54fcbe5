/**
 * Checkpoints as bytes: a header of JSON and the arrays, in the format safetensors, with a checksum.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { sha256 } from "../../../Hash.ts"
import type { NamedArray } from "../../../network/Graph.ts"
import { History } from "../../History.ts"
import type { State } from "../../State.ts"
import { type Checkpoint, Origin } from "./origin.ts"
import * as Safetensors from "../safetensors.ts"

const Header = Schema.fromJsonString(
  Schema.Struct({
    origin: Origin,
    epoch: Schema.Int,
    step: Schema.Int,
    stopping: Schema.Array(
      Schema.Struct({
        best: Schema.optionalKey(Schema.Struct({ epoch: Schema.Int, score: Schema.Finite })),
        stagnation: Schema.Int,
        improved: Schema.Boolean,
        stop: Schema.Boolean
      })
    ),
    history: History,
    schedules: Schema.Array(Schema.Unknown),
    /** Of how many weights the average is, if it has begun. */
    averaged: Schema.optionalKey(Schema.Int),
    frozen: Schema.Array(Schema.String),
    stopped: Schema.optionalKey(Schema.Literals(["time limit", "callback"])),
    callbacks: Schema.Array(Schema.Struct({ id: Schema.String, saved: Schema.Unknown })),
    /** Whether the arrays of the best epoch are there. */
    best: Schema.Boolean
  })
)

const parts = ["arrays", "slots", "best", "averaged"] as const
type Part = (typeof parts)[number]

const under = (part: Part, arrays: ReadonlyArray<NamedArray>): ReadonlyArray<NamedArray> =>
  arrays.map((array) => ({ ...array, path: `${part}/${array.path}` }))

const within = (part: Part, arrays: ReadonlyArray<NamedArray>): ReadonlyArray<NamedArray> =>
  arrays.flatMap((array) =>
    array.path.startsWith(`${part}/`) ? [{ ...array, path: array.path.slice(part.length + 1) }] : []
  )

/** The SHA-256 of all that a file says. */
const checksum = (header: string, arrays: ReadonlyArray<NamedArray>): string => {
  const hash = sha256().update(header)
  for (const { path, shape, values } of arrays) {
    hash.update(JSON.stringify([path, shape]))
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }
  return hash.digest("hex")
}

const format = "rocflow checkpoint 1"

/** The bytes of a file, or why there are none: a score or what a callback remembers is no JSON. @category conversions */
export const toBytes = ({ origin, state }: Checkpoint): Result.Result<Uint8Array, string> => {
  const { averaged, best, callbacks, engine, epoch, frozen, history, schedules, stopped, stopping } = state
  const header = Schema.encodeResult(Header)({
    origin,
    epoch,
    step: engine.step,
    stopping: stopping.map(({ best, ...rest }) => (best === undefined ? rest : { ...rest, best })),
    history,
    schedules,
    ...(averaged === undefined ? {} : { averaged: averaged.count }),
    frozen,
    ...(stopped === undefined ? {} : { stopped }),
    callbacks,
    best: best !== undefined
  })
  return Result.mapBoth(header, {
    onSuccess: (text) => {
      const arrays = [
        ...under("arrays", engine.arrays),
        ...under("slots", engine.slots),
        ...under("best", best ?? []),
        ...under("averaged", averaged?.arrays ?? [])
      ]
      return Safetensors.write({ texts: { format, checkpoint: text, sha256: checksum(text, arrays) }, arrays })
    },
    onFailure: ({ message }) => message.split("\n")[0]!
  })
}

/** Reads what `toBytes` gave, or says what is wrong with it. @category conversions */
export const fromBytes = (bytes: Uint8Array): Result.Result<Checkpoint, string> =>
  Result.gen(function* () {
    const { arrays, texts } = yield* Safetensors.read(bytes)
    const text = texts["checkpoint"]
    if (texts["format"] !== format || text === undefined) return yield* Result.fail("rocflow did not write it")
    if (checksum(text, arrays) !== texts["sha256"]) return yield* Result.fail("its checksum is another one")
    const read = yield* Result.mapError(Schema.decodeUnknownResult(Header)(text), () => "its header cannot be read")
    const { averaged, best, callbacks, epoch, frozen, history, origin, schedules, step, stopped, stopping } = read
    const state: State = {
      epoch,
      engine: { step, arrays: within("arrays", arrays), slots: within("slots", arrays) },
      stopping: stopping.map(({ best, ...rest }) => ({ best, ...rest })),
      best: best ? within("best", arrays) : undefined,
      history,
      schedules,
      averaged: averaged === undefined ? undefined : { count: averaged, arrays: within("averaged", arrays) },
      frozen,
      stopped,
      callbacks
    }
    return { origin, state }
  })
