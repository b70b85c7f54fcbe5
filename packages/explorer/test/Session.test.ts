import { describe, expect, it } from "vitest"
import * as Link from "../src/Link.ts"
import { presets } from "../src/presets.ts"
import * as Scene from "../src/Scene.ts"
import * as Session from "../src/Session.ts"

const session = Session.begin(Link.read("#examples=n1,p0,n-1,p2&margin=0")!)
const scoresOf = (session: Session.Session) => Session.sceneOf(session).examples.map(({ score }) => score)

describe("examples", () => {
  it("are added in the middle of their class and selected", () => {
    const added = Session.added(session, false)
    expect(scoresOf(added)).toEqual([1, 0, -1, 2, 1])
    expect(added.selected).toBe(4)
    expect(added.said).toMatch(/^A negative was added\. AUM /)
    expect(scoresOf(Session.added(Session.begin(Link.read("#examples=p3")!), false))).toEqual([3, 0])
  })

  it("are not added beyond the limit", () => {
    const full = Array.from({ length: 96 }).reduce<Session.Session>((all) => Session.added(all, true), session)
    const more = Session.added(full, true)
    expect(Session.sceneOf(more)).toBe(Session.sceneOf(full))
    expect(more.said).toBe("A scene holds 100 examples; remove one first.")
  })

  it("hand the selection to the next in the list when they are removed, but for the last", () => {
    const listed = { ...session, order: "score" as const, selected: 3 }
    expect(Session.removed(listed, 3).selected).toBe(0)
    expect(Session.removed({ ...listed, selected: 2 }, 2).selected).toBe(1)
    const single = Session.begin(Link.read("#examples=p3")!)
    expect(Session.removed(single, 0)).toEqual({ ...single, said: "The last example stays." })
  })
})

describe("undo", () => {
  it("goes back over presets, with what was selected if it is still there", () => {
    const begun = Session.begun({ ...session, selected: 3 }, presets[1]!)
    expect(begun).toMatchObject({ selected: 0, history: { present: { preset: { name: "perfect" } } } })
    const undone = Session.undone(begun)
    expect(scoresOf(undone)).toEqual(scoresOf(session))
    expect(undone.history.present.preset).toBeUndefined()
    expect(Session.redone(undone).history.present.preset?.name).toBe("perfect")
  })

  it("takes back a reset; a reset that changes nothing is no edit", () => {
    const moved = Session.edited(session, Scene.move(Session.sceneOf(session), 0, 5))
    expect(scoresOf(Session.reset(moved))).toEqual([1, 0, -1, 2])
    expect(scoresOf(Session.undone(Session.reset(moved)))).toEqual([5, 0, -1, 2])
    expect(Session.reset(session).history.past).toEqual([])
    expect(Session.undone(session).said).toBe("There is nothing to undo.")
    expect(Session.redone(session).said).toBe("There is nothing to do again.")
  })
})

describe("steps", () => {
  it("go against the gradient by the length that is chosen", () => {
    // By rate: the negative at 1 has the slope 1/2, the positive at 0 has −1/2, the others 0; rates[3] is 1.
    expect(scoresOf(Session.stepped({ ...session, rate: 3 }))).toEqual([0.5, 0.5, -1, 2])
  })

  it("by line search go to the least AUM, and say so", () => {
    const searched = Session.searched(session)
    expect(scoresOf(searched)).toEqual([0.5, 0.5, -1, 2])
    // Cross-entropy: (log(1 + e^0.5) + log(1 + e^−0.5) + log(1 + e^−1) + log(1 + e^−2)) / 4
    expect(searched.said).toBe("Line search: a step of 1 along AUM, to AUM 0. AUM 0, AUC 0.875, cross-entropy 0.4721.")
    expect(Session.searched(searched).said).toBe("No step along AUM lowers AUM.")
  })

  it("say why there is none", () => {
    const perfect = Session.begin(presets[1]!.scene)
    expect(Session.stepped(perfect).said).toBe("The gradient of AUM is 0.")
    expect(Session.searched({ ...perfect, loss: "crossEntropy" }).said).toBe("No step along cross-entropy lowers AUM.")
    const single = Session.begin(Link.read("#examples=p1,p2")!)
    expect(Session.stepped(single).said).toBe("AUM needs both classes.")
    expect(Session.searched({ ...single, loss: "crossEntropy" }).said).toMatch(
      /^Nothing to search: the false positives add/
    )
  })
})
