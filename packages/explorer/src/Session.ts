/**
 * What a visit to the page is: scenes with their history, what is chosen, and the last thing that was said. Every control
 * of the page is a function from one session to the next.
 */
import * as Result from "effect/Result"
import { gradientOf, type Loss, search } from "./Descent.ts"
import * as History from "./History.ts"
import type { Preset } from "./presets.ts"
import { read } from "./Reading.ts"
import * as Scene from "./Scene.ts"
import { show, showMeasured } from "./show.ts"

/** A scene and where it came from: `origin` is what Reset goes back to, a preset or the scene of a link. */
export interface Visited {
  readonly scene: Scene.Scene
  readonly origin: Scene.Scene
  readonly preset: Preset | undefined
}

export interface Session {
  readonly history: History.History<Visited>
  /** The id of an example of the scene. */
  readonly selected: number
  readonly order: Scene.Order
  /** Whose arrows are followed. */
  readonly loss: Loss
  /** The length of a gradient step, an index of `rates`. */
  readonly rate: number
  /** What happened last, in a sentence. */
  readonly said: string
}

/** Lengths of gradient steps to choose from. */
export const rates = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100] as const

/** The scene that is shown. */
export const sceneOf = ({ history }: Session): Scene.Scene => history.present.scene

/** Begins with a scene, which another page may have written into the address. */
export const begin = (scene: Scene.Scene, preset?: Preset, said = "Arrows show where each loss pulls."): Session => ({
  history: History.make({ scene, origin: scene, preset }),
  selected: scene.examples[0]!.id,
  order: "added",
  loss: "aum",
  rate: 4,
  said
})

const summary = (scene: Scene.Scene): string => {
  const { auc, aum, crossEntropy } = read(scene)
  return `AUM ${showMeasured(aum)}, AUC ${showMeasured(auc)}, cross-entropy ${show(crossEntropy)}.`
}

/** The example that is selected: the one that was, if it is still there. */
const selectedIn = (scene: Scene.Scene, selected: number): number =>
  scene.examples.some(({ id }) => id === selected) ? selected : scene.examples[0]!.id

const withHistory = (session: Session, history: Session["history"], what = ""): Session => ({
  ...session,
  history,
  selected: selectedIn(history.present.scene, session.selected),
  said: `${what} ${summary(history.present.scene)}`.trim()
})

/** Goes on to a scene. Edits of the same name in a row are undone as one; what changes nothing is none. */
export const edited = (session: Session, scene: Scene.Scene, what?: string, edit?: string): Session =>
  scene === sceneOf(session)
    ? withHistory(session, session.history, what)
    : withHistory(session, History.push(session.history, { ...session.history.present, scene }, edit), what)

export const undone = (session: Session): Session =>
  session.history.past.length === 0
    ? { ...session, said: "There is nothing to undo." }
    : withHistory(session, History.undo(session.history), "Undone.")

export const redone = (session: Session): Session =>
  session.history.future.length === 0
    ? { ...session, said: "There is nothing to do again." }
    : withHistory(session, History.redo(session.history), "Done again.")

/** Goes back to where the page began, which can be undone. */
export const reset = (session: Session): Session => edited(session, session.history.present.origin, "Reset.")

/** Goes on with a preset, which can be undone. */
export const begun = (session: Session, preset: Preset): Session => {
  const { scene } = preset
  return withHistory({ ...session, selected: 0 }, History.push(session.history, { scene, origin: scene, preset }))
}

/** Adds an example where there is one already: in the middle of its class, 0 where the class is empty. */
export const added = (session: Session, positive: boolean): Session => {
  const scene = sceneOf(session)
  const scores = scene.examples.filter((e) => e.positive === positive).map(({ score }) => score)
  const middle = scores.toSorted((a, b) => a - b)[Math.floor(scores.length / 2)] ?? 0
  const next = Scene.add(scene, positive, middle)
  if (next === scene) return { ...session, said: `A scene holds ${Scene.limits.examples} examples; remove one first.` }
  return {
    ...edited(session, next, `A ${positive ? "positive" : "negative"} was added.`),
    selected: next.examples.at(-1)!.id
  }
}

/** Removes an example; the next one in the list is then selected. */
export const removed = (session: Session, id: number): Session => {
  const scene = sceneOf(session)
  const next = Scene.remove(scene, id)
  if (next === scene) return { ...session, said: "The last example stays." }
  const listed = Scene.sorted(scene, session.order)
  const at = listed.indexOf(id)
  const selected = listed[at + 1] ?? listed[at - 1] ?? id
  return edited({ ...session, selected }, next, `Example ${id + 1} was removed.`)
}

const needsBoth = (session: Session): Session => ({ ...session, said: "AUM needs both classes." })

const lossName = { aum: "AUM", crossEntropy: "cross-entropy" } as const

/** Takes a step of the chosen length against the gradient. */
export const stepped = (session: Session): Session => {
  const scene = sceneOf(session)
  const direction = gradientOf(read(scene), session.loss)
  const rate = rates[session.rate]!
  if (direction === undefined) return needsBoth(session)
  if (direction.every((slope) => slope === 0))
    return { ...session, said: `The gradient of ${lossName[session.loss]} is 0.` }
  return edited(
    session,
    Scene.descend(scene, direction, rate),
    `A step of ${show(rate)} along ${lossName[session.loss]}.`
  )
}

/** A gain of AUM that is more than rounding. */
const gain = 1e-9

/** Goes to the least AUM along the arrows of the chosen loss. */
export const searched = (session: Session): Session => {
  const scene = sceneOf(session)
  const reading = read(scene)
  const direction = gradientOf(reading, session.loss)
  if (direction === undefined) return needsBoth(session)
  const found = search(scene, direction)
  if (Result.isFailure(found)) return { ...session, said: `Nothing to search: ${found.failure}` }
  const { aum, step } = found.success.best
  if (Number(reading.aum) - aum < gain)
    return { ...session, said: `No step along ${lossName[session.loss]} lowers AUM.` }
  return edited(
    session,
    Scene.descend(scene, direction, step),
    `Line search: a step of ${show(step)} along ${lossName[session.loss]}, to AUM ${show(aum)}.`
  )
}
