// The widget's look: runbooks/design.md in small. Lengths in px, since a page's own root size
// must not change them.
export const STYLES = `
:host { all: initial !important; display: block !important; position: fixed !important; inset-block-end: 0 !important; inline-size: 0 !important; block-size: 0 !important; z-index: 2147483000 !important; }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }

.lumen {
  --canvas: #f6f3ed; --paper: #fffdf9; --raised: #ffffff; --hover: #eeeae1;
  --ink: #211f1b; --muted: #625c52; --line: #e3ddd1; --edge: #8d8577;
  --accent: #1d5f55; --on-accent: #ffffff;
  --evidence: #ffd978; --evidence-soft: #fbefcd; --evidence-edge: #dfae3b; --evidence-ink: #5e4400; --evidence-strong: #3d2c00;
  --danger: #a3301d; --danger-soft: #fbe9e4;
  --shadow: 0 4px 12px rgb(60 48 25 / 12%), 0 24px 64px rgb(60 48 25 / 22%);
  --lift: 0 2px 6px rgb(60 48 25 / 18%), 0 10px 28px rgb(60 48 25 / 22%);
  --sans: -apple-system, BlinkMacSystemFont, "Segoe UI Variable Text", "Segoe UI", Inter, Roboto, Cantarell, Ubuntu, "Noto Sans", "Liberation Sans", system-ui, sans-serif;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, P052, "Source Serif 4", Charter, Georgia, "Noto Serif", "Liberation Serif", serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
  color-scheme: light;
  color: var(--ink);
  font: 400 15px / 1.5 var(--sans);
  text-align: start;
  overflow-wrap: anywhere;
  -webkit-text-size-adjust: none;
  text-size-adjust: none;
}

@media (prefers-color-scheme: dark) {
  .lumen {
    --canvas: #161513; --paper: #1e1d1a; --raised: #282622; --hover: #2b2925;
    --ink: #ece8df; --muted: #aaa397; --line: #37342e; --edge: #7d766a;
    --accent: #7fc9b8; --on-accent: #0f1f1c;
    --evidence: #6d5310; --evidence-soft: #3d3114; --evidence-edge: #a9852b; --evidence-ink: #f6d98f; --evidence-strong: #fff3d0;
    --danger: #f2998a; --danger-soft: #40231d;
    --shadow: 0 4px 12px rgb(0 0 0 / 45%), 0 24px 64px rgb(0 0 0 / 60%);
    --lift: 0 2px 6px rgb(0 0 0 / 45%), 0 10px 28px rgb(0 0 0 / 50%);
    color-scheme: dark;
  }
}

h2, p, ol, ul, blockquote { margin: 0; padding: 0; }
ol, ul { list-style: none; }
button, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
:focus:not(:focus-visible) { outline: none; }
svg.icon { inline-size: 20px; block-size: 20px; flex: none; }
svg.mark { inline-size: 26px; block-size: 26px; flex: none; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher {
  position: fixed; inset-block-end: 20px; inset-inline-end: 20px;
  display: grid; place-items: center; inline-size: 56px; block-size: 56px; padding: 0;
  border: 0; border-radius: 50%; background: var(--accent); color: var(--on-accent);
  box-shadow: var(--lift); transition: transform 120ms ease-out;
}
.launcher:hover { transform: translateY(-2px); }
.launcher:active { transform: none; }
.launcher:focus-visible { outline: 3px solid var(--on-accent); outline-offset: -6px; }
.launcher svg.icon { inline-size: 26px; block-size: 26px; }
.badge {
  position: absolute; inset-block-start: -3px; inset-inline-end: -3px; display: grid; place-items: center;
  min-inline-size: 22px; block-size: 22px; padding: 0 5px; border: 2px solid #fff; border-radius: 11px;
  background: #a3301d; color: #fff; font: 600 12px / 1 var(--sans); font-variant-numeric: tabular-nums;
}

.panel {
  position: fixed; inset-block-end: 20px; inset-inline-end: 20px;
  display: flex; flex-direction: column; inline-size: 404px; block-size: min(680px, calc(100dvh - 40px));
  max-inline-size: calc(100vw - 40px); overflow: hidden;
  border: 1px solid var(--line); border-radius: 16px; background: var(--canvas); box-shadow: var(--shadow);
  animation: rise 200ms cubic-bezier(0.2, 0.7, 0.3, 1);
}
[data-side="left"] > :is(.launcher, .panel) { right: auto; left: 20px; }
[data-side="right"] > :is(.launcher, .panel) { left: auto; right: 20px; }

.head { display: flex; align-items: center; gap: 4px; flex: none; padding: 10px 8px 10px 16px; padding-inline: 16px 8px; border-block-end: 1px solid var(--line); background: var(--paper); }
.title { flex: 1; min-inline-size: 0; margin-inline-start: 6px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font: 400 19px / 1.35 var(--serif); letter-spacing: -0.006em; }
.bare { display: grid; place-items: center; inline-size: 36px; block-size: 36px; padding: 0; border: 0; border-radius: 10px; background: none; color: var(--muted); }
.bare:hover { background: var(--hover); color: var(--ink); }

.scroller { flex: 1; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; padding: 20px 18px 18px; scrollbar-color: var(--edge) transparent; scrollbar-width: thin; }
.scroller:focus-visible { outline-offset: -3px; }
.welcome { font: 400 17px / 1.5 var(--serif); text-wrap: pretty; white-space: pre-line; }
.thread { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
/* Not :not(:empty): Chromium notices late that a list is empty no more, when its end is in sight already. */
.thread > :first-child { margin-block-start: 20px; }
.mine { justify-self: end; max-inline-size: 86%; }
.said { padding: 8px 14px; border-radius: 14px; border-end-end-radius: 4px; background: color-mix(in srgb, var(--accent) 15%, var(--paper)); white-space: pre-line; animation: rise 200ms cubic-bezier(0.2, 0.7, 0.3, 1); }

.answer { line-height: 1.6; }
.answer:empty { display: none; }
.answer > * + * { margin-block-start: 12px; }
.answer :is(p, h3, h4, h5, h6, ul, ol, pre, blockquote, hr) { margin-block-end: 0; }
.answer :is(ul, ol) { padding-inline-start: 1.4em; }
.answer ul { list-style: disc; }
.answer ol { list-style: decimal; }
.answer li::marker { color: var(--muted); }
.answer li + li { margin-block-start: 4px; }
.answer .md-heading { margin-block-start: 16px; font: 600 16px / 1.4 var(--sans); }
.answer h3.md-heading { font: 400 18px / 1.35 var(--serif); }
.answer .md-heading:first-child { margin-block-start: 0; }
.answer .md-heading + * { margin-block-start: 6px; }
.answer code { padding: 1px 5px; border-radius: 4px; background: var(--hover); font: 0.88em / 1.5 var(--mono); }
.answer pre { overflow-x: auto; padding: 10px 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--paper); }
.answer pre code { padding: 0; background: none; }
.answer blockquote { padding-inline-start: 12px; border-inline-start: 3px solid var(--line); font-family: var(--serif); }
.answer hr { border: 0; border-block-start: 1px solid var(--line); }
.answer .table { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--paper); }
.answer table { inline-size: 100%; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
.answer :is(th, td) { padding: 6px 10px; text-align: start; vertical-align: top; }
.answer th { font-weight: 600; background: var(--hover); }
.answer tbody td { border-block-start: 1px solid var(--line); }
.answer [data-align="end"] { text-align: end; }
.answer [data-align="center"] { text-align: center; }
.cling { white-space: nowrap; }
.host, .no-image { color: var(--muted); font-size: 0.87em; }
.answer[data-live] > :is(p, .md-heading):last-child::after,
.answer[data-live] > :is(ul, ol):last-child > li:last-child::after { content: ""; display: inline-block; inline-size: 0.5em; block-size: 1em; margin-inline-start: 0.15em; vertical-align: -0.12em; border-radius: 2px; background: var(--evidence-edge); animation: breathe 1s steps(2, jump-none) infinite; }

.status { display: flex; align-items: center; gap: 8px; color: var(--muted); font-size: 13px; }
.status::before { content: ""; flex: none; inline-size: 8px; block-size: 8px; border-radius: 50%; background: var(--evidence-edge); animation: breathe 1.2s ease-in-out infinite; }
.answer:not(:empty) + .status { margin-block-start: 8px; }

.stopped { display: flex; align-items: center; gap: 6px; margin-block-start: 10px; color: var(--muted); font-size: 13px; }
.stopped svg.icon { inline-size: 16px; block-size: 16px; }
.answer:empty ~ .answer-foot > .stopped { margin-block-start: 0; }

.chip { display: inline-grid; place-items: center; min-inline-size: 20px; block-size: 20px; padding: 0 5px; border: 1px solid transparent; border-radius: 6px; background: var(--evidence-soft); color: var(--evidence-ink); font: 600 11.5px / 1 var(--sans); font-variant-numeric: tabular-nums; flex: none; }
.cling .chip { margin-inline: 1px; vertical-align: 2px; }
button.chip { position: relative; }
button.chip::after { content: ""; position: absolute; inset: -4px -2px; }
button.chip:hover, [data-current] .chip { background: var(--evidence); color: var(--evidence-strong); }
.chip.thin { border: 1px dashed var(--evidence-edge); background: transparent; }

.sources { margin-block-start: 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--paper); font-size: 13px; line-height: 1.45; overflow: hidden; }
.sources summary { display: flex; align-items: center; gap: 8px; min-block-size: 36px; padding: 4px 10px; color: var(--muted); font-weight: 550; cursor: pointer; list-style: none; }
.sources summary::-webkit-details-marker { display: none; }
.sources summary:hover { color: var(--ink); }
.sources summary:focus-visible { outline-offset: -3px; }
.sources summary span { flex: 1; }
.sources summary svg { inline-size: 16px; block-size: 16px; }
.sources[open] summary svg:last-child { rotate: 180deg; }
.sources li { padding: 10px; border-block-start: 1px solid var(--line); }
.sources li:focus-visible { outline-offset: -3px; }
.source-name { display: flex; align-items: baseline; gap: 8px; }
.source-name .chip { align-self: center; }
.source-name .name { flex: 1; min-inline-size: 0; font-weight: 550; }
.source-name .place { flex: none; color: var(--muted); font-variant-numeric: tabular-nums; }
.sources blockquote { margin-block-start: 8px; padding-inline-start: 10px; border-inline-start: 3px solid var(--evidence-edge); font: 400 14px / 1.5 var(--serif); max-block-size: 9em; overflow-y: auto; }

/* A text in the other direction stands where the panel's own lines begin. */
.title, .sources summary span, .source-name .name { text-align: -webkit-match-parent; text-align: match-parent; }

.notices { flex: none; padding-inline: 12px; }
.notices::before { content: ""; display: block; position: relative; block-size: 18px; margin: -20px 8px 2px -8px; background: linear-gradient(transparent, var(--canvas)); pointer-events: none; }
.notice { display: flex; gap: 10px; margin-block-end: 10px; padding: 10px 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--paper); font-size: 13.5px; line-height: 1.45; animation: rise 200ms ease-out; }
.notice > div { flex: 1; min-inline-size: 0; }
.notice svg.icon { color: var(--muted); }
.notice.bad { margin-block: 8px 0; border-color: var(--danger); background: var(--danger-soft); }
.notice.bad svg.icon { color: var(--danger); }
.choices { display: flex; flex-wrap: wrap; gap: 8px; }
.button { display: inline-flex; align-items: center; gap: 6px; min-block-size: 34px; margin-block-start: 8px; padding: 4px 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--paper); color: var(--ink); font: 550 13.5px / 1.3 var(--sans); }
.button:hover { background: var(--hover); }
.button.primary { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
.button svg.icon { inline-size: 16px; block-size: 16px; color: inherit; }
.notice.bad .button svg.icon { color: inherit; }

.refused { display: grid; justify-items: center; gap: 10px; padding: 40px 16px; color: var(--muted); text-align: center; text-wrap: balance; }
.refused svg.icon { inline-size: 32px; block-size: 32px; }
.refused-title { color: var(--ink); font: 400 18px / 1.35 var(--serif); }

.loading { display: grid; gap: 10px; margin-block-start: 20px; animation: appear 1ms 150ms both; }
.loading span { block-size: 14px; border-radius: 6px; background: var(--hover); animation: breathe 1.6s ease-in-out infinite; }
.loading span:first-child { justify-self: end; inline-size: 45%; block-size: 34px; border-radius: 14px; }
.loading span:last-child { inline-size: 70%; }

.composer { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 8px; flex: none; margin-inline: 12px; padding: 7px 7px 7px 14px; padding-inline: 14px 7px; border: 1px solid var(--edge); border-radius: 16px; background: var(--raised); cursor: text; }
.composer:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.composer textarea { flex: 1; min-inline-size: 0; min-block-size: 24px; max-block-size: 144px; margin: 5px 0; padding: 0; border: 0; outline: 0; background: none; resize: none; field-sizing: content; font: 400 16px / 1.5 var(--sans); }
.composer textarea::placeholder { color: var(--muted); opacity: 1; }
.count { flex-basis: 100%; text-align: end; padding-inline-end: 7px; color: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; white-space: nowrap; }
.composer:has([aria-invalid="true"]) { border-color: var(--danger); }
.count:has(+ [aria-invalid="true"]) { color: var(--danger); font-weight: 600; }
.send { display: grid; place-items: center; flex: none; inline-size: 36px; block-size: 36px; padding: 0; border: 0; border-radius: 50%; background: var(--accent); color: var(--on-accent); }
.send.stop { border: 1px solid var(--edge); background: var(--raised); color: var(--ink); }
.send.stop svg { fill: currentColor; }
.send.stop:hover { background: var(--hover); }
.send[aria-disabled="true"] { background: var(--hover); color: var(--muted); cursor: not-allowed; }
.foot { flex: none; padding: 7px 12px 9px; color: var(--muted); font-size: 12px; line-height: 1.4; text-align: center; }

@keyframes rise { from { opacity: 0; transform: translateY(6px); } }
@keyframes breathe { 50% { opacity: 0.45; } }
@keyframes appear { from { visibility: hidden; } }

@media (max-width: 480px) {
  .lumen > .panel { inset: 0; inline-size: 100%; max-inline-size: none; block-size: 100dvh; border: 0; border-radius: 0; animation: none; }
}
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation-duration: 1ms !important; animation-iteration-count: 1 !important; transition-duration: 1ms !important; }
}
@media (forced-colors: active) {
  .launcher, .panel, .said, .chip, .send { border: 1px solid; }
}
`;
