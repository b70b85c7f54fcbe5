/**
 * The curves of the explorer belong to the numbers of the losses, and what presets say is so.
 */
import * as Roc from "@rocflow/losses/Roc"
import * as Result from "effect/Result"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "vitest"
import { aumAlong, crossEntropyAlong, gradientOf, search } from "../src/Descent.ts"
import { presets } from "../src/presets.ts"
import { type Errors, read } from "../src/Reading.ts"
import * as Scene from "../src/Scene.ts"

const preset = (name: string) => presets.find((preset) => preset.name === name)!

/** Scenes of both classes, with ties, weights and margins. */
const scenes = FastCheck.record({
  rows: FastCheck.array(
    FastCheck.tuple(
      FastCheck.integer({ min: -6, max: 6 }).map((k) => k / 2),
      FastCheck.boolean(),
      FastCheck.constantFrom(1, 1, 2, 0.5)
    ),
    { minLength: 2, maxLength: 9 }
  ).filter((rows) => new Set(rows.map(([, positive]) => positive)).size === 2),
  margin: FastCheck.constantFrom(0, 0.5, 1, 3),
  denominator: FastCheck.constantFrom("rate" as const, "count" as const)
}).map(({ rows, ...options }) => Scene.make(rows, options))

const errorsOf = (scene: Scene.Scene) => read(scene).errors as Errors

const bestOf = (scene: Scene.Scene, loss: "aum" | "crossEntropy") =>
  Result.getOrThrow(search(scene, gradientOf(read(scene), loss)!)).best

describe("the curves", () => {
  it("have AUM as the area under the lesser error", () => {
    FastCheck.assert(
      FastCheck.property(scenes, (scene) => {
        const { aum } = read(scene)
        const area = errorsOf(scene)
          .intervals.filter(({ from, to }) => Number.isFinite(to - from))
          .reduce((sum, { fn, fp, from, to }) => sum + (to - from) * Math.min(fn, fp), 0)
        expect(area).toBeCloseTo(aum as number, 10)
      })
    )
  })

  it("touch at the crossing: false positives are not fewer below it, nor more above it", () => {
    FastCheck.assert(
      FastCheck.property(scenes, (scene) => {
        const { crossing, intervals } = errorsOf(scene)
        for (const { fn, fp, from, to } of intervals) {
          expect([to <= crossing, from >= crossing]).toEqual([fp >= fn, fp < fn])
        }
      })
    )
  })

  it("are absent, with the reason, where a class is missing", () => {
    const { auc, aum, errors, roc } = read(
      Scene.make([
        [1, true],
        [2, true]
      ])
    )
    expect([auc, aum, errors, roc].map((value) => Roc.isUndefined(value) && value.reason)).toEqual(
      [auc, aum, errors, roc].map(() => expect.stringContaining("no negative row has weight"))
    )
  })
})

describe("the way down", () => {
  it("has the AUM that the scores on it have, at each corner and beyond", () => {
    FastCheck.assert(
      FastCheck.property(scenes, FastCheck.constantFrom("aum" as const, "crossEntropy" as const), (scene, loss) => {
        const direction = gradientOf(read(scene), loss)!
        const profile = Result.getOrThrow(search(scene, direction))
        for (const { step, value } of aumAlong(profile, profile.best.step * 1.5 + 1)) {
          expect(read(Scene.descend(scene, direction, step)).aum).toBeCloseTo(value, 8)
        }
      })
    )
  })

  it("ends where no step on it has less AUM", () => {
    FastCheck.assert(
      FastCheck.property(scenes, (scene) => {
        const direction = gradientOf(read(scene), "aum")!
        const { best } = Result.getOrThrow(search(scene, direction))
        const at = (step: number) => read(Scene.descend(scene, direction, step)).aum as number
        expect(at(best.step)).toBeCloseTo(best.aum, 8)
        for (const share of [0, 0.3, 0.9, 1.1, 2]) expect(at(best.step * share)).toBeGreaterThan(best.aum - 1e-9)
      })
    )
  })

  it("begins with the cross-entropy of the scene", () => {
    const { scene } = preset("overlap")
    const { crossEntropy, crossEntropyGradient } = read(scene)
    const [first, next] = crossEntropyAlong(scene, crossEntropyGradient, 1e-6, 2)
    expect(first!.value).toBe(crossEntropy)
    const slope = crossEntropyGradient.reduce((sum, g) => sum - g * g, 0)
    expect((next!.value - first!.value) / 1e-6).toBeCloseTo(slope, 6)
  })

  it("is none without both classes", () => {
    const found = search(Scene.make([[1, true]], { denominator: "count" }), Float64Array.of(1))
    expect(Result.isFailure(found) && found.failure).toContain("total of the false positives")
  })
})

describe("what presets say", () => {
  const gradient = (scene: Scene.Scene, loss: "aum" | "crossEntropy") => Array.from(gradientOf(read(scene), loss)!)

  it("overlap: AUM pulls alike, less at the crossing, and not all; cross-entropy pulls all", () => {
    const { scene } = preset("overlap")
    const slopes = gradient(scene, "aum")
    expect(new Set(slopes.filter((slope) => slope > 0.1))).toEqual(new Set([1 / 6]))
    expect(new Set(slopes.filter((slope) => slope < 0))).toEqual(new Set([-1 / 5]))
    expect(slopes.filter((slope) => slope > 0 && slope < 0.1)).toHaveLength(1)
    expect(slopes.filter((slope) => slope === 0)).toHaveLength(6)
    expect(gradient(scene, "crossEntropy").every((slope) => slope !== 0)).toBe(true)
  })

  it("overlap: one that is dragged lowers AUM by a sixth of the way, until it is right by the margin", () => {
    const { scene } = preset("overlap")
    const at = (score: number) => read(Scene.move(scene, 5, score))
    expect((at(1.2).aum as number) - (at(-0.5).aum as number)).toBeCloseTo(1.7 / 6, 12)
    expect(at(-2.5).aum).toBeCloseTo(at(-1.2).aum as number, 12)
    expect(at(-2.5).crossEntropy).toBeLessThan(at(-1.2).crossEntropy)
  })

  it("perfect: AUM is 0 and pulls nothing, until the margin is larger", () => {
    const { scene } = preset("perfect")
    expect(read(scene).aum).toBe(0)
    expect(gradient(scene, "aum").every((slope) => slope === 0)).toBe(true)
    expect(gradient(scene, "crossEntropy").every((slope) => slope !== 0)).toBe(true)
    expect(gradient({ ...scene, margin: 2 }, "aum").some((slope) => slope !== 0)).toBe(true)
  })

  it("outlier: AUM grows by a sixth of the way, and the gradient stays", () => {
    const { scene } = preset("outlier")
    const farther = Scene.move(scene, 5, 7.2)
    expect((read(farther).aum as number) - (read(scene).aum as number)).toBeCloseTo(0.5, 12)
    expect(gradient(farther, "aum")).toEqual(gradient(scene, "aum"))
  })

  it("ties: AUM 0, AUC 0.5, no way down; with a margin one search ranks everything", () => {
    const { scene } = preset("ties")
    const { auc, aum, derivatives } = read(scene)
    expect([aum, auc]).toEqual([0, 0.5])
    expect(derivatives!.left).not.toEqual(derivatives!.right)
    expect(bestOf(scene, "aum").step).toBe(0)
    const parted = { ...scene, margin: 1 }
    expect(read(parted).aum).toBe(1)
    const after = Scene.descend(parted, gradient(parted, "aum"), bestOf(parted, "aum").step)
    expect(read(after).auc).toBe(1)
  })

  it("rare: 15 times as hard, alike by count, and cross-entropy never harder than 1/64", () => {
    const { scene } = preset("rare")
    const steepest = (slopes: ReadonlyArray<number>) => [
      Math.max(...slopes),
      Math.max(...slopes.map((slope) => -slope))
    ]
    const [negative, positive] = steepest(gradient(scene, "aum"))
    expect(positive! / negative!).toBeCloseTo(15, 12)
    expect(steepest(gradient({ ...scene, denominator: "count" }, "aum"))).toEqual([1, 1])
    expect(Math.max(...steepest(gradient(scene, "crossEntropy")))).toBeLessThan(1 / 64)
  })

  it("reversed: one search turns AUC 0 into 1, with AUM 0", () => {
    const { scene } = preset("reversed")
    expect(read(scene).auc).toBe(0)
    expect(new Set(gradient(scene, "aum").map(Math.abs))).toEqual(new Set([0.25]))
    const after = read(Scene.descend(scene, gradient(scene, "aum"), bestOf(scene, "aum").step))
    expect(after.auc).toBe(1)
    expect(after.aum).toBeCloseTo(0, 12)
  })
})
