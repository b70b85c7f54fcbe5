/**
 * Pipelines as pictures: Mermaid for documents, lines of text for terminals.
 */
import * as Result from "effect/Result"
import type { Layer } from "../Nn.ts"
import * as Pipeline from "../Pipeline.ts"

/** What is known of the task a pipeline is drawn for: feature columns at the ingress, outputs of the head. */
export interface Known {
  readonly features?: number | undefined
  readonly outputs?: number | undefined
}

const words = (value: unknown): string =>
  Array.isArray(value)
    ? value.length > 4
      ? `${value.length} columns`
      : value.map(words).join(" ")
    : typeof value === "object" && value !== null
      ? Object.entries(value)
          .map(([key, inner]) => `${key} ${words(inner)}`)
          .join(" ")
      : String(value)

const label = (stage: Pipeline.Stage): string => {
  const options = Object.entries(stage.options).map(([key, value]) => `${key}: ${words(value)}`)
  return options.length === 0 ? stage.definition.id : `${stage.definition.id} (${options.join(", ")})`
}

/** The shape of what leaves each stage, as text: "rows × 20", with names where a number is not known yet. */
const shapes = (self: Pipeline.Any, known: Known): ReadonlyArray<string> => {
  let width: string = "features"
  return self.stages.map((stage) => {
    const { definition, options } = stage
    switch (definition.kind) {
      case "preprocess":
        return "columns"
      case "ingress": {
        const names = options["columns"]
        width = String(Array.isArray(names) ? names.length : (known.features ?? "features"))
        return `rows × ${width}`
      }
      case "layer":
      case "head": {
        const decoded = Result.getOrUndefined(Pipeline.resolve(stage))
        const next =
          decoded === undefined
            ? Number.NaN
            : (definition as Layer).width(decoded, Number(width), known.outputs ?? Number.NaN)
        if (!Number.isNaN(next)) width = String(next)
        else if (definition.kind === "head") width = "outputs"
        return `rows × ${width}`
      }
      case "loss":
        return "value and gradient"
      case "optimizer":
        return "updates"
      default:
        return ""
    }
  })
}

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;")

/**
 * Draws a pipeline as a Mermaid flowchart, a node a stage, with the shape of the data on each edge.
 *
 * `features` and `outputs`, where given, replace the names of unknown widths by numbers.
 */
export const toMermaid = (self: Pipeline.Any, known: Known = {}): string => {
  const after = shapes(self, known)
  const nodes = self.stages.map((stage, i) => `  s${i}["${escape(label(stage))}"]`)
  const edges = self.stages.slice(1).map((_, i) => `  s${i} -- "${escape(after[i]!)}" --> s${i + 1}`)
  return ["flowchart LR", '  task(["task"])', ...nodes, '  task -- "columns" --> s0', ...edges].join("\n")
}

/** Writes a pipeline as lines of text, a stage a line, with the shape after each. */
export const toText = (self: Pipeline.Any, known: Known = {}): string => {
  const labels = self.stages.map(label)
  const after = shapes(self, known)
  const longest = Math.max(...labels.map((text) => text.length))
  return labels.map((text, i) => (after[i] === "" ? text : `${text.padEnd(longest)}  → ${after[i]}`)).join("\n")
}
