/** A network with branches, an image and repeated layers, from its file to a run. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { changed, data, folder, remove, rocflow } from "./support/cli.ts"

const network = changed(
  ["features: [x, z]", "features: [x, z, s]"],
  [
    "- Preprocess.standardise\n      - Ingress.numeric",
    `- type: Merge.concat
        branches:
          picture:
            - { type: Preprocess.select, columns: [x, z] }
            - Preprocess.standardise
            - Ingress.numeric
            - { type: Nn.reshape, shape: [2, 1, 1] }
            - { type: Nn.conv2d, filters: 3, size: [2, 1], padding: same }
            - { type: Nn.block, count: 2, body: [{ type: Nn.conv2d, filters: 3, size: 1 }, Nn.relu] }
            - { type: Nn.maxPool2d, size: [2, 1] }
            - Nn.flatten
          text: [{ type: Preprocess.select, columns: [s] }, Preprocess.oneHot, Ingress.numeric]`
  ]
)

let home: string
beforeAll(() => {
  home = folder({
    "d.csv": data(),
    "network.yaml": network,
    "robust.yaml": changed(
      ["features: [x, z]", "features: [x, z, s]"],
      ["Preprocess.standardise", "Preprocess.robust"]
    ),
    "wrong.yaml": network.replace("shape: [2, 1, 1]", "shape: [3, 1, 1]")
  })
})
afterAll(() => remove(home))

describe("a network with branches, an image and repeated layers", () => {
  it("is inspected with the shape after every stage, as the task has it", async () => {
    const { code, stdout } = await rocflow(["inspect", "network.yaml"], home)
    expect(code).toBe(0)
    const at = stdout.indexOf("  picture:")
    expect(`\n${stdout.slice(at, stdout.indexOf("\n  Bce.loss"))}`).toBe(`
  picture:
    Preprocess.select (columns: x z)                  → 2 columns
    Preprocess.standardise                            → 2 columns
    Ingress.numeric                                   → rows × 2
    Nn.reshape (shape: 2 1 1)                         → rows × 2 × 1 × 1
    Nn.conv2d (filters: 3, size: 2 1, padding: same)  → rows × 2 × 1 × 3
    block:
      Nn.conv2d (filters: 3, size: 1)                 → rows × 2 × 1 × 3
      Nn.relu                                         → rows × 2 × 1 × 3
    Nn.block (count: 2)                               → rows × 2 × 1 × 3
    Nn.maxPool2d (size: 2 1)                          → rows × 1 × 1 × 3
    Nn.flatten                                        → rows × 3
  text:
    Preprocess.select (columns: s)                    → 1 column
    Preprocess.oneHot                                 → 3 columns
    Ingress.numeric                                   → rows × 3
  Merge.concat                                        → rows × 6
  Nn.head                                             → rows × 1`)
  })

  it("is inspected with what a stage chose to do", async () => {
    const { code, stdout } = await rocflow(["inspect", "robust.yaml"], home)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}columns on d: 3 → robust \d+$/m)
    expect(stdout).toMatch(/^ {2}robust on d: scales numbers by median and quartiles$/m)
    expect(stdout).toMatch(/^ {2}robust on d: makes a 0\/1 column of each level of s$/m)
  })

  it("is drawn with the shape on every edge", async () => {
    const { stdout } = await rocflow(["inspect", "network.yaml", "--format", "mermaid"], home)
    const edges = stdout.split("\n").filter((line) => line.includes("-->"))
    expect(edges.length).toBeGreaterThan(15)
    expect(
      edges.filter((edge) => !/-- "(rows( × \d+)+|\d+ columns?|value and gradient|updates)" -->/.test(edge))
    ).toEqual([])
  })

  it("says which layer does not take the rows that come to it", async () => {
    const { code, stderr } = await rocflow(["inspect", "wrong.yaml"], home)
    expect(code).toBe(1)
    expect(stderr).toContain(
      "picture/reshape: got rows × 2 (2 numbers a row), expected rows of 3·1·1 = 3 numbers, for the shape [3, 1, 1]; "
    )
  })

  it("trains", async () => {
    const { code, stderr } = await rocflow(["run", "network.yaml", "--out", "run", "--workers", "1"], home)
    expect(stderr).not.toMatch(/failed/)
    expect(code).toBe(0)
  }, 60_000)
})
