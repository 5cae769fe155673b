// Makes the page instant: results while one types, suggestions, keys. Without it everything works.
"use strict";

const WAIT = 120; // milliseconds of quiet before something is asked for
const box = document.getElementById("q");
const list = document.getElementById("suggestions");
const main = document.getElementById("main");
let asked = null; // the request under way
let timer = 0;
let chosen = -1; // the suggestion that is chosen
const wide = matchMedia("(min-width: 100rem)"); // there is room beside the list

const base = document.documentElement.dataset.base || ""; // the path in front of all addresses
const onSearchPage = () => location.pathname === base + "/" || location.pathname === base;

// Other words are another question: what the last answer was narrowed by does not hold for it.
const addressOf = (query) => base + (query ? "/?" + new URLSearchParams({ q: query }) : "/");

// That something is under way is shown when it takes longer than this, in milliseconds.
const SLOW = 200;
const progress = document.querySelector(".progress");
let waiting = 0;
function busy(is) {
  clearTimeout(waiting);
  main.setAttribute("aria-busy", String(is));
  if (is) waiting = setTimeout(() => { progress.hidden = false; }, SLOW);
  else progress.hidden = true;
}

// Says that something could not be fetched, with a button to try again.
const trouble = document.querySelector(".trouble");
function failed(text, again) {
  const button = document.createElement("button");
  button.textContent = "Try again";
  button.addEventListener("click", () => { trouble.hidden = true; again(); });
  trouble.replaceChildren(text, button);
  trouble.hidden = false;
}

// Shows the results of an address; an answer that comes after a later question is dropped.
async function show(address, history) {
  if (asked) asked.abort();
  const mine = (asked = new AbortController());
  const url = new URL(address, location.href);
  url.searchParams.set("part", "results");
  busy(true);
  try {
    const response = await fetch(url, { signal: mine.signal });
    const html = await response.text();
    if (mine.signal.aborted) return;
    busy(false);
    if (response.status === 503) return failed("Too much is being asked for right now.", () => show(address, history));
    if (!response.ok) return void location.assign(address);
    trouble.hidden = true;
    const wasInside = main.contains(document.activeElement);
    main.innerHTML = html;
    // What had the focus is gone; who went through the results goes on at the first of the new ones.
    if (wasInside) (main.querySelector(".hit h2 a") || box).focus();
    reveal(main);
    announce();
    const query = new URL(address, location.href).searchParams.get("q") || "";
    document.title = (query || "Search") + " · palpate";
    if (history === "push") window.history.pushState(null, "", address);
    if (history === "replace") window.history.replaceState(null, "", address);
  } catch (error) {
    if (error.name === "AbortError") return;
    busy(false);
    failed("The server does not answer: what you see may be of an earlier question.", () => show(address, history));
  }
}

// A live region is read when its text changes, not when it comes into being.
function announce() {
  const count = document.getElementById("count");
  if (!count) return;
  const nodes = [...count.childNodes];
  count.replaceChildren();
  setTimeout(() => count.replaceChildren(...nodes), 30);
}

async function suggest(prefix) {
  if (!prefix.trim()) return close();
  const response = await fetch(base + "/api/v1/suggest?" + new URLSearchParams({ limit: 6, q: prefix.slice(0, 200) }));
  if (!response.ok || box.value !== prefix || document.activeElement !== box) return;
  const { suggestions } = await response.json();
  const typed = prefix.trim().toLowerCase();
  const others = suggestions.filter((one) => one.text.toLowerCase() !== typed);
  list.replaceChildren(...others.map((one, n) => {
    const item = document.createElement("li");
    const count = document.createElement("span");
    item.id = "suggestion-" + n;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.text = one.text;
    count.textContent = one.count.toLocaleString("en");
    count.setAttribute("aria-hidden", "true");
    item.append(one.text, count);
    return item;
  }));
  chosen = -1;
  open(others.length > 0);
}

function open(is) {
  list.hidden = !is;
  box.setAttribute("aria-expanded", String(is));
  if (!is) box.removeAttribute("aria-activedescendant");
}
const close = () => { chosen = -1; open(false); };

// Goes through the suggestions in a circle, on which the box itself is one place.
function choose(step) {
  const items = [...list.children];
  const places = items.length + 1;
  chosen = ((chosen + 1 + step + places) % places) - 1;
  items.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
  if (chosen >= 0) box.setAttribute("aria-activedescendant", items[chosen].id);
  else box.removeAttribute("aria-activedescendant");
}

function take(item) {
  box.value = item.dataset.text;
  submit();
}

function submit() {
  clearTimeout(timer);
  close();
  const address = addressOf(box.value.trim());
  if (onSearchPage()) show(address, "push");
  else location.assign(address);
}

box.setAttribute("role", "combobox");
box.setAttribute("aria-autocomplete", "list");
box.setAttribute("aria-controls", "suggestions");
box.setAttribute("aria-expanded", "false");

box.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    suggest(box.value).catch(close);
    if (onSearchPage()) show(addressOf(box.value.trim()), "replace");
  }, WAIT);
});
box.addEventListener("blur", () => setTimeout(close, 150));
box.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const isOpen = !list.hidden;
  if (event.key === "Escape" && isOpen) {
    close();
  } else if (event.key === "ArrowDown" && isOpen) {
    choose(1);
  } else if (event.key === "ArrowUp" && isOpen) {
    choose(-1);
  } else if (event.key === "ArrowDown" && main.querySelector(".hit h2 a")) {
    main.querySelector(".hit h2 a").focus();
  } else {
    return;
  }
  event.preventDefault();
});
box.form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (chosen >= 0 && !list.hidden) take(list.children[chosen]);
  else submit();
});
list.addEventListener("mousedown", (event) => {
  const item = event.target.closest("li");
  if (item) { event.preventDefault(); take(item); }
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, [contenteditable]");
  const command = event.ctrlKey || event.metaKey;
  if ((event.key === "/" && !typing && !command && !event.altKey) || (command && event.key.toLowerCase() === "k")) {
    event.preventDefault();
    box.focus();
    box.select();
    return;
  }
  if ((event.key === "n" || event.key === "p") && !typing && !command && !event.altKey) return go(event.key === "n" ? 1 : -1);
  const hit = event.target.closest("article.hit");
  if (hit && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const links = [...main.querySelectorAll("article.hit h2 a")];
    const next = links.indexOf(hit.querySelector("h2 a")) + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    (next < 0 ? box : links[Math.min(next, links.length - 1)]).focus();
  } else if (hit && event.key === "Escape") {
    box.focus();
  }
});

// Links that only change what is shown need no new page.
document.addEventListener("click", (event) => {
  const copy = event.target.closest(".copy");
  if (copy) return void copyCitation(copy);
  const link = event.target.closest("a");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || !onSearchPage() || !main.contains(link)) return;
  if (link.origin !== location.origin || link.pathname !== base + "/") return;
  event.preventDefault();
  box.value = new URL(link.href).searchParams.get("q") || "";
  show(link.pathname + link.search, "push").then(() => { main.focus({ preventScroll: true }); scrollTo(0, 0); });
});
addEventListener("popstate", () => {
  if (!onSearchPage()) return;
  box.value = new URLSearchParams(location.search).get("q") || "";
  show(location.pathname + location.search, "none");
});

// Without a secure context there is no clipboard to write to: what is selected can be copied.
async function copyCitation(button) {
  let said = "Copied";
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const cite = button.previousElementSibling;
    const text = document.createElement("textarea");
    text.value = button.dataset.copy;
    button.after(text);
    text.select();
    const copied = document.execCommand("copy");
    text.remove();
    button.focus();
    if (!copied) {
      getSelection().selectAllChildren(cite);
      said = "Selected: press Ctrl C";
    }
  }
  button.textContent = said;
  setTimeout(() => { button.textContent = "Copy citation"; }, 2500);
}

// What only works with this script is not shown without it.
function reveal(within) {
  for (const element of within.querySelectorAll(".copy, .keys")) element.hidden = false;
  const first = within.querySelector("article.hit");
  const pane = within.querySelector(".preview");
  if (!first || !pane || !wide.matches) return;
  pane.hidden = false;
  preview(first);
}

// In a document: the hits on the margin, from one to the next by key, and the focus at what was
// asked for.
const hits = [...document.querySelectorAll(".document .passage.hit, .document .passage.wanted")];
let at = hits.findIndex((hit) => "#" + hit.id === location.hash);
function go(step) {
  if (!hits.length) return;
  at = at < 0 ? (step > 0 ? 0 : hits.length - 1) : (at + step + hits.length) % hits.length;
  hits[at].scrollIntoView({ block: "start" });
  hits[at].focus({ preventScroll: true });
  history.replaceState(null, "", "#" + hits[at].id);
  for (const [n, mark] of [...document.querySelectorAll(".rail a")].entries()) mark.toggleAttribute("aria-current", n === at);
}
function rail() {
  const whole = document.documentElement.scrollHeight;
  const marks = hits.map((hit, n) => {
    const mark = document.createElement("a");
    mark.href = "#" + hit.id;
    mark.tabIndex = -1;
    mark.style.top = (100 * (hit.getBoundingClientRect().top + scrollY)) / whole + "%";
    mark.toggleAttribute("aria-current", n === at);
    return mark;
  });
  const margin = document.createElement("div");
  margin.className = "rail";
  margin.setAttribute("aria-hidden", "true");
  margin.append(...marks);
  document.querySelector(".rail")?.remove();
  document.body.append(margin);
}
if (hits.length > 0) {
  rail();
  addEventListener("resize", rail);
}
const wanted = location.hash && document.getElementById(location.hash.slice(1));
if (wanted && wanted.matches(".passage")) wanted.focus({ preventScroll: true });
// A few headings are no trouble, and beside the text there is room for all.
const contents = document.querySelector(".contents details");
if (contents && matchMedia("(min-width: 75rem)").matches) contents.open = true;

// On a wide screen the passage of a hit is shown in its document, beside the list.
let previewed = "";
async function preview(hit) {
  const pane = main.querySelector(".preview");
  const link = hit.querySelector("h2 a");
  if (!wide.matches || !pane || !link || (previewed === link.href && pane.firstChild)) return;
  previewed = link.href;
  try {
    const response = await fetch(link.href);
    if (!response.ok || previewed !== link.href) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const reading = page.querySelector(".reading");
    if (!reading) return;
    for (const element of reading.querySelectorAll("[id]")) element.id = "preview-" + element.id;
    pane.replaceChildren(reading);
    for (const other of main.querySelectorAll(".hit.shown")) other.classList.remove("shown");
    hit.classList.add("shown");
    const found = pane.querySelector(".passage.wanted");
    if (found) pane.scrollTop = found.offsetTop - pane.clientHeight / 4;
  } catch { /* The list is there all the same. */ }
}
let pointed = 0;
function point(event) {
  const hit = event.target.closest?.("article.hit");
  clearTimeout(pointed);
  if (hit) pointed = setTimeout(() => preview(hit), 150);
}
reveal(document);
main.addEventListener("focusin", point);
main.addEventListener("pointerover", point);
