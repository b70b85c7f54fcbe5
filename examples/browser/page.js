/**
 * A form for the features of a model, and what the model says of what is entered.
 */
import { loadModel } from "./rocflow.js"

const form = document.querySelector("form")
const fields = document.querySelector("#fields")
const button = document.querySelector("button")
const output = document.querySelector("output")

const isNumber = ({ type }) => type === "numeric" || type === "integer"

const option = (level) => new Option(level === null ? "" : level, level ?? "")

/** A field with its label: a choice of the levels that training saw, or a number or text to enter. */
const fieldOf = (feature) => {
  const label = document.createElement("label")
  const field = document.createElement(feature.levels === undefined ? "input" : "select")
  if (feature.levels !== undefined) field.append(...[null, ...feature.levels].map(option))
  else if (isNumber(feature)) Object.assign(field, { type: "number", step: "any" })
  field.name = feature.name
  field.setAttribute("aria-describedby", "hint")
  label.append(feature.name, field)
  return label
}

/** The row that is entered: a value for each feature, null where nothing is. */
const rowOf = (model) => {
  const entered = new FormData(form)
  return Object.fromEntries(
    model.features.map((feature) => {
      const text = entered.get(feature.name)
      return [feature.name, text === "" ? null : isNumber(feature) ? Number(text) : text]
    })
  )
}

const percent = (share) => `${(100 * share).toFixed(1)} %`

try {
  const model = await loadModel("model.json")
  fields.append(...model.features.map(fieldOf))
  button.disabled = false
  output.textContent = ""
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    try {
      const { prob } = await model.predict([rowOf(model)])
      output.textContent = model.levels.map((level) => `${level}: ${percent(prob[0][level])}`).join("\n")
    } catch (error) {
      output.textContent = error.message
    }
  })
} catch (error) {
  output.textContent = error.message
}
