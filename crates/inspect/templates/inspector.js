"use strict";
const { blocks, signs } = JSON.parse(document.getElementById("data").textContent);
const signOf = new Map(signs);
const byId = (id) => document.getElementById(id);
const frame = byId("frame");
const panes = { text: byId("text"), list: byId("blocks") };
// For each block, the elements that show it, in the page, the text and the list.
const places = blocks.map(() => []);
let selected = -1;
let hot = -1;

const stateOf = (block) => (block.kept ? "kept" : block.title ? "title" : "removed");
const numberOf = (target) => {
  const element = target instanceof Element || target?.closest ? target.closest("[data-block]") : null;
  return element ? Number(element.dataset.block) : -1;
};

/** Finds the elements of blocks in a part of the document, and marks them. */
function collect(root, where) {
  for (const element of root.querySelectorAll("[data-block]")) {
    const number = Number(element.dataset.block);
    const block = blocks[number];
    if (!block) continue;
    places[number].push({ element, where });
    if (where === "text") continue;
    element.dataset.state = stateOf(block);
    if (!block.kept && block.class) {
      element.dataset.class = block.class;
      element.dataset.sign = signOf.get(block.class) ?? "";
    }
  }
  root.addEventListener("mouseover", (event) => heat(numberOf(event.target), where));
  root.addEventListener("mouseleave", () => heat(-1, where));
  root.addEventListener("click", (event) => {
    const number = numberOf(event.target);
    if (number >= 0) select(number, where);
  });
}

function flag(number, name, value) {
  for (const { element } of places[number] ?? []) {
    if (value === undefined) delete element.dataset[name];
    else element.dataset[name] = value;
  }
}

/** Marks a block on all sides while the pointer is on it, and brings it into view on the others. */
function heat(number, from) {
  if (number === hot) return;
  flag(hot, "hot");
  hot = number;
  flag(hot, "hot", "");
  if (from === "page" || from === "text") reveal(hot, from);
}

/** Brings a block into view everywhere but where the pointer is. */
function reveal(number, from) {
  const seen = new Set([from]);
  for (const { element, where } of places[number] ?? []) {
    if (seen.has(where)) continue;
    seen.add(where);
    element.scrollIntoView({ block: "nearest" });
  }
}

function select(number, from) {
  flag(selected, "selected");
  selected = number;
  flag(selected, "selected", "");
  reveal(number, from);
  explain(number);
}

function row(table, name, ...content) {
  const line = table.insertRow();
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  line.append(head);
  line.insertCell().append(...content);
}

function bar(value, label) {
  const meter = document.createElement("meter");
  meter.max = 100;
  meter.value = value;
  meter.setAttribute("aria-label", label);
  return meter;
}

function code(text) {
  const element = document.createElement("code");
  element.textContent = text;
  return element;
}

function list(items) {
  const element = document.createElement("ul");
  for (const item of items) {
    element.append(document.createElement("li"));
    element.lastChild.append(item);
  }
  return element;
}

/** Shows why a block was kept or removed. */
function explain(number) {
  const block = blocks[number];
  byId("why-title").textContent = `Block ${number + 1} of ${blocks.length}`;
  const quote = document.createElement("blockquote");
  quote.textContent = block.text;
  // A long one scrolls.
  quote.tabIndex = 0;
  const verdict = document.createElement("p");
  if (block.class && !block.kept) {
    quote.dataset.class = block.class;
    verdict.textContent = `${signOf.get(block.class)} Removed as ${block.class}`;
  } else {
    verdict.textContent = block.kept ? "Kept" : "The title, which is a field of the record";
  }
  const table = document.createElement("table");
  row(table, "content", bar(block.score, "probability of content"), ` ${block.score}%`);
  if (block.sure !== undefined) row(table, "class", bar(block.sure, "probability of the class"), ` ${block.sure}%`);
  if (block.rule) row(table, "rule", code(block.rule));
  if (block.evidence) row(table, "evidence", list(block.evidence));
  row(table, "place", code(block.place));
  if (block.otherwise) row(table, block.kept ? "would go with" : "would stay with", list(block.otherwise.map(code)));
  byId("detail").replaceChildren(verdict, quote, table);
}

function listBlocks() {
  const list = panes.list;
  for (const [number, block] of blocks.entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.block = number;
    const words = document.createElement("span");
    words.textContent = block.text.slice(0, 120);
    const score = document.createElement("span");
    score.className = "score";
    score.textContent = block.score;
    score.title = "probability of content, in hundredths";
    const verdict = document.createElement("span");
    verdict.className = "unseen";
    verdict.textContent = `${stateOf(block)}${block.kept || block.title ? "" : ` as ${block.class}`}: `;
    button.append(verdict, words, score);
    list.append(document.createElement("li"));
    list.lastChild.append(button);
  }
  collect(list, "list");
}

/** Dims the removed blocks of classes that are switched off. */
function filter() {
  const off = new Set();
  for (const box of document.querySelectorAll("[data-filter]")) if (!box.checked) off.add(box.dataset.filter);
  for (const [number, block] of blocks.entries()) {
    flag(number, "dim", !block.kept && off.has(block.class) ? "" : undefined);
  }
}

/** Shows what would go and what would come if blocks were kept by their scores alone. */
function cut(value) {
  let [goes, comes] = [0, 0];
  for (const [number, block] of blocks.entries()) {
    const wanted = value < 0 ? block.kept : block.score >= value;
    const change = wanted === block.kept || block.title ? undefined : wanted ? "comes" : "goes";
    goes += change === "goes";
    comes += change === "comes";
    flag(number, "cut", change);
  }
  byId("cut-value").textContent = value < 0 ? "the verdict" : `${value}%`;
  byId("cut-effect").textContent = value < 0 ? "" : `${goes} would go, ${comes} would come`;
}

function search(query) {
  const wanted = query.trim().toLowerCase();
  let [count, first] = [0, -1];
  for (const [number, block] of blocks.entries()) {
    const found = wanted !== "" && block.text.toLowerCase().includes(wanted);
    flag(number, "found", found ? "" : undefined);
    if (found && first < 0) first = number;
    count += found;
  }
  byId("search-count").textContent = wanted === "" ? "" : `${count} blocks`;
  if (first >= 0) reveal(first, "");
}

/** Selects the next or previous block, or the next one that was removed. */
function step(by, onlyRemoved) {
  let number = selected < 0 && by < 0 ? blocks.length : selected;
  do number += by;
  while (blocks[number] && onlyRemoved && stateOf(blocks[number]) !== "removed");
  if (blocks[number]) select(number, "");
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    byId("search").value = "";
    search("");
    flag(selected, "selected");
    selected = -1;
    return;
  }
  if (event.target.matches?.("input[type=search]")) return;
  const keys = { j: [1, false], k: [-1, false], n: [1, true], p: [-1, true] };
  if (event.key === "/") {
    event.preventDefault();
    byId("search").focus();
  } else if (keys[event.key]) step(...keys[event.key]);
}

function theme(name) {
  document.documentElement.dataset.theme = name;
  const inner = frame?.contentDocument?.documentElement;
  if (inner) inner.dataset.theme = name;
}

function show(view) {
  document.querySelector("main").dataset.shown = view;
  for (const tab of document.querySelectorAll("[data-view]")) tab.setAttribute("aria-pressed", tab.dataset.view === view);
}

function start() {
  if (frame) {
    collect(frame.contentDocument, "page");
    frame.contentDocument.addEventListener("keydown", onKey);
    // Nothing of the page is for use: a form that is sent would leave it.
    for (const name of ["submit", "click"]) frame.contentDocument.addEventListener(name, (event) => event.preventDefault());
  } else {
    collect(byId("lines"), "page");
  }
  collect(panes.text, "text");
  listBlocks();
  document.addEventListener("keydown", onKey);
  for (const box of document.querySelectorAll("[data-filter]")) box.addEventListener("change", filter);
  byId("cut").addEventListener("input", (event) => cut(Number(event.target.value)));
  byId("search").addEventListener("input", (event) => search(event.target.value));
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  theme(dark ? "dark" : "light");
  byId("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  byId("help-button").addEventListener("click", (event) => {
    byId("help").hidden = !byId("help").hidden;
    event.target.setAttribute("aria-expanded", !byId("help").hidden);
  });
  for (const tab of document.querySelectorAll("[data-view]")) tab.addEventListener("click", () => show(tab.dataset.view));
  // On a phone the filters would fill the screen.
  byId("filters").open = innerWidth > 640;
  document.documentElement.dataset.ready = "";
}

// Until its page is there, the frame has an empty document that is complete.
const isLoaded = () => frame.contentDocument?.URL === "about:srcdoc" && frame.contentDocument.readyState === "complete";
if (frame && !isLoaded()) frame.addEventListener("load", start, { once: true });
else start();
