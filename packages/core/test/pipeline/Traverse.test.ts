import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Merge from "../../src/pipeline/Merge.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import * as Traverse from "../../src/pipeline/Traverse.ts"
import { complete, registry } from "../support/pipelines.ts"

const valid = (json: unknown) => Result.getOrThrow(Pipeline.fromJson(json, registry))
const pathsOf = ({ stages }: Pipeline.Any) => Traverse.all(stages).map(({ path }) => path)

const scan = Preprocess.standardise().pipe(
  Ingress.numeric(),
  Nn.linear(4),
  Nn.residual((block) => block.pipe(Nn.linear(4), Nn.relu(), Nn.linear(4)))
)
const nested = Merge.concat({ scan, site: Merge.sum({ north: Ingress.numeric(), south: Ingress.numeric() }) }).pipe(
  Nn.linear(3),
  Nn.linear(2),
  Nn.head()
)

describe("paths", () => {
  it("are the last part of the id, with a number from the second of its name on", () => {
    const pipeline = Preprocess.impute({ method: "median" }).pipe(
      Preprocess.impute({ method: "mode" }),
      Ingress.numeric(),
      Nn.linear(3),
      Nn.relu(),
      Nn.linear(2),
      Nn.relu(),
      Nn.linear(2),
      Nn.head()
    )
    expect(pathsOf(pipeline)).toEqual([
      "impute",
      "impute#2",
      "numeric",
      "linear",
      "relu",
      "linear#2",
      "relu#2",
      "linear#3",
      "head"
    ])
  })

  it("stand under the names of branches and blocks, where counting begins anew", () => {
    expect(pathsOf(nested)).toEqual([
      "concat",
      "scan/standardise",
      "scan/numeric",
      "scan/linear",
      "scan/residual",
      "scan/residual/linear",
      "scan/residual/relu",
      "scan/residual/linear#2",
      "site/sum",
      "site/north/numeric",
      "site/south/numeric",
      "linear",
      "linear#2",
      "head"
    ])
  })

  it("are no two the same, of any pipeline", () => {
    fc.assert(
      fc.property(complete, (json) => {
        const paths = pathsOf(valid(json))
        expect(new Set(paths).size).toBe(paths.length)
      })
    )
  })

  it("are not moved by stages of another name", () => {
    fc.assert(
      fc.property(complete, (json) => {
        const without = (stages: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
          stages.filter((stage) => (stage as Pipeline.StageJson).type !== "Nn.relu")
        const fewer = pathsOf(valid(without(json)))
        const own = pathsOf(valid(json)).filter((path) => !/^relu(#\d+)?$/.test(path))
        expect(fewer).toEqual(own)
      })
    )
  })
})

describe("places", () => {
  it("lead to each stage in the JSON form", () => {
    fc.assert(
      fc.property(complete, (json) => {
        for (const { place, stage } of Traverse.all(valid(json).stages)) {
          const found = place.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], json)
          expect(found).toEqual(stage.json)
        }
      })
    )
  })
})

describe("fold", () => {
  it("meets every stage once, each after those before it", () => {
    fc.assert(
      fc.property(complete, (json) => {
        const { stages } = valid(json)
        const met: Array<string> = []
        const meet = (depth: number, { path }: Traverse.Visit) => {
          met.push(path)
          return depth + 1
        }
        Traverse.fold(stages, 0, { stage: meet, join: meet })
        expect([...met].sort()).toEqual(
          Traverse.all(stages)
            .map(({ path }) => path)
            .sort()
        )
      })
    )
  })

  it("begins every branch with what is known before it, and joins their ends by name", () => {
    const trace = Traverse.fold(nested.stages, "start", {
      stage: (sofar, { path }) => `${sofar} ${path}`,
      join: (sofar, { path }, ends) =>
        `${sofar} ${path}(${Array.from(ends, ([name, end]) => `${name}: ${end.slice(sofar.length + 1)}`).join("; ")})`
    })
    expect(trace).toBe(
      "start concat(" +
        "scan: scan/standardise scan/numeric scan/linear scan/residual(body: scan/residual/linear scan/residual/relu scan/residual/linear#2); " +
        "site: site/sum(north: site/north/numeric; south: site/south/numeric)" +
        ") linear linear#2 head"
    )
  })
})
