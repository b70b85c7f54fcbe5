/**
 * Pipelines as pictures: Mermaid for documents, lines of text for terminals.
 */
import * as Result from "effect/Result"
import * as Shape from "../Shape.ts"
import type { Part, PartOf, Stage } from "../Stage.ts"
import * as Traverse from "../Traverse.ts"
import type { Any } from "./pipeline.ts"

/** What is known of the task a pipeline is drawn for. */
export interface Known {
  /** The feature columns of the task. */
  readonly features?: number | undefined
  /** How many there are after each preprocessing stage, by its path. */
  readonly columns?: ReadonlyMap<string, number> | undefined
  /** The shape of one row at each ingress, by its path. */
  readonly inputs?: ReadonlyMap<string, Shape.Shape> | undefined
  /** Outputs of the head. */
  readonly outputs?: number | undefined
}

const pairs = (value: object): string =>
  Object.entries(value)
    .map(([key, inner]) => `${key} ${words(inner)}`)
    .join(" ")

const words = (value: unknown): string => {
  if (Array.isArray(value)) {
    if (value.some((inner) => typeof inner === "object")) {
      // Among stages and transforms, a text is one without options.
      return value.map((inner: unknown) => words(typeof inner === "string" ? { type: inner } : inner)).join(", ")
    }
    return value.length > 4 ? `${value.length} columns` : value.map(words).join(" ")
  }
  if (typeof value !== "object" || value === null) return String(value)
  if (!("type" in value)) return pairs(value)
  const { type, ...options } = value
  if (typeof type !== "string") return pairs(value)
  return [type.slice(type.lastIndexOf(".") + 1), pairs(options)].join(" ").trim()
}

/** The stages inside a stage are drawn by themselves. */
const nested = new Set(["branches", "body"])

const label = ({ id, json: { type: _, ...options } }: Stage): string => {
  const own = Object.entries(options).filter(([key]) => !nested.has(key))
  return own.length === 0 ? id : `${id} (${own.map(([key, value]) => `${key}: ${words(value)}`).join(", ")})`
}

/** What leaves a stage: rows of a shape, whose unknown sizes have a name, or something else in words. */
interface Flow {
  readonly shape: Shape.Shape
  readonly unknown: string
  readonly words: string | undefined
  /** The columns that reach an ingress; NaN if that is not known. */
  readonly columns: number
  /** Whether every layer so far takes the rows that come to it. */
  readonly fits: boolean
}

const describe = ({ shape, unknown, words }: Flow): string =>
  words ?? Shape.toText(shape.map((n) => (Number.isNaN(n) ? unknown : n)))

const said = (flow: Flow, text: string): Flow => ({ ...flow, words: text })

const ofColumns = (flow: Flow, columns: number): Flow => ({
  ...flow,
  columns,
  words: Number.isNaN(columns) ? "columns" : `${columns} column${columns === 1 ? "" : "s"}`
})

const ofShape = (flow: Flow, shape: Shape.Shape, unknown: string): Flow => ({
  ...flow,
  shape,
  unknown,
  words: undefined
})

/** A size that follows from unknown ones. */
const derived = "?"

const afterLayer = (flow: Flow, { kind, layer }: PartOf<"layer" | "head">, outputs: number): Flow => {
  if (!flow.fits) return said(flow, derived)
  const made = layer.shape(flow.shape, outputs)
  if (Result.isSuccess(made)) {
    const fewer = made.success.length < flow.shape.length
    return ofShape(flow, made.success, kind === "head" ? "outputs" : fewer ? derived : flow.unknown)
  }
  // Where sizes are not known, a layer may refuse for that alone.
  if (flow.shape.some(Number.isNaN)) return ofShape(flow, flow.shape, derived)
  const { expected, given } = made.failure
  return { ...flow, words: `does not fit: got ${given}, expected ${expected}`, fits: false }
}

/** What leaves a stage without branches, given what comes to it. */
const after = (flow: Flow, { path, stage }: Traverse.Visit, known: Known): Flow => {
  const part = partOf(stage)
  switch (part?.kind) {
    case "preprocess":
      return ofColumns(flow, known.columns?.get(path) ?? Number.NaN)
    case "ingress":
      return ofShape(flow, known.inputs?.get(path) ?? part.ingress.shape(flow.columns), "features")
    case "layer":
    case "head":
      return afterLayer(flow, part, known.outputs ?? Number.NaN)
    case "loss":
      return said(flow, "value and gradient")
    case "optimizer":
      return said(flow, "updates")
    default:
      return said(flow, "")
  }
}

/** The shape where branches come together: sizes add up when they stand side by side, or one below the other. */
const joined = (part: Part | undefined, before: Flow, ends: ReadonlyArray<Flow>): Flow => {
  const [first] = ends
  if (first === undefined || part === undefined) return before
  const lame = ends.find(({ fits }) => !fits)
  if (lame !== undefined) return said(lame, derived)
  const total = (axis: number) => ends.reduce((sum, { shape }) => sum + (shape.at(axis) ?? Number.NaN), 0)
  const unknown = ends.length > 1 ? derived : first.unknown
  switch (part.kind === "merge" ? part.join : "sum") {
    case "concat":
      return ofShape(first, [...first.shape.slice(0, -1), total(-1)], unknown)
    case "tokens":
      return ofShape(first, [total(0), ...first.shape.slice(1)], unknown)
    default:
      return { ...first, words: undefined }
  }
}

const partOf = ({ bound }: Stage): Part | undefined => (Result.isSuccess(bound) ? bound.success.part : undefined)

const start = ({ features = Number.NaN }: Known): Flow =>
  ofColumns({ shape: [Number.NaN], unknown: "features", words: undefined, columns: features, fits: true }, features)

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;")

/**
 * Draws a pipeline as a Mermaid flowchart, a node a stage, with the shape of the data on each edge.
 *
 * What is known of a task replaces the names of unknown sizes by numbers; a layer that does not take the rows that come to
 * it says so, and what follows from unknown sizes is a question mark.
 */
export const toMermaid = (self: Any, known: Known = {}): string => {
  const nodes: Array<string> = []
  const edges: Array<string> = []
  interface Drawn extends Flow {
    readonly node: string
  }
  const draw = (stage: Stage, sources: ReadonlyArray<Drawn>): string => {
    const node = `s${nodes.length}`
    nodes.push(`  ${node}["${escape(label(stage))}"]`)
    for (const source of sources) edges.push(`  ${source.node} -- "${escape(describe(source))}" --> ${node}`)
    return node
  }
  Traverse.fold<Drawn>(
    self.stages,
    { ...start(known), node: "task" },
    {
      once: true,
      stage: (sofar, visit) => ({ ...after(sofar, visit, known), node: draw(visit.stage, [sofar]) }),
      join: (sofar, { stage }, ends) => {
        const part = partOf(stage)
        const sources = [...ends.values(), ...(part?.kind === "block" && "join" in part ? [sofar] : [])]
        return { ...joined(part, sofar, [...ends.values()]), node: draw(stage, sources) }
      }
    }
  )
  return ["flowchart LR", '  task(["task"])', ...nodes, ...edges].join("\n")
}

/** Writes a pipeline as lines of text, a stage a line, with the shape after each; stages inside a stage are indented. */
export const toText = (self: Any, known: Known = {}): string => {
  const lines: Array<{ readonly text: string; readonly after: string }> = []
  const begun = new Set<string>()
  const push = (path: string, text: string, after: string) => {
    const above = path.split("/").slice(0, -1)
    above.forEach((name, depth) => {
      const branch = above.slice(0, depth + 1).join("/")
      if (begun.has(branch)) return
      begun.add(branch)
      lines.push({ text: `${"  ".repeat(depth)}${name}:`, after: "" })
    })
    lines.push({ text: `${"  ".repeat(above.length)}${text}`, after })
  }
  Traverse.fold(self.stages, start(known), {
    once: true,
    stage: (sofar, visit) => {
      const flow = after(sofar, visit, known)
      push(visit.path, label(visit.stage), describe(flow))
      return flow
    },
    join: (sofar, { stage, path }, ends) => {
      const flow = joined(partOf(stage), sofar, [...ends.values()])
      push(path, label(stage), describe(flow))
      return flow
    }
  })
  const longest = Math.min(60, Math.max(...lines.map(({ text }) => text.length)))
  return lines.map(({ text, after }) => (after === "" ? text : `${text.padEnd(longest)}  → ${after}`)).join("\n")
}
