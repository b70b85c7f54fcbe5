/**
 * A prediction as bytes, in the format of safetensors, which other programs read, too: what many predictions are written by,
 * each in a hundredth of a millisecond.
 *
 * | array | shape | of each row |
 * | --- | --- | --- |
 * | `row` | [n] | its number |
 * | `truth`, `response` | [n] | the place of the class in `levels`; of a regression the number |
 * | `prob` | [n, levels] | probabilities |
 * | `score` | [n] | what ranks the rows |
 * | `group` | [n] | the place of its group in `groups` |
 *
 * `levels` and `groups` are lists in JSON, in the metadata; what a prediction lacks is not there.
 */
import * as Result from "effect/Result"
import type { Kind } from "../data/Task.ts"
import type { Numbers } from "./internal/safetensors.ts"
import * as Safetensors from "./internal/safetensors.ts"
import type { Prediction } from "./Prediction.ts"

/** A prediction, and the groups of its rows, where the task has groups. @category models */
export interface Grouped {
  readonly prediction: Prediction
  readonly groups: ReadonlyArray<string> | undefined
}

/** The distinct texts of a list, and the place of each text among them. */
const coded = (texts: ReadonlyArray<string>): { readonly names: ReadonlyArray<string>; readonly codes: Int32Array } => {
  const places = new Map<string, number>()
  const codes = Int32Array.from(texts, (text) => {
    const place = places.get(text) ?? places.size
    places.set(text, place)
    return place
  })
  return { names: [...places.keys()], codes }
}

/** Writes a prediction; the same gives the same bytes. @category conversions */
export const write = ({ groups, prediction }: Grouped): Uint8Array => {
  const { kind, levels, prob, response, rows, scores, truth } = prediction
  const target = (values: Float64Array): Numbers => (kind === "regression" ? values : Int32Array.from(values))
  const own = groups && coded(groups)
  const column = (path: string, values: Numbers | undefined, width?: number) =>
    values === undefined ? [] : [{ path, shape: width === undefined ? [rows.length] : [rows.length, width], values }]
  return Safetensors.write({
    texts: { levels: JSON.stringify(levels), ...(own && { groups: JSON.stringify(own.names) }) },
    arrays: [
      ...column("row", rows),
      ...column("truth", truth && target(truth)),
      ...column("response", target(response)),
      ...column("prob", prob, levels.length),
      ...column("score", scores),
      ...column("group", own?.codes)
    ]
  })
}

/** Reads what `write` wrote of a target of this kind, or says why it is something else. @category conversions */
export const read = (bytes: Uint8Array, kind: Kind): Result.Result<Grouped, string> =>
  Result.flatMap(Safetensors.readAny(bytes), ({ arrays, texts }) => {
    const own = new Map(arrays.map(({ path, values }) => [path, values]))
    const doubles = (name: string) => {
      const values = own.get(name)
      return values === undefined || values instanceof Float64Array ? values : Float64Array.from(values)
    }
    const [rows, response, levels] = [own.get("row"), doubles("response"), texts["levels"]]
    if (!(rows instanceof Int32Array) || response === undefined || levels === undefined) {
      return Result.fail("it is no prediction")
    }
    const [groups, names] = [own.get("group"), texts["groups"]]
    const nameOf = names === undefined ? undefined : (JSON.parse(names) as ReadonlyArray<string>)
    return Result.succeed({
      prediction: {
        kind,
        levels: JSON.parse(levels) as ReadonlyArray<string>,
        rows,
        truth: doubles("truth"),
        response,
        prob: doubles("prob"),
        scores: doubles("score")
      },
      groups: groups && nameOf && Array.from(groups, (place) => nameOf[place]!)
    })
  })
