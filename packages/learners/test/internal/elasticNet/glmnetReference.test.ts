import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { cvElasticNet } from "../../../src/internal/elasticNet/crossValidated.ts"
import { elasticNet } from "../../../src/internal/elasticNet/elasticNet.ts"
import type { ElasticNetProblem, Family } from "../../../src/internal/elasticNet/problem.ts"

// Fits of R glmnet 4.1.6 to public data, which are not part of this repository.
const folder = fileURLToPath(new URL("../../../../../../shared/data/", import.meta.url))
const file = `${folder}glmnet-reference.json`

interface Reference {
  readonly name: string
  readonly alpha: number
  readonly lambda: ReadonlyArray<number>
  readonly "dev.ratio": ReadonlyArray<number>
  readonly df: ReadonlyArray<number>
  readonly pick: ReadonlyArray<number>
  readonly coefficients: ReadonlyArray<ReadonlyArray<number>> | Record<string, ReadonlyArray<ReadonlyArray<number>>>
  readonly cvm: ReadonlyArray<number>
  readonly cvsd: ReadonlyArray<number>
  readonly "lambda.min": number
  readonly "lambda.1se": number
}

const read = (
  name: string,
  family: Family,
  isFeature: (column: string) => boolean,
  response: (row: ReadonlyArray<string>) => number
): ElasticNetProblem => {
  const [header, ...lines] = readFileSync(`${folder}${name}`, "utf8").trim().split("\n")
  const rows = lines.map((line) => line.trim().split(","))
  const columns = header.trim().split(",")
  const features = columns.flatMap((column, c) => (isFeature(column) ? [c] : []))
  const n = rows.length
  const x = Float64Array.from({ length: n * features.length }, (_, t) =>
    Number(rows[t % n][features[Math.floor(t / n)]])
  )
  return { family, n, p: features.length, x, y: rows.map(response) }
}

const sonar = (): ElasticNetProblem =>
  read(
    "sonar.csv",
    "binomial",
    (c) => c !== "Class",
    (row) => (row[60] === "M" ? 1 : 0)
  )

const problems: ReadonlyArray<readonly [string, () => ElasticNetProblem]> = [
  ["sonar, binomial lasso", sonar],
  ["sonar, binomial, alpha 0.5", sonar],
  [
    "sonar, gaussian lasso",
    () =>
      read(
        "sonar.csv",
        "gaussian",
        (c) => c !== "Class" && c !== "V11",
        (row) => Number(row[10])
      )
  ],
  [
    "waveform, multinomial lasso",
    () =>
      read(
        "waveform.csv",
        "multinomial",
        (c) => c.startsWith("x."),
        (row) => Number(row[0]) - 1
      )
  ],
  [
    "CanadaFires, binomial lasso",
    () =>
      read(
        "CanadaFires_downSampled.csv",
        "binomial",
        (c) => c !== "y" && c !== "subset",
        (row) => (row[0] === "burned" ? 1 : 0)
      )
  ]
]

describe.skipIf(!existsSync(file))(`glmnet 4.1.6 (${existsSync(file) ? "" : "skipped, no "}reference fits)`, () => {
  const references = (): ReadonlyArray<Reference> => JSON.parse(readFileSync(file, "utf8"))

  it.each(problems.map(([name, problem], index) => [name, index, problem] as const))("%s", (_, index, problem) => {
    const reference = references()[index]
    const { p, ...rest } = problem()
    const fit = elasticNet({ p, ...rest }, { alpha: reference.alpha, nlambda: 40, lambdaMinRatio: 0.02, thresh: 1e-12 })
    const length = reference.lambda.length
    expect(fit.lambda.length).toBe(length)
    reference.lambda.forEach((lambda, l) => expect(Math.abs(fit.lambda[l] / lambda - 1)).toBeLessThan(1e-10))
    reference["dev.ratio"].forEach((ratio, l) => expect(Math.abs(fit.devRatio[l] - ratio)).toBeLessThan(1e-5))
    expect([...fit.df]).toEqual(reference.df)
    const perClass = Array.isArray(reference.coefficients)
      ? [reference.coefficients]
      : Object.values(reference.coefficients)
    perClass.forEach((coefficients, k) => {
      reference.pick.forEach((l, row) => {
        const at = k * length + l
        const ours = [fit.a0[at], ...fit.beta.subarray(at * p, (at + 1) * p)]
        const largest = Math.max(...coefficients[row].map(Math.abs))
        ours.forEach((value, j) => expect(Math.abs(value - coefficients[row][j]) / largest).toBeLessThan(1e-4))
      })
    })
  })

  // length(glmnet(x, y, family = …, alpha = …, thresh = 1e-12)$lambda); at its default thresh of 1e-7 glmnet's own fits, and so
  // the gains, are less exact, and the paths have 77, 81 and 97 penalties.
  it.each([
    ["waveform, multinomial lasso", 1, 76],
    ["waveform, multinomial lasso", 0.5, 81],
    ["sonar, gaussian lasso", 1, 94]
  ] as const)("ends the path of %s, alpha %s, after %s penalties", (name, alpha, length) => {
    const problem = problems.find(([known]) => known === name)![1]()
    expect(elasticNet(problem, { alpha, thresh: 1e-12 }).lambda.length).toBe(length)
    expect(Math.abs(elasticNet(problem, { alpha }).lambda.length - length)).toBeLessThanOrEqual(2)
  })

  it("sonar, cross-validated", () => {
    const reference = references()[5]
    const problem = sonar()
    const foldId = Int32Array.from({ length: problem.n }, (_, i) => i % 10)
    const cv = cvElasticNet(problem, foldId, { nlambda: 40, lambdaMinRatio: 0.02, thresh: 1e-10 })
    reference.cvm.forEach((error, l) => expect(Math.abs(cv.cvm[l] / error - 1)).toBeLessThan(1e-4))
    reference.cvsd.forEach((error, l) => expect(Math.abs(cv.cvsd[l] / error - 1)).toBeLessThan(2e-4))
    expect(cv.lambdaMin).toBeCloseTo(reference["lambda.min"], 12)
    expect(cv.lambda1se).toBeCloseTo(reference["lambda.1se"], 12)
  })
})
