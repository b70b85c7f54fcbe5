import { describe, expect, it } from "vitest"
import * as History from "../src/History.ts"
import * as Link from "../src/Link.ts"
import { presets } from "../src/presets.ts"
import * as Scene from "../src/Scene.ts"

const scene = Scene.make([
  [1, false],
  [-0.5, true, 2],
  [1, true]
])

const scores = ({ examples }: Scene.Scene) => examples.map(({ score }) => score)

describe("edits", () => {
  it("change one example and leave the scene that was", () => {
    expect(scores(Scene.move(scene, 1, 4))).toEqual([1, 4, 1])
    expect(Scene.flip(scene, 0).examples.map(({ positive }) => positive)).toEqual([true, true, true])
    expect(Scene.weigh(scene, 2, 3).examples.map(({ weight }) => weight)).toEqual([1, 2, 3])
    expect(scores(scene)).toEqual([1, -0.5, 1])
  })

  it("stay within the limits, and know no −0", () => {
    expect(scores(Scene.move(scene, 0, 1e9))[0]).toBe(1000)
    expect(Object.is(scores(Scene.move(scene, 0, -0))[0], 0)).toBe(true)
    expect(Scene.weigh(scene, 0, 0).examples[0]!.weight).toBe(0.1)
    const full = Array.from({ length: 100 }).reduce<Scene.Scene>((all) => Scene.add(all, true), scene)
    expect(full.examples).toHaveLength(100)
    const single = Scene.remove(Scene.remove(scene, 0), 1)
    expect(Scene.remove(single, 2)).toBe(single)
  })

  it("give a new example an id that none has", () => {
    const added = Scene.add(Scene.remove(scene, 1), false, 3)
    expect(added.examples.map(({ id }) => id)).toEqual([0, 2, 3])
  })

  it("descend against a direction", () => {
    expect(scores(Scene.descend(scene, [1, -1, 0.5], 2))).toEqual([-1, 1.5, 0])
  })
})

it("lists examples as added, by score and by class, those that tie as added", () => {
  expect(Scene.sorted(scene, "added")).toEqual([0, 1, 2])
  expect(Scene.sorted(scene, "score")).toEqual([0, 2, 1])
  expect(Scene.sorted(scene, "class")).toEqual([2, 1, 0])
})

describe("history", () => {
  const three = History.push(History.push(History.make(1), 2), 3)

  it("goes back and forth, and forgets what was undone when something else is done", () => {
    expect(History.undo(three).present).toBe(2)
    expect(History.redo(History.undo(three))).toMatchObject({ present: 3, past: [1, 2], future: [] })
    expect(History.redo(History.push(History.undo(three), 4))).toMatchObject({ present: 4, past: [1, 2] })
    expect(History.undo(History.make(1)).present).toBe(1)
  })

  it("takes edits of one name in a row for one", () => {
    const pulled = [4, 5, 6].reduce((history, value) => History.push(history, value, "margin"), three)
    expect(History.undo(pulled).present).toBe(3)
    expect(History.undo(History.push(pulled, 7, "score")).present).toBe(6)
    expect(History.undo(History.push(History.undo(pulled), 8, "margin")).present).toBe(3)
  })
})

describe("links", () => {
  it.each(presets.map(({ name, scene }) => ({ name, scene })))("bring back a scene: $name", ({ scene }) => {
    expect(Link.read(Link.write(scene))).toEqual(scene)
  })

  it("bring back weights, counts, and scores to the last bit", () => {
    const given = Scene.make(
      [
        [0.1 + 0.2, true, 2.5],
        [-1e-7, false]
      ],
      { margin: 0, denominator: "count" }
    )
    expect(Link.read(Link.write(given))).toEqual(given)
    expect(Link.write(given)).toBe("#examples=p0.30000000000000004w2.5,n-1e-7&margin=0&errors=count")
  })

  it.each([
    "",
    "#",
    "#what-is-what",
    "#examples=",
    "#examples=p1,q2",
    "#examples=p1,n",
    "#examples=p1,n--2",
    "#examples=p1e9",
    "#examples=p1w0",
    "#examples=p1&margin=-1",
    "#examples=p1&margin=x",
    "#examples=p1&errors=share",
    `#examples=${Array.from({ length: 101 }, () => "p1").join(",")}`
  ])("that are none are refused: %s", (fragment) => {
    expect(Link.read(fragment)).toBeUndefined()
  })
})
