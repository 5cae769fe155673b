// Makes the page instant: results while one types, suggestions, keys. Without it everything works.
"use strict";

const WAIT = 120; // milliseconds of quiet before something is asked for
const box = document.getElementById("q");
const list = document.getElementById("suggestions");
const main = document.getElementById("main");
let asked = null; // the request under way
let timer = 0;
let chosen = -1; // the suggestion that is chosen

const base = document.documentElement.dataset.base || ""; // the path in front of all addresses
const onSearchPage = () => location.pathname === base + "/" || location.pathname === base;

// Other words are another question: what the last answer was narrowed by does not hold for it.
const addressOf = (query) => base + (query ? "/?" + new URLSearchParams({ q: query }) : "/");

// Shows the results of an address; an answer that comes after a later question is dropped.
async function show(address, history) {
  if (asked) asked.abort();
  const mine = (asked = new AbortController());
  const url = new URL(address, location.href);
  url.searchParams.set("part", "results");
  try {
    const response = await fetch(url, { signal: mine.signal });
    const html = await response.text();
    if (mine.signal.aborted) return;
    if (!response.ok) return void location.assign(address);
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
    if (error.name !== "AbortError") location.assign(address);
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
    count.textContent = one.count;
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

async function copyCitation(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Cannot copy here";
  }
  setTimeout(() => { button.textContent = "Copy citation"; }, 1500);
}

// What only works with this script is not shown without it.
function reveal(within) {
  for (const button of within.querySelectorAll(".copy")) button.hidden = !navigator.clipboard;
}
reveal(document);
