/** How many panels stand side by side at most, where a figure says so; a page may forbid styles in attributes. */
const columns = [1, 2, 3, 4, 5]

/** How many times as wide as others panels are: a place has a step of a quarter. */
const spans = Array.from({ length: 13 }, (_, quarter) => 1 + quarter / 4)

/** The one of these that a panel gets which spans so much. */
export const spanOf = (span: number): number => spans.find((each) => each >= span) ?? spans.at(-1)!

/**
 * The style of the figures that `Figure.toHtml` writes, in a page that says the colours `--text`, `--muted`, `--line`, `--better`
 * and `--worse`.
 */
export const figureStyle = `
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr));gap:.6rem 1.7rem;align-items:start}
.cards:has(.strips){grid-template-columns:repeat(auto-fit,minmax(min(100%,33rem),1fr))}
.card{overflow-x:auto}.card table{width:100%;margin:.4rem 0}
.card caption{text-align:left;font-weight:600;color:var(--text)}
.strips th,.strips td{padding:.05rem .7rem .05rem 0;vertical-align:middle}
.strips thead th,.strips thead td{padding-bottom:.2rem;font-size:.8rem;color:var(--muted);border-bottom:1px solid var(--line);font-weight:500}
.strips thead td{border-bottom:1px solid var(--line)}
.strips tbody tr{border:0}.strips .heading th{font-weight:600;padding-top:.45rem}
.strips .plot{width:45%;min-width:9.7rem;padding-right:1.1rem}.strips .sample,.strips .test{color:var(--muted);font-size:.82rem}
.strips .test .better{color:var(--better)}.strips .test .worse{color:var(--worse)}
.strips svg{display:block;overflow:visible}
.strips tbody th{white-space:normal;overflow-wrap:anywhere;min-width:3.4rem}
.panel-grid{--columns:6;--span:1;--least:calc(252px*var(--span));--most:calc(20.5rem*var(--span));flex:0 1 calc(var(--columns)*var(--most) + (var(--columns) - 1)*1rem);min-width:0;
display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,max(var(--least),calc((100% - (var(--columns) - 1)*1rem)/var(--columns)))),1fr));gap:.8rem 1rem;align-items:end}
${columns.map((count) => `.panel-grid[data-columns="${count}"]{--columns:${count}}`).join("\n")}
${spans.map((span) => `.panel-grid[data-span="${span}"]{--span:${span}}`).join("\n")}
.small .panel-grid{grid-template-columns:1fr}
.tiles{margin:.2rem 0}.tiles th,.tiles td{padding:0 6px 6px 0;vertical-align:middle}.tiles tbody tr{border:0}
.tiles thead th{border:0;text-align:center;font-weight:500;overflow:hidden;text-overflow:ellipsis}.tiles tbody th{padding-right:.8rem;white-space:normal;overflow-wrap:anywhere;min-width:4rem;max-width:10rem}
.tiles img{display:block;image-rendering:pixelated;object-fit:contain}
.panel{position:relative;max-width:var(--most)}.panel svg{width:100%;height:auto;overflow:visible}.panel-title{font-weight:600;font-size:.88rem;margin:.2rem 0 0;overflow-wrap:anywhere}
.keys{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.2rem 0 .5rem;padding:0;font-size:.88rem}.keys svg{display:inline-block;vertical-align:-1px}
.learners.lists{grid-template-columns:repeat(auto-fit,minmax(min(100%,40rem),1fr))}.learners .strips tbody th{min-width:9rem}.learners .strips .plot{width:32%}.learners .strips .sample{padding:0}.learners .strips .test{white-space:normal;min-width:8.7rem}
@media (max-width:36rem){
.strips,.strips caption,.strips tbody,.strips tfoot{display:block}.strips thead{display:none}
.strips tr{display:grid;grid-template-columns:minmax(4.4rem,1fr) auto;padding:.15rem 0}
.strips tbody tr:not(.heading){grid-template-areas:"label value" "plot plot" "sample test"}
.strips tbody th{grid-area:label;padding:0}.strips .heading th{grid-area:auto}.strips .value{grid-area:value;padding:0;text-align:right}
.strips tbody .plot{grid-area:plot;width:auto;padding:0 .6rem}.strips .sample{grid-area:sample;padding:0}.strips .test{grid-area:test;padding:0;text-align:right;white-space:normal}
.features .strips tbody tr:not(.heading){grid-template-columns:minmax(4.4rem,1fr) auto auto;column-gap:.8rem;grid-template-areas:"label sample value" "plot plot plot"}.features .strips .test{display:none}
.learners .strips .plot{width:auto}.strips tfoot tr{display:block}.strips tfoot td:not(.plot){display:none}.strips tfoot .plot{display:block;width:auto;padding:0 .6rem}
}
`.trim()
