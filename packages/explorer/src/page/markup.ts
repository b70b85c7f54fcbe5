/** The document of the explorer, as text: made once, when the page is built. */
import { presets } from "../presets.ts"
import { style } from "./style.ts"

/** The script and the style of a page, each with the hash that lets it in, as a content security policy writes it. */
export interface Contents {
  readonly script: string
  readonly hashOf: (text: string) => string
}

const button = (id: string, words: string, more = ""): string =>
  `<button type="button" id="${id}"${more}>${words}</button>`

const swatch = (inner: string): string =>
  `<svg class="swatch" width="26" height="14" viewBox="0 0 26 14" aria-hidden="true">${inner}</svg>`

const legend = `<ul class="legend">
<li>${swatch('<circle class="mark positive" cx="13" cy="7" r="5.5"/>')}positive</li>
<li>${swatch('<rect class="mark negative" x="8" y="2" width="10" height="10" rx="1"/>')}negative</li>
<li>${swatch('<path class="reach plain" d="M2 7h22M24 3v8"/>')}half of the margin</li>
<li>${swatch('<path class="shaft aum" d="M1 7h16"/><path class="head aum" d="M25 7l-9 -4.6v9.2z"/>')}where AUM pulls</li>
<li>${swatch('<path class="shaft entropy" d="M1 7h16"/><path class="head entropy" d="M25 7l-9 -4.6v9.2z"/>')}where cross-entropy pulls</li>
<li>${swatch('<g class="ghost"><circle class="mark positive" cx="13" cy="7" r="3.6"/></g>')}after a gradient step</li>
<li>${swatch('<path class="crossing" d="M13 0v14"/>')}crossing of the errors</li>
</ul>`

const number = (id: string, title: string): string =>
  `<div><dt>${title}</dt><dd><data id="${id}" value=""></data></dd></div>`

const numbers = `<section class="figures" aria-label="Losses">
<dl class="numbers">
${number("aum", "AUM")}
${number("auc", "AUC")}
${number("cross-entropy", "cross-entropy")}
</dl>
</section>`

const stage = `<section class="stage" aria-labelledby="examples-title">
<h2 id="examples-title">Scores of the examples</h2>
<p class="quiet" id="how">Drag a mark along its row, or move the one that has the focus: <kbd>←</kbd> <kbd>→</kbd> by 0.1, with <kbd>Shift</kbd> by 1; <kbd>↑</kbd> <kbd>↓</kbd> go to another one, <kbd>Enter</kbd> flips its label, <kbd>Delete</kbd> removes it.</p>
<div class="bar">
${button("add-positive", "+ positive")}${button("add-negative", "+ negative")}
<label>order <select id="order"><option value="added">as added</option><option value="score">by score</option><option value="class">by class</option></select></label>
<span class="gap"></span>
${button("undo", "Undo")}${button("redo", "Redo")}${button("reset", "Reset")}${button("share", "Copy link")}
</div>
<svg id="examples" role="group" aria-labelledby="examples-title" aria-describedby="how"><g class="ground" aria-hidden="true"></g><g class="marks"></g></svg>
<svg id="errors" role="img"></svg>
${legend}
<fieldset class="bar"><legend id="chosen-name"></legend>
${button("flip", "Flip label")}
<label>score <input type="number" id="score" step="0.1" min="-1000" max="1000"></label>
<label>weight <input type="number" id="weight" step="0.5" min="0.1" max="100"></label>
${button("remove", "Remove")}
</fieldset>
<fieldset class="bar"><legend>AUM with</legend>
<label>errors as <select id="errors-as"><option value="rate">rates</option><option value="count">counts</option></select></label>
<label class="slider">margin <output id="margin-value" for="margin"></output><input type="range" id="margin" min="0" max="4" step="0.1"></label>
</fieldset>
</section>`

const side = `<div class="side">
<section aria-labelledby="descend-title">
<h2 id="descend-title">Go downhill</h2>
<fieldset class="bar"><legend>along the arrows of</legend>
<label><input type="radio" name="loss" value="aum" checked> AUM</label>
<label><input type="radio" name="loss" value="crossEntropy"> cross-entropy</label>
</fieldset>
<label class="slider">length of a step <output id="rate-value" for="rate"></output><input type="range" id="rate" min="0" step="1"></label>
<div class="bar">${button("step", "Gradient step")}${button("search", "Exact line search", ' class="main"')}</div>
<p id="status" role="status"></p>
<svg id="profile" role="img"></svg>
<ul class="legend">
<li>${swatch('<path class="curve aum" d="M1 7h24"/>')}AUM</li>
<li>${swatch('<path class="curve entropy" d="M1 7h24"/>')}cross-entropy</li>
<li>${swatch('<path class="crossing" d="M13 0v14"/>')}a gradient step</li>
</ul>
</section>
<section aria-labelledby="roc-title">
<h2 id="roc-title">ROC curve</h2>
<svg id="roc" role="img"></svg>
<p class="quiet">A point is blue where FPR is the lesser error, orange where FNR is; the dashed line, FPR = FNR, divides them.</p>
</section>
</div>`

const words = `<section class="words" aria-labelledby="what-title">
<details id="numbers">
<summary>All numbers</summary>
<div class="scroll" role="region" tabindex="0" aria-label="All numbers">
<table><caption>Left and right are one-sided derivatives of AUM; its gradient is their mean. An arrow goes against the gradient.</caption>
<thead><tr><th scope="col">example</th><th scope="col">label</th><th scope="col" class="num">score</th><th scope="col" class="num">weight</th><th scope="col" class="num">left</th><th scope="col" class="num">right</th><th scope="col" class="num">gradient of AUM</th><th scope="col" class="num">of cross-entropy</th></tr></thead>
<tbody id="rows"></tbody></table>
</div>
</details>
<h2 id="what-title">What is what</h2>
<p>Call an example positive where its score is above a threshold. FPR is the share of the negatives that are called positive, FNR the share of the positives that are not. <strong>AUM</strong> is the area under the lesser of the two over all thresholds. Unlike AUC it has a gradient: it is piecewise linear in the scores. With a <strong>margin</strong> m, negatives count as if their scores were m/2 higher and positives as if theirs were m/2 lower; AUM is then 0 exactly when every positive leads every negative by m.</p>
<p>Arrows show minus the gradient, for each loss to its own scale. AUM is piecewise linear along them too, so an <strong>exact line search</strong> finds the least value without trying steps. Every number is computed on this page by <code>@rocflow/losses</code>, as in training; nothing is sent anywhere.</p>
<p>AUM: Hillman and Hocking, JMLR 24(70), 2023. Line search: Fowler and Hocking, arXiv 2410.08635.</p>
</section>`

/** Writes the page: one file that asks for no other, and lets in no script and no style but its own. */
export const document = ({ hashOf, script }: Contents): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '${hashOf(script)}' 'wasm-unsafe-eval'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'">
<title>AUM explorer</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>AUM explorer</h1>
<p class="lead">Drag examples and see what their scores cost: the ROC curve, AUM, and its gradient beside that of cross-entropy.</p>
<fieldset class="bar"><legend>Begin with</legend>
${presets.map(({ name, title }) => button(`preset-${name}`, title, ' aria-pressed="false"')).join("")}
</fieldset>
<p id="remark"></p>
</header>
<main>
${[numbers, stage, side, words].join("\n")}
</main>
<script type="module">${script}</script>
</body>
</html>
`
