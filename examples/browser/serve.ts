/**
 * Trains a model of made-up patients and serves a page that predicts by it.
 *
 * Run it by `npm run build:browser && npx node examples/browser/serve.ts`; README.md tells the story.
 */
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import { Auto, Ingress, Learner, Model, Nn, Optimizer, Preprocess, Saved, Task } from "@rocflow/core"
import { Bce } from "@rocflow/losses"
import * as Effect from "effect/Effect"

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

// ---------------------------------------------------------------------------------------------------------- the model

const learner = Preprocess.robust().pipe(
  Ingress.numeric(),
  Nn.linear(8),
  Nn.relu(),
  Nn.head(),
  Bce.loss(),
  Optimizer.adam({ learningRate: 0.01 }),
  Model.classif({ epochs: 30 })
)

/** The trained model. A factor has its levels in the model, so that a form can offer them. */
export const model = Effect.gen(function* () {
  const patients = yield* Task.fromFile(path("../main-job/data.csv"), {
    columns: { referral: "factor" },
    target: "outcome",
    positive: "relapse",
    subset: "clinic"
  })
  return yield* Learner.train(learner, patients, { seed: 1 })
})

// ----------------------------------------------------------------------------------------------------------- the page

/** The files of the page by their addresses, with the bundle that predicts. */
export const site = (trained: Effect.Success<typeof model>, bundle: string) => {
  const file = (type: string, name: string) => ({ type, body: readFileSync(path(name), "utf8") })
  return new Map([
    ["/", file("text/html", "index.html")],
    ["/page.css", file("text/css", "page.css")],
    ["/page.js", file("text/javascript", "page.js")],
    ["/rocflow.js", { type: "text/javascript", body: bundle }],
    ["/model.json", { type: "application/json", body: JSON.stringify(Saved.toJson(trained)) }]
  ])
}

if (import.meta.main) {
  const trained = await Effect.runPromise(model.pipe(Effect.provide(Auto.layer())))
  const files = site(trained, readFileSync(path("../../packages/browser/dist/rocflow.js"), "utf8"))
  createServer(({ url = "/" }, response) => {
    const file = files.get(url)
    if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { "content-type": `${file.type}; charset=utf-8` }).end(file.body)
  }).listen(8080, "127.0.0.1", () => process.stdout.write("http://127.0.0.1:8080\n"))
}
